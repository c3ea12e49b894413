import { type DescField, type DescMessage, fromBinary, fromJson, type Message, toBinary } from "@bufbuild/protobuf";
import type { Example } from "./examples.ts";
import { hostileMembers } from "./hostile-values.ts";
import type { HostileRequest } from "./json-requests.ts";

/** A field number that no message has, as a varint field holding 1. */
const UNKNOWN_FIELD = Uint8Array.from([0xf8, 0xff, 0x03, 0x01]);
const UNKNOWN_NUMBER = "8191";

/** The same by Protobuf's binary format: wrong values, unknown fields at every depth, wrong wire types, torn bytes. */
export function binaryRequests(example: Example): HostileRequest[] {
  const requests: HostileRequest[] = [];
  const add = (body: Uint8Array, fields: readonly string[], what: string) =>
    void requests.push({ example, contentType: "application/proto", body, fields, what });
  const schema = example.method.input;
  const whole = () => fromJson(schema, example.request);
  walk(schema, whole, [], (path, field, value) => {
    const message = whole();
    set(message, [...path, field.localName], value, field);
    add(toBinary(schema, message), [field.name], `${field.name} = ${String(value).slice(0, 60)}`);
  });
  unknowns(schema, whole, [], (path) => {
    const message = whole();
    const holder = at(message, path) as { $unknown?: object[] };
    holder.$unknown = [{ no: Number(UNKNOWN_NUMBER), wireType: 0, data: Uint8Array.from([1]) }];
    add(toBinary(schema, message), [UNKNOWN_NUMBER], `an unknown field in ${path.join(".") || "the request"}`);
  });
  const bytes = toBinary(schema, whole());
  for (let cut = 1; cut < bytes.length; cut += 3)
    add(bytes.subarray(0, bytes.length - cut), [], `torn ${cut} before its end`);
  for (const field of schema.fields) {
    for (const wireType of [0, 1, 2, 3, 5, 6, 7]) {
      if (wireType === wireTypeOf(field)) continue;
      const junk = Uint8Array.from([
        ...bytes,
        (field.number << 3) | wireType,
        0xff,
        0xff,
        0xff,
        0xff,
        0xff,
        0xff,
        0xff,
        0xff,
      ]);
      add(junk, [], `${field.name} with wire type ${wireType}`);
    }
  }
  add(Uint8Array.from([...bytes, ...UNKNOWN_FIELD]), [UNKNOWN_NUMBER], "an unknown field behind it");
  for (const length of [1, 7, 100]) add(new Uint8Array(length).fill(0xff), [], `${length} bytes of 0xff`);
  return requests.filter(({ what, body }) => !what.startsWith("torn") || !decodes(schema, body as Uint8Array));
}

/** A message that is torn between two of its fields is a shorter message. */
function decodes(schema: DescMessage, body: Uint8Array): boolean {
  try {
    fromBinary(schema, body);
    return true;
  } catch {
    return false;
  }
}

function walk(
  schema: DescMessage,
  whole: () => Message,
  path: readonly string[],
  found: (path: readonly string[], field: DescField, value: unknown) => void,
): void {
  for (const field of schema.fields) {
    for (const value of hostileMembers(field)) found(path, field, value);
    const step = stepInto(field, at(whole(), path));
    if (step !== undefined) walk(field.message as DescMessage, whole, [...path, ...step], found);
  }
}

function unknowns(
  schema: DescMessage,
  whole: () => Message,
  path: readonly string[],
  found: (path: readonly string[]) => void,
): void {
  found(path);
  for (const field of schema.fields) {
    const step = stepInto(field, at(whole(), path));
    if (step !== undefined) unknowns(field.message as DescMessage, whole, [...path, ...step], found);
  }
}

function stepInto(field: DescField, holder: unknown): readonly string[] | undefined {
  const schema = field.message;
  if (schema === undefined || field.oneof !== undefined || schema.typeName.startsWith("google.")) return undefined;
  const value = (holder as Record<string, unknown>)[field.localName];
  if (field.fieldKind === "list") return (value as unknown[]).length > 0 ? [field.localName, "0"] : undefined;
  return value === undefined ? undefined : [field.localName];
}

function at(message: unknown, path: readonly string[]): unknown {
  return path.reduce((holder, key) => (holder as Record<string, unknown>)[key], message);
}

function set(message: Message, path: readonly string[], value: unknown, field: DescField): void {
  const holder = at(message, path.slice(0, -1)) as Record<string, unknown>;
  if (field.oneof === undefined) holder[field.localName] = value;
  else holder[field.oneof.localName] = { case: field.localName, value };
}

function wireTypeOf(field: DescField): number {
  if (field.fieldKind === "scalar" && field.scalar !== 9 && field.scalar !== 12) return 0;
  return field.fieldKind === "enum" ? 0 : 2;
}
