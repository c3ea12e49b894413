import { type DescField, type DescMessage, getOption, hasOption, type Message } from "@bufbuild/protobuf";
import { field as fieldOption, Ignore } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";

/**
 * The path of the first thing in a decoded message that the schema does not know: a field, at any depth, or the number of an
 * enum. `undefined`: there is none. Without `enums` only fields are looked for: so it is below a field whose rules its
 * reader applies itself, for what it refuses there it does not refuse with the whole.
 */
export function findUnknown(schema: DescMessage, message: Message, enums = true): string | undefined {
  const stranger = message.$unknown?.[0];
  if (stranger !== undefined) return `${stranger.no}`;
  for (const { field, checksItself } of fieldsToWalk(schema)) {
    const value = memberOf(message, field);
    if (value === undefined) continue;
    const found = inField(field, value, enums && !checksItself);
    if (found !== undefined) return `${field.name}${found}`;
  }
  return undefined;
}

interface WalkedField {
  readonly field: DescField;
  /** Its reader applies its rules itself. */
  readonly checksItself: boolean;
}

const walked = new WeakMap<DescMessage, readonly WalkedField[]>();

/** Only messages and enums can hold what is unknown. To read an option takes longer than to walk a message: once for each. */
function fieldsToWalk(schema: DescMessage): readonly WalkedField[] {
  let fields = walked.get(schema);
  if (fields === undefined) {
    fields = schema.fields
      .filter((field) => field.message !== undefined || field.enum !== undefined)
      .map((field) => ({ field, checksItself: checksItself(field) }));
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

/** What is found below, as its path behind the field's name; empty: the field's own number. */
function inField(field: DescField, value: unknown, enums: boolean): string | undefined {
  switch (field.fieldKind) {
    case "list":
      for (const [index, one] of (value as unknown[]).entries()) {
        const found = inOne(field, one, enums);
        if (found !== undefined) return `[${index}]${found}`;
      }
      return undefined;
    case "map":
      for (const [key, one] of Object.entries(value as object)) {
        const found = inOne(field, one, enums);
        if (found !== undefined) return `[${key}]${found}`;
      }
      return undefined;
    default:
      return inOne(field, value, enums);
  }
}

function inOne(field: DescField, value: unknown, enums: boolean): string | undefined {
  if (field.message !== undefined) {
    const found = findUnknown(field.message, value as Message, enums);
    return found === undefined ? undefined : `.${found}`;
  }
  return enums && field.enum?.value[value as number] === undefined ? "" : undefined;
}
