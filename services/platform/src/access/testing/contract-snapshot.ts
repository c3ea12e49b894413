import { access, topic } from "@atlas/gen/atlas/options/v1/options_pb";
import {
  type AnyDesc,
  createRegistry,
  type DescExtension,
  type DescField,
  type DescFile,
  type DescMessage,
  getOption,
  hasOption,
  type Message,
  toJsonString,
} from "@bufbuild/protobuf";
import {
  field,
  file_buf_validate_validate,
  message,
  oneof,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";

const registry = createRegistry(file_buf_validate_validate);

/**
 * What buf's breaking check does not see, one fact a line: who may call a method and how often it may be repeated, where
 * records stand, which values are let in.
 */
export function contractSnapshot(files: readonly DescFile[]): string {
  return files.flatMap((file) => [...methodLines(file), ...file.messages.flatMap(messageLines)]).join("\n");
}

function methodLines(file: DescFile): string[] {
  return file.services.flatMap((service) =>
    service.methods.flatMap((method) => [
      optionLine(`${service.typeName}/${method.name} access`, method, access),
      `${service.typeName}/${method.name} idempotency ${method.idempotency}`,
    ]),
  );
}

function messageLines(desc: DescMessage): string[] {
  const lines = [
    hasOption(desc, topic) ? optionLine(`${desc.typeName} topic`, desc, topic) : undefined,
    hasOption(desc, message) ? optionLine(`${desc.typeName} rule`, desc, message) : undefined,
    ...desc.oneofs.map((one) =>
      hasOption(one, oneof) ? optionLine(`${desc.typeName}.${one.name} rule`, one, oneof) : undefined,
    ),
    ...desc.fields.map(fieldLine),
    ...desc.nestedMessages.flatMap(messageLines),
  ];
  return lines.filter((line) => line !== undefined);
}

function fieldLine(desc: DescField): string | undefined {
  return hasOption(desc, field) ? optionLine(`${desc.parent.typeName}.${desc.name} rule`, desc, field) : undefined;
}

function optionLine<Value extends Message>(
  what: string,
  desc: AnyDesc & { readonly proto: Message },
  extension: DescExtension,
): string {
  const value = getOption(desc as never, extension as never) as Value;
  return `${what} ${toJsonString(extension.message as DescMessage, value, { registry })}`;
}
