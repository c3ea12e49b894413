import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { Code, ConnectError } from "@connectrpc/connect";
import { type Compression, createAsyncIterable, type UniversalServerRequest } from "@connectrpc/connect/protocol";
import { refusal, toConnectError } from "../refusal/refusal-error.ts";

/** Envelopes of streams and of gRPC: a byte of flags, four of length. */
export const ENVELOPE = 5;
/** The flag of a message that is compressed. */
export const PACKED = 1;
const EMPTY_JSON = new TextEncoder().encode("{}");
const NOTHING = new Uint8Array(0);

/** The one message of a call, still encoded, and the call without it. */
export interface CallBody {
  readonly bytes: Uint8Array;
  readonly json: boolean;
  /** The same call with an empty message, to go on with. */
  readonly rest: UniversalServerRequest;
}

/** A call whose message is left to connect: compressed with what the server does not know, or not what its content type says. */
export interface UnreadCall {
  readonly bytes: undefined;
  readonly rest: UniversalServerRequest;
}

/**
 * Takes the message out of a call that has exactly one. Throws TOO_LARGE when it has more bytes than `limit`, packed or
 * unpacked: before they are read if the header says so, and never holding more.
 */
export async function takeBody(
  call: UniversalServerRequest,
  limit: number,
  compressions: readonly Compression[],
): Promise<CallBody | UnreadCall> {
  const form = formOf(call.header.get("content-type") ?? "");
  if (form === undefined || !isBytes(call.body)) return { bytes: undefined, rest: call };
  const whole = await readAll(call.body, call.header, limit + (form.enveloped ? ENVELOPE : 0));
  const sent = form.enveloped ? openEnvelope(whole) : { bytes: whole, packed: isPacked(call.header, form) };
  const bytes =
    sent?.packed === true
      ? await unpack(sent.bytes, compressionOf(call.header, form, compressions), limit)
      : sent?.bytes;
  if (bytes === undefined) return { bytes, rest: { ...call, body: createAsyncIterable([whole]) } };
  const header = new Headers(call.header);
  header.delete("content-length");
  header.delete(form.encodingHeader);
  const nothing = form.json ? EMPTY_JSON : NOTHING;
  const body = createAsyncIterable([form.enveloped ? envelope(nothing) : nothing]);
  return { bytes, json: form.json, rest: { ...call, header, body } };
}

/** How the messages of a call are encoded. */
export interface Form {
  readonly json: boolean;
  readonly enveloped: boolean;
  /** Which header says what messages are compressed with. */
  readonly encodingHeader: string;
}

/** `application/json`, `application/connect+proto`, `application/grpc`, `application/grpc-web+json`, ... */
export function formOf(contentType: string): Form | undefined {
  const match = /^application\/(?:(connect|grpc-web|grpc)\+)?(json|proto|grpc|grpc-web)\s*(?:;|$)/i.exec(contentType);
  if (match === null) return undefined;
  const [, protocol, format = ""] = match;
  const bare = /^grpc/i.test(format);
  if (bare && protocol !== undefined) return undefined;
  const isConnect = !bare && (protocol === undefined || /^connect$/i.test(protocol));
  const encodingHeader = isConnect
    ? protocol === undefined
      ? "content-encoding"
      : "connect-content-encoding"
    : "grpc-encoding";
  return { json: /^json$/i.test(format), enveloped: protocol !== undefined || bare, encodingHeader };
}

export function isBytes(body: UniversalServerRequest["body"]): body is AsyncIterable<Uint8Array> {
  return typeof body === "object" && body !== null && Symbol.asyncIterator in body;
}

function isPacked(header: Headers, { encodingHeader }: Form): boolean {
  const encoding = header.get(encodingHeader) ?? "identity";
  return encoding !== "identity" && encoding !== "";
}

export function compressionOf(header: Headers, form: Form, known: readonly Compression[]): Compression | undefined {
  const name = header.get(form.encodingHeader);
  return known.find((one) => one.name === name);
}

/** `undefined`: by something that is not known here. */
export async function unpack(
  bytes: Uint8Array<ArrayBuffer>,
  compression: Compression | undefined,
  limit: number,
): Promise<Uint8Array | undefined> {
  if (compression === undefined) return undefined;
  try {
    return await compression.decompress(bytes, limit);
  } catch (error) {
    if (error instanceof ConnectError && error.code === Code.ResourceExhausted) throw tooLarge(limit);
    throw refusal(Reason.INVALID_FIELD, `the request is not compressed with ${compression.name}, as it says`);
  }
}

async function readAll(
  body: AsyncIterable<Uint8Array>,
  header: Headers,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (Number(header.get("content-length") ?? 0) > limit) throw tooLarge(limit);
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of unbroken(body)) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > limit) throw tooLarge(limit);
  }
  const whole = new Uint8Array(length);
  let position = 0;
  for (const chunk of chunks) {
    whole.set(chunk, position);
    position += chunk.length;
  }
  return whole;
}

/**
 * Passes on what a client sends. A message that does not decode is refused as one, in the words of `explain` if it has any; a
 * client that goes away while it sends is no defect: CANCELED.
 */
export async function* unbroken<T>(
  source: AsyncIterable<T>,
  explain: () => Promise<Error | undefined> = async () => undefined,
): AsyncGenerator<T> {
  try {
    yield* source;
  } catch (error) {
    const undecoded = refuseUndecoded(error);
    if (undecoded !== undefined) throw (await explain()) ?? undecoded;
    if (isRefused(error)) throw error;
    throw new ConnectError("the request broke off", Code.Canceled, undefined, undefined, error);
  }
}

/** Connect calls binary that does not decode a defect of the server, and says what is wrong with JSON without a `Refusal`. */
function refuseUndecoded(error: unknown): Error | undefined {
  if (!(error instanceof ConnectError)) return undefined;
  const { code, rawMessage } = error;
  const isBinary = code === Code.Internal && rawMessage.startsWith("parse binary:");
  if (!isBinary && code !== Code.InvalidArgument) return undefined;
  return refusal(Reason.INVALID_FIELD, isBinary ? "a message does not decode" : rawMessage.slice(0, 500));
}

/** What was sent is not what it should be: connect and the checks say so, each with a code of the client's. */
function isRefused(error: unknown): boolean {
  return toConnectError(error).code !== Code.Internal;
}

function tooLarge(limit: number): Error {
  return refusal(Reason.TOO_LARGE, `a request has at most ${limit} bytes`);
}

/** `undefined`: not exactly one message. */
function openEnvelope(whole: Uint8Array<ArrayBuffer>) {
  const flags = whole[0];
  if (whole.length < ENVELOPE || (flags !== 0 && flags !== PACKED)) return undefined;
  const length = new DataView(whole.buffer).getUint32(1);
  return whole.length === ENVELOPE + length ? { bytes: whole.subarray(ENVELOPE), packed: flags === PACKED } : undefined;
}

function envelope(message: Uint8Array): Uint8Array {
  const whole = new Uint8Array(ENVELOPE + message.length);
  new DataView(whole.buffer).setUint32(1, message.length);
  whole.set(message, ENVELOPE);
  return whole;
}
