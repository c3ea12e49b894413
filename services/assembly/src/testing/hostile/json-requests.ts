import type { DescField, DescMessage, JsonObject, JsonValue } from "@bufbuild/protobuf";
import type { Example } from "./examples.ts";
import { hostileJson } from "./hostile-values.ts";

/** A request that must be refused, and the fields of which the refusal must name one. */
export interface HostileRequest {
  readonly example: Example;
  readonly contentType: "application/json" | "application/proto";
  readonly body: string | Uint8Array;
  /** In snake case, or keys as they were sent; none: nothing can be named. */
  readonly fields: readonly string[];
  /** For people: what was done to it. */
  readonly what: string;
}

/** Every field of the request in turn, holding everything that it must not; and keys that nobody knows, at every depth. */
export function jsonRequests(example: Example): HostileRequest[] {
  const requests: HostileRequest[] = [];
  walk(example.method.input, example.request, [], (path, field, value) => {
    const request = changed(example.request, path, value);
    requests.push(requestOf(example, request, [field], `${path.join(".")} = ${JSON.stringify(value)?.slice(0, 60)}`));
  });
  for (const [path, values] of Object.entries(example.beyond)) {
    const keys = path.split(".").map((key) => (key === "*" ? "0" : key));
    for (const value of values) {
      const request = changed(example.request, keys, value);
      requests.push(requestOf(example, request, [snakeCase(keys.at(-1) ?? "")], `${path} = ${JSON.stringify(value)}`));
    }
  }
  return requests;
}

interface Change {
  readonly path: readonly string[];
  readonly field: string;
  readonly value: JsonValue | undefined;
}

/** Values in pairs: two places of a request are wrong at once, neither within the other, and one of them is named. */
export function jsonPairs(example: Example, count: number, pick: (below: number) => number): HostileRequest[] {
  const changes: Change[] = [];
  walk(example.method.input, example.request, [], (path, field, value) => void changes.push({ path, field, value }));
  const pairs: HostileRequest[] = [];
  while (pairs.length < count) {
    const [first, second] = [changes[pick(changes.length)], changes[pick(changes.length)]] as [Change, Change];
    if (isWithin(first.path, second.path) || isWithin(second.path, first.path)) continue;
    const request = changed(changed(example.request, first.path, first.value), second.path, second.value);
    const what = `${first.path.join(".")} and ${second.path.join(".")}`;
    pairs.push(requestOf(example, request, [first.field, second.field], what));
  }
  return pairs;
}

/** Whether a path is another, or leads to it. */
function isWithin(path: readonly string[], other: readonly string[]): boolean {
  return path.every((key, index) => key === other[index]);
}

function requestOf(example: Example, request: JsonValue, fields: readonly string[], what: string): HostileRequest {
  return { example, contentType: "application/json", body: JSON.stringify(request), fields, what };
}

function walk(
  schema: DescMessage,
  request: JsonValue | undefined,
  path: readonly string[],
  found: (path: readonly string[], field: string, value: JsonValue | undefined) => void,
): void {
  for (const key of ["noSuchField", "__proto__x", "order_", "0"]) found([...path, key], key, 1);
  for (const field of schema.fields) {
    const at = [...path, field.jsonName];
    for (const value of hostileJson(field)) found(at, field.name, value);
    const below = nested(field, request);
    if (below !== undefined) walk(below.schema, below.value, [...at, ...below.step], found);
  }
}

/** Where a field's own message goes on in the example. */
function nested(field: DescField, request: JsonValue | undefined) {
  const schema = field.message;
  if (schema === undefined || schema.typeName.startsWith("google.")) return undefined;
  const value = (request as JsonObject | undefined)?.[field.jsonName];
  if (field.fieldKind === "list") return Array.isArray(value) ? { schema, value: value[0], step: ["0"] } : undefined;
  return value === undefined ? undefined : { schema, value, step: [] };
}

function changed(request: JsonValue, [key = "", ...rest]: readonly string[], value: JsonValue | undefined): JsonObject {
  if (Array.isArray(request)) {
    const copy: JsonValue[] = [...request];
    copy[Number(key)] = rest.length === 0 ? (value ?? null) : changed(copy[Number(key)] ?? {}, rest, value);
    return copy as unknown as JsonObject;
  }
  const copy: JsonObject = { ...(request as JsonObject) };
  if (rest.length > 0) copy[key] = changed(copy[key] ?? {}, rest, value);
  else if (value === undefined) delete copy[key];
  else copy[key] = value;
  return copy;
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
