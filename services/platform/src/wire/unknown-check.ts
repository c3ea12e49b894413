import { type DescField, type DescMessage, getOption, hasOption, type Message } from "@bufbuild/protobuf";
import { field as fieldOption, Ignore } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";

/**
 * The path of the first thing in a decoded message that the schema does not know: a field, at any depth, or the number of an
 * enum. `undefined`: there is none. Without `enums` only fields are looked for: so it is below a field whose rules its
 * reader applies itself, for what it refuses there it does not refuse with the whole.
 */
export function findUnknown(schema: DescMessage, message: Message, enums = true, path = ""): string | undefined {
  const stranger = message.$unknown?.[0];
  if (stranger !== undefined) return `${path}${stranger.no}`;
  for (const field of fieldsToWalk(schema)) {
    const found = inField(field, memberOf(message, field), enums && !checksItself(field), `${path}${field.name}`);
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

function checksItself(field: DescField): boolean {
  return hasOption(field, fieldOption) && getOption(field, fieldOption).ignore === Ignore.ALWAYS;
}

function memberOf(message: Message, field: DescField): unknown {
  const members = message as unknown as Record<string, unknown>;
  if (field.oneof === undefined) return members[field.localName];
  const choice = members[field.oneof.localName] as { case: string | undefined; value: unknown };
  return choice.case === field.localName ? choice.value : undefined;
}

function inField(field: DescField, value: unknown, enums: boolean, path: string): string | undefined {
  if (value === undefined) return undefined;
  if (field.fieldKind === "list") return inMany(field, [...(value as unknown[]).entries()], enums, path);
  if (field.fieldKind === "map") return inMany(field, Object.entries(value as object), enums, path);
  return inOne(field, value, enums, path);
}

function inMany(
  field: DescField,
  entries: readonly [number | string, unknown][],
  enums: boolean,
  path: string,
): string | undefined {
  for (const [key, value] of entries) {
    const found = inOne(field, value, enums, `${path}[${key}]`);
    if (found !== undefined) return found;
  }
  return undefined;
}

function inOne(field: DescField, value: unknown, enums: boolean, path: string): string | undefined {
  if (field.message !== undefined) return findUnknown(field.message, value as Message, enums, `${path}.`);
  return enums && field.enum?.value[value as number] === undefined ? path : undefined;
}
