import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  type DescriptorProto,
  type EnumDescriptorProto,
  type FieldDescriptorProto,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  type FileDescriptorProto,
} from "@bufbuild/protobuf/wkt";
import { file_buf_validate_validate } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";
import { ROOT } from "../scripts/root.ts";

/**
 * Prints buf/validate/validate.proto into the ignored folder .gen/proto. The npm package carries its descriptor and not
 * its text; the schemas import it. Comments and options are lost: the rules themselves run from the package.
 */
export function writeValidateProto(): void {
  const path = join(ROOT, ".gen", "proto", "buf", "validate", "validate.proto");
  const text = printProto(file_buf_validate_validate.proto);
  if (existsSync(path) && readFileSync(path, "utf8") === text) return;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** The text of a proto2 file without comments, options and map fields. */
export function printProto(file: FileDescriptorProto): string {
  const lines = [
    'syntax = "proto2";',
    `package ${file.package};`,
    ...file.dependency.map((path) => `import "${path}";`),
    ...file.extension.flatMap((field) => [`extend ${field.extendee} {`, `  ${printField(field)}`, "}"]),
    ...file.messageType.flatMap(printMessage),
    ...file.enumType.flatMap(printEnum),
  ];
  return `${lines.join("\n")}\n`;
}

function printMessage(message: DescriptorProto): string[] {
  const oneofs = message.oneofDecl.flatMap((oneof, index) => {
    const arms = message.field.filter((field) => field.oneofIndex === index && isOneofArm(field));
    return [`  oneof ${oneof.name} {`, ...arms.map((field) => `    ${printBareField(field)}`), "  }"];
  });
  const fields = message.field.filter((field) => !isOneofArm(field)).map((field) => `  ${printField(field)}`);
  const ranges = message.extensionRange.map((range) => `  extensions ${range.start} to ${range.end - 1};`);
  return [
    `message ${message.name} {`,
    ...printReserved(message.reservedRange, message.reservedName, -1),
    ...oneofs,
    ...fields,
    ...ranges,
    ...message.nestedType.flatMap(printMessage),
    ...message.enumType.flatMap(printEnum),
    "}",
  ];
}

function printEnum(declared: EnumDescriptorProto): string[] {
  const values = declared.value.map((value) => `  ${value.name} = ${value.number};`);
  return [
    `enum ${declared.name} {`,
    ...printReserved(declared.reservedRange, declared.reservedName, 0),
    ...values,
    "}",
  ];
}

/** The end of a message's reserved range is exclusive (`past` -1), an enum's inclusive (0). */
function printReserved(ranges: { start: number; end: number }[], names: string[], past: number): string[] {
  const numbers = ranges.map((range) => `  reserved ${range.start} to ${range.end + past};`);
  return [...numbers, ...names.map((name) => `  reserved "${name}";`)];
}

function printField(field: FieldDescriptorProto): string {
  const label = FieldDescriptorProto_Label[field.label].toLowerCase();
  return `${label} ${printBareField(field)}`;
}

function printBareField(field: FieldDescriptorProto): string {
  const type = field.typeName || FieldDescriptorProto_Type[field.type].toLowerCase();
  return `${type} ${field.name} = ${field.number};`;
}

function isOneofArm(field: FieldDescriptorProto): boolean {
  return Object.hasOwn(field, "oneofIndex");
}
