import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { Code, ConnectError } from "@connectrpc/connect";
import { createAsyncIterable, type UniversalServerRequest } from "@connectrpc/connect/protocol";
import { refusal, toConnectError } from "../refusal/refusal-error.ts";

/** Envelopes of streams and of gRPC: a byte of flags, four of length. */
const ENVELOPE = 5;
const EMPTY_JSON = new TextEncoder().encode("{}");
const NOTHING = new Uint8Array(0);

/** The one message of a call, still encoded, and the call without it. */
export interface CallBody {
  readonly bytes: Uint8Array;
  readonly json: boolean;
  /** The same call with an empty message, to go on with. */
  readonly rest: UniversalServerRequest;
}

/** A call whose message is left to connect: it is compressed, or not what its content type says. */
export interface UnreadCall {
  readonly bytes: undefined;
  readonly rest: UniversalServerRequest;
}

/**
 * Takes the message out of a call that has exactly one. Throws TOO_LARGE when it has more bytes than `limit`, before
 * they are read if the header says so.
 */
export async function takeBody(call: UniversalServerRequest, limit: number): Promise<CallBody | UnreadCall> {
  const form = formOf(call.header.get("content-type") ?? "");
  if (form === undefined || !isBytes(call.body)) return { bytes: undefined, rest: call };
  const whole = await readAll(call.body, call.header, limit + (form.enveloped ? ENVELOPE : 0));
  const bytes = form.enveloped ? openEnvelope(whole) : isCompressed(call.header) ? undefined : whole;
  if (bytes === undefined) return { bytes, rest: { ...call, body: createAsyncIterable([whole]) } };
  const header = new Headers(call.header);
  header.delete("content-length");
  const nothing = form.json ? EMPTY_JSON : NOTHING;
  const body = createAsyncIterable([form.enveloped ? envelope(nothing) : nothing]);
  return { bytes, json: form.json, rest: { ...call, header, body } };
}

interface Form {
  readonly json: boolean;
  readonly enveloped: boolean;
}

/** `application/json`, `application/connect+proto`, `application/grpc`, `application/grpc-web+json`, ... */
function formOf(contentType: string): Form | undefined {
  const match = /^application\/(?:(connect|grpc-web|grpc)\+)?(json|proto|grpc|grpc-web)\s*(?:;|$)/i.exec(contentType);
  if (match === null) return undefined;
  const [, protocol, format = ""] = match;
  const bare = /^grpc/i.test(format);
  if (bare && protocol !== undefined) return undefined;
  return { json: /^json$/i.test(format), enveloped: protocol !== undefined || bare };
}

function isBytes(body: UniversalServerRequest["body"]): body is AsyncIterable<Uint8Array> {
  return typeof body === "object" && body !== null && Symbol.asyncIterator in body;
}

function isCompressed(header: Headers): boolean {
  const encoding = header.get("content-encoding") ?? "identity";
  return encoding !== "identity" && encoding !== "";
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

/** Passes on what a client sends. One that goes away while it sends is no defect: CANCELED. */
export async function* unbroken<T>(source: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* source;
  } catch (error) {
    if (isRefused(error)) throw error;
    throw new ConnectError("the request broke off", Code.Canceled, undefined, undefined, error);
  }
}

/** What was sent is not what it should be: connect and the checks say so, each with a code of the client's. */
function isRefused(error: unknown): boolean {
  return toConnectError(error).code !== Code.Internal;
}

function tooLarge(limit: number): Error {
  return refusal(Reason.TOO_LARGE, `a request has at most ${limit} bytes`);
}

/** `undefined`: compressed, or not exactly one message. */
function openEnvelope(whole: Uint8Array<ArrayBuffer>): Uint8Array | undefined {
  if (whole.length < ENVELOPE || whole[0] !== 0) return undefined;
  const length = new DataView(whole.buffer).getUint32(1);
  return whole.length === ENVELOPE + length ? whole.subarray(ENVELOPE) : undefined;
}

function envelope(message: Uint8Array): Uint8Array {
  const whole = new Uint8Array(ENVELOPE + message.length);
  new DataView(whole.buffer).setUint32(1, message.length);
  whole.set(message, ENVELOPE);
  return whole;
}
