import type { DescMessage } from "@bufbuild/protobuf";
import type { GeneratedFile, Printable } from "@bufbuild/protoplugin";

/** What the generated code names of a message. */
export type Part = "shape" | "write" | "read" | "codec";

/**
 * A place in a line of code where a name belongs. Which name that is, only the file knows that imports it: two
 * packages may have messages of one name.
 */
export function part(kind: Part, message: DescMessage): string {
  return `«${kind}:${message.typeName}»`;
}

/** The same for a function of the runtime's codec.ts. */
export function runtime(name: "merge" | "empty" | "setEntry"): string {
  return `«runtime:${name}»`;
}

/** Prints a line with its names, and their imports. */
export function printLine(f: GeneratedFile, line: string, messages: ReadonlyMap<string, DescMessage>): void {
  const pieces = line.split(/(«\w+:[\w.]+»)/);
  f.print(...pieces.map((piece) => printable(f, piece, messages)));
}

function printable(f: GeneratedFile, piece: string, messages: ReadonlyMap<string, DescMessage>): Printable {
  const [, kind, name] = /^«(\w+):([\w.]+)»$/.exec(piece) ?? [];
  if (kind === undefined || name === undefined) return piece;
  if (kind === "runtime") return f.import(name, "./codec/codec.js");
  const message = messages.get(name);
  if (message === undefined) throw new Error(`${name} is not among the messages with codecs`);
  if (kind === "shape") return f.importShape(message);
  return f.import(nameOf(kind as Part, message), `./${message.file.name}_codec.js`);
}

export function nameOf(kind: Part, message: DescMessage): string {
  return kind === "codec" ? `${localName(message)}Codec` : `${kind}${localName(message)}`;
}

/** A message nested in another carries both names, as protoc-gen-es has it. */
function localName(message: DescMessage): string {
  return message.parent === undefined ? message.name : `${localName(message.parent)}_${message.name}`;
}
