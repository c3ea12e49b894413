import { type ReadLogResponse, ReadLogResponseSchema } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import { findUnknown } from "@atlas/platform/wire/unknown-check";
import { type DescMessage, type Message, type MessageShape, toJson } from "@bufbuild/protobuf";
import { type Any, anyUnpack } from "@bufbuild/protobuf/wkt";
import { frameRegistry } from "./frame-registry.ts";
import { timeOf } from "./words.ts";

/** A record as log and archive tell it: the frame, or the bytes of what cannot be read as one. */
interface LoggedRecord {
  readonly frame?: Any | undefined;
  readonly unreadable: Uint8Array;
}

/** What this build makes of a record. */
interface ReadRecord<R> {
  /** Bytes in place of a frame of a type that this build does not have. */
  readonly record: R;
  /** What JSON leaves out, or has as a bare number, for this build does not know it (S26). */
  readonly unknown: readonly string[];
}

/** Offset and time, then each message of the frame on a line, and what is not in these lines. */
export function recordText(answer: ReadLogResponse): string {
  const { record, unknown } = readRecord(answer);
  const head = `${record.offset}  ${timeOf(record.appendTime)}`;
  const remarks = unknown.map((place) => `  holds what this build does not know: ${place}`);
  if (record.frame === undefined) {
    return [`${head}  ${record.unreadable.length} bytes that cannot be read`, ...remarks].join("\n");
  }
  const json = toJson(ReadLogResponseSchema, record, { registry: frameRegistry }) as {
    frame: { "@type": string; header?: { source?: string; firstNumber?: string }; messages?: unknown[] };
  };
  const { header, messages = [] } = json.frame;
  const title = `${head}  ${header?.source ?? "?"}  from ${header?.firstNumber ?? 0}, ${messages.length} messages`;
  return [title, ...messages.map((message) => `  ${JSON.stringify(message)}`), ...remarks].join("\n");
}

/** Protobuf-JSON on one line, and `unknown` beside its fields where it does not say everything. */
export function recordJson<Desc extends DescMessage>(schema: Desc, told: MessageShape<Desc> & LoggedRecord): string {
  const { record, unknown } = readRecord(told);
  const json = toJson(schema, record, { registry: frameRegistry }) as object;
  return JSON.stringify(unknown.length === 0 ? json : { ...json, unknown });
}

function readRecord<R extends LoggedRecord>(record: R): ReadRecord<R> {
  const { frame } = record;
  if (frame === undefined) return { record, unknown: [] };
  const message = anyUnpack(frame, frameRegistry);
  const schema = message && frameRegistry.getMessage(message.$typeName);
  if (schema === undefined) {
    const type = frame.typeUrl.slice(frame.typeUrl.lastIndexOf("/") + 1);
    return { record: { ...record, frame: undefined, unreadable: frame.value }, unknown: [`message ${type}`] };
  }
  const places = unknownPlaces(schema, message as FrameMessage);
  return { record, unknown: places.map((place) => `field ${place} of ${schema.typeName}`) };
}

type FrameMessage = Message & { readonly messages: readonly Message[] };

/** The first of the frame itself, and of each of its messages. */
function unknownPlaces(schema: DescMessage, frame: FrameMessage): string[] {
  const bare: FrameMessage = { ...frame, messages: [] };
  const own = findUnknown(schema, bare);
  const element = schema.field.messages?.message;
  const inMessages = frame.messages.map((message, index) => {
    const found = element && findUnknown(element, message);
    return found && `messages[${index}].${found}`;
  });
  return [own, ...inMessages].filter((place) => place !== undefined);
}
