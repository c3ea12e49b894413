import type { DescField, DescFile, DescMessage } from "@bufbuild/protobuf";
import { Edition, isWrapperDesc } from "@bufbuild/protobuf/wkt";

/**
 * The listed messages and all that they hold, by file, in the order of their declaration. Throws for a name that does
 * not exist and for what static codecs do not do.
 */
export function reachable(files: readonly DescFile[], roots: readonly string[]): Map<DescFile, DescMessage[]> {
  const byName = new Map(files.flatMap(messagesOf).map((message) => [message.typeName, message]));
  const seen = new Set<DescMessage>();
  for (const root of roots) {
    const message = byName.get(root);
    if (message === undefined) throw new Error(`no message ${root} in the schemas`);
    visit(message, [], seen);
  }
  const found = new Map<DescFile, DescMessage[]>();
  for (const file of files) {
    const messages = messagesOf(file).filter((message) => seen.has(message));
    if (messages.length > 0) found.set(file, messages);
  }
  return found;
}

function messagesOf(parent: DescFile | DescMessage): DescMessage[] {
  const direct = parent.kind === "file" ? parent.messages : parent.nestedMessages;
  return direct.flatMap((message) => [message, ...messagesOf(message)]);
}

function visit(message: DescMessage, holders: readonly DescMessage[], seen: Set<DescMessage>): void {
  if (holders.includes(message)) throw new Error(`${message} holds itself: hostile bytes could nest it without end`);
  if (seen.has(message)) return;
  seen.add(message);
  for (const field of message.fields) {
    refuseUnsupported(field);
    if (field.message !== undefined) visit(field.message, [...holders, message], seen);
  }
}

function refuseUnsupported(field: DescField): void {
  const message = field.message;
  if (field.parent.file.edition !== Edition.EDITION_PROTO3) throw new Error(`${field}: only proto3 has static codecs`);
  if (message === undefined) {
    if ("longAsString" in field && field.longAsString) throw new Error(`${field}: jstype is not supported`);
    return;
  }
  if (isWrapperDesc(message) || /^google\.protobuf\.(Struct|Value|ListValue)$/.test(message.typeName)) {
    throw new Error(`${field}: protobuf-es keeps ${message.typeName} in a form of its own`);
  }
}
