import type { DescField, DescMessage, Message } from "@bufbuild/protobuf";

/**
 * The path of the first thing in a decoded message that the schema does not know: a field, at any depth, or the number of an
 * enum. `undefined`: there is none.
 */
export function findUnknown(schema: DescMessage, message: Message, path = ""): string | undefined {
  const stranger = message.$unknown?.[0];
  if (stranger !== undefined) return `${path}${stranger.no}`;
  for (const field of fieldsToWalk(schema)) {
    const found = inField(field, memberOf(message, field), `${path}${field.name}`);
    if (found !== undefined) return found;
  }
  return undefined;
}

const walked = new WeakMap<DescMessage, readonly DescField[]>();

/** Only messages and enums can hold what is unknown. */
function fieldsToWalk(schema: DescMessage): readonly DescField[] {
  let fields = walked.get(schema);
  if (fields === undefined) {
    fields = schema.fields.filter((field) => field.message !== undefined || field.enum !== undefined);
    walked.set(schema, fields);
  }
  return fields;
}

function memberOf(message: Message, field: DescField): unknown {
  const members = message as unknown as Record<string, unknown>;
  if (field.oneof === undefined) return members[field.localName];
  const choice = members[field.oneof.localName] as { case: string | undefined; value: unknown };
  return choice.case === field.localName ? choice.value : undefined;
}

function inField(field: DescField, value: unknown, path: string): string | undefined {
  if (value === undefined) return undefined;
  if (field.fieldKind === "list") return inMany(field, [...(value as unknown[]).entries()], path);
  if (field.fieldKind === "map") return inMany(field, Object.entries(value as object), path);
  return inOne(field, value, path);
}

function inMany(field: DescField, entries: readonly [number | string, unknown][], path: string): string | undefined {
  for (const [key, value] of entries) {
    const found = inOne(field, value, `${path}[${key}]`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function inOne(field: DescField, value: unknown, path: string): string | undefined {
  if (field.message !== undefined) return findUnknown(field.message, value as Message, `${path}.`);
  return field.enum?.value[value as number] === undefined ? path : undefined;
}
