import { type DescField, type DescMessage, type DescOneof, ScalarType } from "@bufbuild/protobuf";
import { part } from "./names.ts";
import { LENGTH_DELIMITED, scalarOf, scalars, tagOf } from "./scalars.ts";

type FieldOf<K extends DescField["fieldKind"]> = DescField & { fieldKind: K };

/** Statements that write all fields of `m` into `w`: highest number first, because the writer goes backwards. */
export function writeStatements(message: DescMessage): string[] {
  const fields = message.fields.toSorted((a, b) => b.number - a.number);
  const lines = ["if (m.$unknown !== undefined) w.unknown(m.$unknown);"];
  for (let index = 0; index < fields.length; ) {
    const field = fields[index] as DescField;
    const run = field.oneof === undefined ? [field] : oneofRun(fields, index, field.oneof);
    lines.push(...(field.oneof === undefined ? writeField(field) : writeRun(field.oneof, run)));
    index += run.length;
  }
  return lines;
}

/** The fields of one oneof that stand next to each other by number. */
function oneofRun(fields: readonly DescField[], start: number, oneof: DescOneof): DescField[] {
  let end = start;
  while (fields[end]?.oneof === oneof) end += 1;
  return fields.slice(start, end);
}

function writeRun(oneof: DescOneof, fields: readonly DescField[]): string[] {
  const choice = `m.${oneof.localName}`;
  return [
    `switch (${choice}.case) {`,
    ...fields.flatMap((field) => [
      `  case ${JSON.stringify(field.localName)}: {`,
      ...indent(indent(writeValue(field, `${choice}.value`))),
      "    break;",
      "  }",
    ]),
    "}",
  ];
}

function writeField(field: DescField): string[] {
  const value = `m.${field.localName}`;
  switch (field.fieldKind) {
    case "list":
      return writeList(field, value);
    case "map":
      return writeMap(field, value);
    case "message":
      return [`if (${value} !== undefined) {`, ...indent(writeValue(field, value)), "}"];
    default:
      return [`if (${presence(field, value)}) ${writeValue(field, value)}`];
  }
}

function presence(field: FieldOf<"scalar"> | FieldOf<"enum">, value: string): string {
  if (field.proto.proto3Optional) return `${value} !== undefined`;
  return scalarOf(field).present.replace(/\bv\b/, value);
}

/** Tag and value, whatever the value is. */
function writeValue(field: DescField, value: string): string[] {
  if (field.message !== undefined && field.fieldKind !== "map") return writeMessage(field.message, field.number, value);
  const scalar = scalarOf(field);
  return [`w.${scalar.method}(${tagOf(field, scalar.wireType)}, ${value});`];
}

function writeMessage(message: DescMessage, number: number, value: string): string[] {
  return [
    "const before = w.length;",
    `${part("write", message)}(w, ${value});`,
    `w.close(${tagOf({ number }, LENGTH_DELIMITED)}, before);`,
  ];
}

function writeList(field: FieldOf<"list">, list: string): string[] {
  const type = field.listKind === "message" ? undefined : scalarOf(field);
  const each = (statements: string[]) => [
    `for (let index = ${list}.length - 1; index >= 0; index--) {`,
    `  const value = ${list}[index]!;`,
    ...indent(statements),
    "}",
  ];
  if (type === undefined || !field.packed) return each(writeValue(field, "value"));
  return [
    `if (${list}.length > 0) {`,
    "  const before = w.length;",
    ...indent(each([`w.${type.method}(0, value);`, "w.untag();"])),
    `  w.close(${tagOf(field, LENGTH_DELIMITED)}, before);`,
    "}",
  ];
}

/** An entry is a message of key and value, and both are always written. */
function writeMap(field: FieldOf<"map">, map: string): string[] {
  const key = scalars[field.mapKey];
  const value = scalarOf(field);
  return [
    `const ${field.localName}$ = Object.keys(${map});`,
    `for (let index = ${field.localName}$.length - 1; index >= 0; index--) {`,
    `  const key = ${field.localName}$[index]!;`,
    `  const value = ${map}[key${isNumber(field.mapKey) ? " as unknown as number" : ""}]!;`,
    "  const entry = w.length;",
    ...indent(
      field.mapKind === "message"
        ? writeMessage(field.message, 2, "value")
        : [`w.${value.method}(${tagOf({ number: 2 }, value.wireType)}, value);`],
    ),
    `  w.${key.method}(${tagOf({ number: 1 }, key.wireType)}, ${keyValue(field.mapKey)});`,
    `  w.close(${tagOf(field, LENGTH_DELIMITED)}, entry);`,
    "}",
  ];
}

function isNumber(type: ScalarType): boolean {
  return scalars[type].zero === "0";
}

/** The keys of an object are strings. */
function keyValue(type: ScalarType): string {
  if (type === ScalarType.STRING) return "key";
  if (type === ScalarType.BOOL) return 'key === "true"';
  return isNumber(type) ? "Number(key)" : "BigInt(key)";
}

export function indent(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}
