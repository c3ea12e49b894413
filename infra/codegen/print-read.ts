import { type DescField, type DescMessage, type DescOneof, ScalarType } from "@bufbuild/protobuf";
import { part, runtime } from "./names.ts";
import { indent } from "./print-write.ts";
import { LENGTH_DELIMITED, scalarOf, scalars, tagOf } from "./scalars.ts";

type FieldOf<K extends DescField["fieldKind"]> = DescField & { fieldKind: K };

/**
 * Statements that read a message from `r` up to `end` and return it: every field into a variable of its own, then one
 * object literal with all of them, so that all messages of a type have the same hidden class.
 */
export function readStatements(message: DescMessage): string[] {
  return [
    ...message.members.map((member) => declare(member)),
    "while (r.pos < end) {",
    "  const tag = r.tag();",
    "  switch (tag) {",
    ...indent(indent(message.fields.flatMap((field) => readField(field)))),
    "    default:",
    `      throw r.unknown(${JSON.stringify(message.typeName)}, tag);`,
    "  }",
    "}",
    "r.finish(end);",
    "return {",
    `  $typeName: ${JSON.stringify(message.typeName)},`,
    ...message.members.map((member) => `  ${member.localName}: ${local(member)},`),
    "};",
  ];
}

function local(member: DescField | DescOneof): string {
  return `$${member.localName}`;
}

function declare(member: DescField | DescOneof): string {
  const type = `${part("shape", member.parent)}[${JSON.stringify(member.localName)}]`;
  return `let ${local(member)}: ${type} = ${initial(member)};`;
}

function initial(member: DescField | DescOneof): string {
  if (member.kind === "oneof") return "{ case: undefined }";
  switch (member.fieldKind) {
    case "list":
      return "[]";
    case "map":
      return "{}";
    case "message":
      return "undefined";
    default:
      return member.proto.proto3Optional ? "undefined" : scalarOf(member).zero;
  }
}

function readField(field: DescField): string[] {
  switch (field.fieldKind) {
    case "list":
      return readList(field);
    case "map":
      return readMap(field);
    case "message":
      return arm(tagOf(field, LENGTH_DELIMITED), [readMessage(field, field.message)]);
    default: {
      const scalar = scalarOf(field);
      return arm(tagOf(field, scalar.wireType), [assign(field, `r.${scalar.method}()`)]);
    }
  }
}

function assign(field: DescField, value: string): string {
  if (field.oneof === undefined) return `${local(field)} = ${value};`;
  return `${local(field.oneof)} = { case: ${JSON.stringify(field.localName)}, value: ${value} };`;
}

/** A message that stands twice is merged. */
function readMessage(field: DescField, message: DescMessage): string {
  const read = `${part("read", message)}(r, r.end(end))`;
  const earlier = field.oneof === undefined ? local(field) : `${local(field.oneof)}.value`;
  const absent =
    field.oneof === undefined
      ? `${earlier} === undefined`
      : `${local(field.oneof)}.case !== ${JSON.stringify(field.localName)}`;
  return assign(field, `${absent} ? ${read} : ${runtime("merge")}(${part("codec", message)}, ${earlier}, r, end)`);
}

/** Numbers may come packed or one by one, whatever the schema says. */
function readList(field: FieldOf<"list">): string[] {
  const list = local(field);
  if (field.listKind === "message") {
    const read = part("read", field.message);
    return arm(tagOf(field, LENGTH_DELIMITED), [`${list}.push(${read}(r, r.end(end)));`]);
  }
  const scalar = scalarOf(field);
  const single = arm(tagOf(field, scalar.wireType), [`${list}.push(r.${scalar.method}());`]);
  if (scalar.wireType === LENGTH_DELIMITED) return single;
  return [
    ...single,
    ...arm(tagOf(field, LENGTH_DELIMITED), [
      "const stop = r.end(end);",
      `while (r.pos < stop) ${list}.push(r.${scalar.method}());`,
      "r.finish(stop);",
    ]),
  ];
}

function readMap(field: FieldOf<"map">): string[] {
  const key = scalars[field.mapKey];
  const entry = JSON.stringify(`${field.parent.typeName}.${field.name}`);
  const value = mapValue(field);
  return arm(tagOf(field, LENGTH_DELIMITED), [
    "const stop = r.end(end);",
    `let key = ${key.zero};`,
    `let value = ${value.zero};`,
    "while (r.pos < stop) {",
    "  const part = r.tag();",
    `  if (part === ${tagOf({ number: 1 }, key.wireType)}) key = r.${key.method}();`,
    `  else if (part === ${value.tag}) value = ${value.read};`,
    `  else throw r.unknown(${entry}, part);`,
    "}",
    "r.finish(stop);",
    `${runtime("setEntry")}(${local(field)}, ${field.mapKey === ScalarType.STRING ? "key" : "String(key)"}, value);`,
  ]);
}

function mapValue(field: FieldOf<"map">): { zero: string; tag: number; read: string } {
  if (field.mapKind === "message") {
    const codec = part("codec", field.message);
    return {
      zero: `${runtime("empty")}(${codec})`,
      tag: tagOf({ number: 2 }, LENGTH_DELIMITED),
      read: `${runtime("merge")}(${codec}, value, r, stop)`,
    };
  }
  const scalar = scalarOf(field);
  return { zero: scalar.zero, tag: tagOf({ number: 2 }, scalar.wireType), read: `r.${scalar.method}()` };
}

function arm(tag: number, statements: readonly string[]): string[] {
  const declares = statements.some((statement) => /^(const|let) /.test(statement));
  if (declares) return [`case ${tag}: {`, ...indent(statements), "  break;", "}"];
  return [`case ${tag}:`, ...indent(statements), "  break;"];
}
