import type { DescField, DescMessage, Message } from "@bufbuild/protobuf";

/** The accounts that a request names, empty ones left out. */
export type AccountIds = (message: Message) => string[];

/**
 * Reads the values at a path such as `open.account_id`, through lists and oneofs. Throws when the path does not lead
 * to a text field: the contract would name an account that nobody checks.
 */
export function accountIdsAt(schema: DescMessage, path: string): AccountIds {
  const fields = resolve(schema, path.split("."));
  return (message) => {
    let values: unknown[] = [message];
    for (const field of fields) values = values.flatMap((value) => valuesOf(value as Message, field));
    return values.filter((value) => value !== "") as string[];
  };
}

function resolve(schema: DescMessage, names: readonly string[]): DescField[] {
  const fields: DescField[] = [];
  let holder: DescMessage | undefined = schema;
  for (const name of names) {
    const field: DescField | undefined = holder?.fields.find((one) => one.name === name);
    if (field === undefined || field.fieldKind === "map")
      throw new Error(`${schema} has no account at ${names.join(".")}`);
    fields.push(field);
    holder = field.message;
  }
  const last = fields.at(-1);
  if (last?.fieldKind !== "scalar") throw new Error(`${schema}: ${names.join(".")} is no account`);
  return fields;
}

function valuesOf(message: Message, field: DescField): unknown[] {
  const members = message as unknown as Record<string, unknown>;
  if (field.oneof !== undefined) {
    const choice = members[field.oneof.localName] as { case: string | undefined; value: unknown };
    return choice.case === field.localName ? [choice.value] : [];
  }
  const value = members[field.localName];
  if (value === undefined) return [];
  return field.fieldKind === "list" ? (value as unknown[]) : [value];
}
