import { AsyncLocalStorage } from "node:async_hooks";
import type { ServerHttp2Stream } from "node:http2";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { TradeRequestCodec, TradeResponseCodec } from "@atlas/gen/atlas/order/v1/order_session_service_codec";
import type { TradeResponse } from "@atlas/gen/atlas/order/v1/order_session_service_pb";
import { TradeRequestSchema } from "@atlas/gen/atlas/order/v1/order_session_service_pb";
import { decode } from "@atlas/gen/codec/codec";
import { Writer } from "@atlas/gen/codec/writer";
import { type RefusalError, refusal, toConnectError } from "@atlas/platform/refusal/refusal-error";
import type { SessionSink, TradeSession } from "@atlas/platform/session/trade-session";
import { checkWire } from "@atlas/platform/wire/wire-check";
import type { ConnectError } from "@connectrpc/connect";
import { beginStream, endStream } from "./end-stream.ts";
import { type Enveloped, EnvelopeReader } from "./envelope-reader.ts";
import type { StreamProtocol } from "./trade-protocol.ts";

/** What a response is taken to weigh until it is encoded. */
const USUAL_RESPONSE = 256;
const writer = new Writer();

/**
 * A `Trade` stream on raw HTTP/2: requests are decoded where they arrived, and all that is sent in one turn of the event loop is
 * encoded into one buffer and written at once. That is what makes it faster than a general handler.
 */
export class TradeStream implements SessionSink {
  readonly #stream: ServerHttp2Stream;
  readonly #protocol: StreamProtocol;
  readonly #input: EnvelopeReader;
  /** A stream's events come from the connection, and a release from whoever answers: what follows is still done for this call. */
  readonly #within = AsyncLocalStorage.snapshot();
  #session: TradeSession | undefined;
  #output: TradeResponse[] = [];
  #scheduled = false;
  #held = false;
  #clientEnded = false;
  #over = false;

  /** `limit`: bytes of one request. The response's header leaves at once. */
  constructor(stream: ServerHttp2Stream, protocol: StreamProtocol, limit: number) {
    this.#stream = stream;
    this.#protocol = protocol;
    this.#input = new EnvelopeReader(limit);
    beginStream(stream, protocol);
  }

  get bufferedBytes(): number {
    return this.#stream.writableLength + this.#output.length * USUAL_RESPONSE;
  }

  /** Begins to read. */
  start(session: TradeSession): void {
    const stream = this.#stream;
    this.#session = session;
    stream.on("data", (chunk: Buffer) => {
      if (this.#over) return;
      this.#input.take(chunk);
      this.#within(() => this.#read());
    });
    // Node's client ends a stream before it resets it, and its server ends one that was reset: so look again after what
    // has arrived with the end.
    stream.on("end", () => setImmediate(() => this.#within(() => this.#hearEnd())));
    stream.on("close", () => this.abort());
  }

  send(response: TradeResponse): void {
    if (this.#over) return;
    this.#output.push(response);
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  hold(): void {
    this.#held = true;
    this.#stream.pause();
  }

  release(): void {
    if (!this.#held) return;
    this.#held = false;
    // Not from within who released: what is read may hold again.
    setImmediate(() => this.#within(() => this.#goOn()));
  }

  end(error: RefusalError | undefined): void {
    this.close(error === undefined ? undefined : toConnectError(error));
  }

  /** Ends the stream after all that was sent. */
  close(error: ConnectError | undefined): void {
    if (this.#over) return;
    this.#flush();
    this.#over = true;
    endStream(this.#stream, this.#protocol, error);
  }

  /** Ends the session, whose client waits no longer, and tells the client so. */
  expire(error: ConnectError): void {
    if (this.#over) return;
    this.#session?.abort();
    this.close(error);
  }

  /** The stream broke, or the client gave it up. */
  abort(): void {
    if (this.#over) return;
    this.#over = true;
    this.#output = [];
    this.#session?.abort();
  }

  #hearEnd(): void {
    const { aborted, closed, destroyed } = this.#stream;
    if (aborted || closed || destroyed) return;
    this.#clientEnded = true;
    if (!this.#held) this.#finish();
  }

  #goOn(): void {
    if (this.#held || this.#over) return;
    this.#read();
    if (this.#held || this.#over) return;
    if (this.#clientEnded) this.#finish();
    else this.#stream.resume();
  }

  /** Hands over what has arrived, until the session holds. */
  #read(): void {
    try {
      while (!this.#held && !this.#over) {
        const message = this.#input.next();
        if (message === undefined) return;
        this.#receive(message);
      }
    } catch (error) {
      this.#refuse(refusal(Reason.TOO_LARGE, (error as Error).message));
    }
  }

  #receive({ flags, bytes, start, end }: Enveloped): void {
    if (flags !== 0) {
      this.#refuse(refusal(Reason.INVALID_FIELD, "a message is neither compressed nor the end of the stream here"));
      return;
    }
    let request: ReturnType<typeof TradeRequestCodec.read>;
    try {
      request = decode(TradeRequestCodec, bytes, start, end);
    } catch {
      this.#refuse(explain(bytes.subarray(start, end)));
      return;
    }
    this.#session?.receive(request);
  }

  #finish(): void {
    if (this.#over) return;
    if (this.#input.pending > 0) this.#refuse(refusal(Reason.INVALID_FIELD, "the stream ends within a message"));
    else this.#session?.finish();
  }

  #refuse(error: RefusalError): void {
    this.#session?.refuse(error);
  }

  #flush(): void {
    const output = this.#output;
    if (output.length === 0 || this.#over || this.#stream.destroyed) return;
    this.#output = [];
    writer.drop();
    for (let index = output.length - 1; index >= 0; index--) {
      const before = writer.length;
      TradeResponseCodec.write(writer, output[index] as TradeResponse);
      writer.envelope(before);
    }
    this.#stream.write(writer.take());
  }
}

/** Which field of a request does not decode, or is not known. */
function explain(bytes: Uint8Array): RefusalError {
  const problem = checkWire(TradeRequestSchema, bytes);
  const field = problem?.field ?? "";
  const reason = problem?.unknown === true ? Reason.UNKNOWN_FIELD : Reason.INVALID_FIELD;
  const message = problem?.unknown === true ? `${field} is not known here` : `${field || "a message"} does not decode`;
  return refusal(reason, message, { field, violations: field === "" ? [] : [{ field, reason, message }] });
}
