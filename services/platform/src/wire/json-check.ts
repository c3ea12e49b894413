import { type DescField, type DescMessage, fromJson, type JsonValue, ScalarType } from "@bufbuild/protobuf";

/** What is wrong with a JSON value, and where: a path such as `entries[3].order.quantity`. */
export interface JsonProblem {
  readonly field: string;
  /** The message has no such key; else the value is none of the field. */
  readonly unknown: boolean;
  /** What the field takes, to be said behind its name, where that is more than a type. */
  readonly expected?: string;
}

/** The first key whose value the schema does not take or, if `strict`, that it does not know; for when decoding has failed. */
export function checkJson(schema: DescMessage, json: JsonValue, strict: boolean, path = ""): JsonProblem | undefined {
  if (json === null || typeof json !== "object" || Array.isArray(json)) {
    return { field: path.replace(/\.$/, ""), unknown: false };
  }
  for (const [key, value] of Object.entries(json)) {
    const field = schema.fields.find((one) => one.jsonName === key || one.name === key);
    if (field === undefined && strict) return { field: `${path}${key}`, unknown: true };
    if (field === undefined) continue;
    const problem = checkValue(schema, field, key, value, strict, `${path}${field.name}`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function checkValue(
  schema: DescMessage,
  field: DescField,
  key: string,
  value: JsonValue,
  strict: boolean,
  path: string,
): JsonProblem | undefined {
  const nested = field.message;
  if (nested !== undefined && field.fieldKind !== "map" && nested.file.proto.package !== "google.protobuf") {
    if (field.fieldKind === "message" && value !== null) return checkJson(nested, value, strict, `${path}.`);
    if (field.fieldKind === "list" && Array.isArray(value)) return checkList(nested, value, strict, path);
  }
  if (accepts(schema, { [key]: value }, strict)) return undefined;
  const expected = expectedOf(field, value);
  return { field: path, unknown: false, ...(expected === undefined ? {} : { expected }) };
}

function expectedOf(field: DescField, value: JsonValue): string | undefined {
  if (field.enum !== undefined) {
    const names = field.enum.values.filter(({ number }) => number !== 0).map(({ name }) => name);
    return `must be one of ${names.join(", ")}`;
  }
  if (field.scalar !== ScalarType.STRING) return undefined;
  return typeof value === "number" ? `must be text in quotes, decimals too: "${value}"` : "must be text in quotes";
}

function checkList(
  schema: DescMessage,
  values: readonly JsonValue[],
  strict: boolean,
  path: string,
): JsonProblem | undefined {
  for (const [index, value] of values.entries()) {
    const problem = checkJson(schema, value, strict, `${path}[${index}].`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function accepts(schema: DescMessage, json: JsonValue, strict: boolean): boolean {
  try {
    fromJson(schema, json, { ignoreUnknownFields: !strict });
    return true;
  } catch {
    return false;
  }
}
