import { type DescFile, type DescMessage, type DescService, toBinary } from "@bufbuild/protobuf";
import { nestedTypes } from "@bufbuild/protobuf/reflect";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";

/** Finds what reflection is asked for among the files that some services are made of. */
export interface DescriptorIndex {
  readonly services: readonly string[];
  byName(file: string): DescFile | undefined;
  bySymbol(symbol: string): DescFile | undefined;
  byExtension(type: string, number: number): DescFile | undefined;
  /** Numbers of all extensions of a message; `undefined`: there is no such message. */
  extensionsOf(type: string): number[] | undefined;
}

export function indexDescriptors(services: readonly DescService[]): DescriptorIndex {
  const files = new Map<string, DescFile>();
  for (const service of services) collect(service.file, files);
  const symbols = new Map<string, DescFile>();
  const extensions = new Map<string, Map<number, DescFile>>();
  for (const file of files.values()) {
    for (const type of nestedTypes(file)) {
      symbols.set(type.typeName, file);
      if (type.kind === "service")
        for (const method of type.methods) symbols.set(`${type.typeName}.${method.name}`, file);
      if (type.kind === "message") memberNames(type).forEach((name) => void symbols.set(name, file));
      if (type.kind === "extension") numbersOf(extensions, type.extendee.typeName).set(type.number, file);
    }
  }
  return {
    services: services.map((service) => service.typeName),
    byName: (file) => files.get(file),
    bySymbol: (symbol) => symbols.get(symbol),
    byExtension: (type, number) => extensions.get(type)?.get(number),
    extensionsOf: (type) => (symbols.has(type) ? [...(extensions.get(type)?.keys() ?? [])] : undefined),
  };
}

/** The file and all that it imports, those without imports last, each as `FileDescriptorProto`. */
export function encodeFile(file: DescFile): Uint8Array[] {
  const files = new Map<string, DescFile>();
  collect(file, files);
  return [...files.values()].map((one) => toBinary(FileDescriptorProtoSchema, one.proto));
}

function collect(file: DescFile, into: Map<string, DescFile>): void {
  if (into.has(file.proto.name)) return;
  into.set(file.proto.name, file);
  for (const dependency of file.dependencies) collect(dependency, into);
}

function memberNames(message: DescMessage): string[] {
  return message.fields.map((field) => `${message.typeName}.${field.name}`);
}

function numbersOf(extensions: Map<string, Map<number, DescFile>>, type: string): Map<number, DescFile> {
  const numbers = extensions.get(type) ?? new Map<number, DescFile>();
  extensions.set(type, numbers);
  return numbers;
}
