import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from "node:http2";
import { TradeRequestCodec, TradeResponseCodec } from "@atlas/gen/atlas/order/v1/order_session_service_codec";
import type { TradeRequest, TradeResponse } from "@atlas/gen/atlas/order/v1/order_session_service_pb";
import { decode, encodeView } from "@atlas/gen/codec/codec";
import { Code, ConnectError } from "@connectrpc/connect";
import { codeFromString } from "@connectrpc/connect/protocol-connect";

const PATH = "/atlas.order.v1.OrderSessionService/Trade";
/** The connection's window: with the default of 64 kB its streams starve (SPEED.md). */
const CONNECTION_WINDOW = 1 << 26;
const STREAM_WINDOW = 1 << 24;
const END_OF_STREAM = 2;

/** Who listens to a stream. */
export interface TradeListener {
  response(message: TradeResponse): void;
  /** The stream has ended, once: with what the server said, or what befell the connection. */
  closed(error: ConnectError | undefined): void;
}

/** One `Trade` stream on a connection of its own. */
export interface TradeStream {
  /** What is sent in one turn of the event loop leaves in one write. */
  send(request: TradeRequest): void;
  /** Says that nothing more is sent; what is unanswered is still answered. */
  end(): void;
  /** Breaks it off. */
  destroy(): void;
}

/** Opens a stream by the Connect protocol: generated static codecs, and no message on its own. */
export function openTradeStream(url: string, key: string, listener: TradeListener): TradeStream {
  const session = connect(url, { settings: { initialWindowSize: STREAM_WINDOW, enablePush: false } });
  session.once("connect", () => session.setLocalWindowSize(CONNECTION_WINDOW));
  const stream = session.request({
    [constants.HTTP2_HEADER_METHOD]: "POST",
    [constants.HTTP2_HEADER_PATH]: PATH,
    "content-type": "application/connect+proto",
    "connect-protocol-version": "1",
    authorization: `Bearer ${key}`,
  });
  const closing = closeOnce(session, stream, listener);
  receive(stream, listener, closing);
  return { ...sender(stream), destroy: () => closing(undefined) };
}

type Closing = (error: ConnectError | undefined) => void;

function closeOnce(session: ClientHttp2Session, stream: ClientHttp2Stream, listener: TradeListener): Closing {
  let isClosed = false;
  const closing: Closing = (error) => {
    if (isClosed) return;
    isClosed = true;
    stream.destroy();
    session.destroy();
    listener.closed(error);
  };
  const broken = (error: Error) =>
    closing(new ConnectError(error.message, Code.Unavailable, undefined, undefined, error));
  session.on("error", broken);
  stream.on("error", broken);
  session.on("close", () => broken(new Error("the connection was closed")));
  stream.on("close", () => broken(new Error("the stream was closed")));
  return closing;
}

function sender(stream: ClientHttp2Stream): Pick<TradeStream, "send" | "end"> {
  let buffer = new Uint8Array(1 << 16);
  let length = 0;
  let isWaiting = false;
  const flush = () => {
    isWaiting = false;
    if (length === 0 || stream.destroyed) return;
    stream.write(buffer.slice(0, length));
    length = 0;
  };
  return {
    send(request) {
      const message = encodeView(TradeRequestCodec, request);
      const needed = length + 5 + message.length;
      if (needed > buffer.length) {
        const larger = new Uint8Array(needed * 2);
        larger.set(buffer.subarray(0, length));
        buffer = larger;
      }
      new DataView(buffer.buffer).setUint32(length + 1, message.length);
      buffer[length] = 0;
      buffer.set(message, length + 5);
      length = needed;
      if (isWaiting) return;
      isWaiting = true;
      setImmediate(flush);
    },
    end() {
      flush();
      if (!stream.destroyed) stream.end();
    },
  };
}

function receive(stream: ClientHttp2Stream, listener: TradeListener, closing: Closing): void {
  let status = 0;
  let rest: Uint8Array = new Uint8Array(0);
  stream.on("response", (headers) => {
    status = headers[":status"] ?? 0;
  });
  stream.on("data", (chunk: Uint8Array) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    if (status !== 200) return;
    let at = 0;
    while (rest.length - at >= 5) {
      const length = new DataView(rest.buffer, rest.byteOffset + at).getUint32(1);
      if (rest.length - at - 5 < length) break;
      const from = at + 5;
      at = from + length;
      if (((rest[from - 5] as number) & END_OF_STREAM) !== 0) {
        closing(errorOf(rest.subarray(from, at)));
        return;
      }
      listener.response(decode(TradeResponseCodec, rest, from, at));
    }
    rest = rest.subarray(at);
  });
  stream.on("end", () => {
    if (status !== 200 && status !== 0) closing(errorOf(wrapped(rest)));
  });
}

/** A refusal before the stream began is not in an envelope, and says only the error itself. */
function wrapped(body: Uint8Array): Uint8Array {
  return Buffer.from(`{"error":${Buffer.from(body).toString() || "{}"}}`);
}

/** The error of an end-of-stream message; `undefined`: the stream ended well. */
function errorOf(body: Uint8Array): ConnectError | undefined {
  const { error } = JSON.parse(Buffer.from(body).toString()) as EndOfStream;
  if (error === undefined) return undefined;
  const found = new ConnectError(error.message ?? "", codeFromString(error.code ?? "") ?? Code.Unknown);
  found.details = (error.details ?? []).map(({ type, value }) => ({ type, value: Buffer.from(value, "base64") }));
  return found;
}

interface EndOfStream {
  readonly error?: {
    readonly code?: string;
    readonly message?: string;
    readonly details?: readonly { readonly type: string; readonly value: string }[];
  };
}
