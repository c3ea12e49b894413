import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type IncomingHttpHeaders,
} from "node:http2";
import { TradeRequestCodec, TradeResponseCodec } from "@atlas/gen/atlas/order/v1/order_session_service_codec";
import type { TradeRequest, TradeResponse } from "@atlas/gen/atlas/order/v1/order_session_service_pb";
import { decode } from "@atlas/gen/codec/codec";
import { Writer } from "@atlas/gen/codec/writer";
import { Code, ConnectError } from "@connectrpc/connect";
import { codeFromHttpStatus, endStreamFlag, endStreamFromJson } from "@connectrpc/connect/protocol-connect";
import { CONNECTION_WINDOW, STREAM_WINDOW } from "../limits.ts";
import { EnvelopeReader } from "./envelope-reader.ts";
import { TRADE_PATH } from "./trade-route.ts";

/** What a server's message may weigh: a batch of 1,000 answers is below 1 MB. */
const LARGEST = 16_777_216;
const writer = new Writer();

/** Hears what comes on a session. Nothing here throws. */
export interface TradeReceiver {
  receive(response: TradeResponse): void;
  /** The session is over, with the server's error if it had one. Once; nothing follows. */
  ended(error: ConnectError | undefined): void;
}

/** A session as its client sees it. */
export interface TradeClient {
  /** What is sent in one turn of the event loop leaves in one write. */
  send(request: TradeRequest): void;
  /** Sends no more; what is unanswered is still answered. */
  finish(): void;
  /** Gives the session up. */
  cancel(): void;
  /** Bytes that the server has not taken yet. */
  readonly bufferedBytes: number;
}

/** A connection for any number of sessions. */
export interface TradeConnection {
  open(receiver: TradeReceiver): TradeClient;
  close(): void;
}

/**
 * Sessions by the Connect protocol with static codecs: what load generators and benches use, because a general client
 * takes more time than the server (SPEED.md). `url` is the platform's, `key` a credential for `Authorization: Bearer`.
 */
export function openTradeConnection(url: string, key: string): TradeConnection {
  const session = connect(url, { settings: { initialWindowSize: STREAM_WINDOW } });
  session.once("connect", () => session.setLocalWindowSize(CONNECTION_WINDOW));
  // Its streams are told.
  session.on("error", () => {});
  return {
    open: (receiver) => new Http2TradeClient(session, key, receiver),
    close: () => session.close(),
  };
}

class Http2TradeClient implements TradeClient {
  readonly #stream: ClientHttp2Stream;
  readonly #receiver: TradeReceiver;
  readonly #input = new EnvelopeReader(LARGEST);
  #output: TradeRequest[] = [];
  #scheduled = false;
  #finishing = false;
  #over = false;

  constructor(session: ClientHttp2Session, key: string, receiver: TradeReceiver) {
    this.#receiver = receiver;
    this.#stream = session.request({
      ":method": "POST",
      ":path": TRADE_PATH,
      "content-type": "application/connect+proto",
      "connect-protocol-version": "1",
      authorization: `Bearer ${key}`,
    });
    this.#stream.on("response", (headers) => this.#begin(headers));
    this.#stream.on("data", (chunk: Buffer) => this.#read(chunk));
    this.#stream.on("error", (error) => this.#end(broken(error)));
    this.#stream.on("close", () => this.#end(broken(undefined)));
  }

  get bufferedBytes(): number {
    return this.#stream.writableLength;
  }

  send(request: TradeRequest): void {
    if (this.#finishing || this.#over) throw new Error("the session is over");
    this.#output.push(request);
    this.#schedule();
  }

  finish(): void {
    this.#finishing = true;
    this.#schedule();
  }

  cancel(): void {
    this.#stream.close(constants.NGHTTP2_CANCEL);
    this.#end(new ConnectError("the session was given up", Code.Canceled));
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => {
      this.#scheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#over) return;
    const output = this.#output;
    this.#output = [];
    if (output.length > 0) {
      writer.drop();
      for (let index = output.length - 1; index >= 0; index--) {
        const before = writer.length;
        TradeRequestCodec.write(writer, output[index] as TradeRequest);
        writer.envelope(before);
      }
      this.#stream.write(writer.take());
    }
    if (this.#finishing) this.#stream.end();
  }

  #begin(headers: IncomingHttpHeaders): void {
    const status = Number(headers[":status"]);
    if (status === 200 && headers["content-type"] === "application/connect+proto") return;
    const code = status === 200 ? Code.Unknown : codeFromHttpStatus(status);
    this.#end(new ConnectError(`the server answered HTTP ${status}`, code));
    this.#stream.close(constants.NGHTTP2_CANCEL);
  }

  #read(chunk: Buffer): void {
    if (this.#over) return;
    this.#input.take(chunk);
    for (let message = this.#input.next(); message !== undefined && !this.#over; message = this.#input.next()) {
      const { flags, bytes, start, end } = message;
      if (flags === 0) this.#receiver.receive(decode(TradeResponseCodec, bytes, start, end));
      else this.#end(flags === endStreamFlag ? endStreamFromJson(bytes.subarray(start, end)).error : broken(undefined));
    }
  }

  #end(error: ConnectError | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#receiver.ended(error);
    if (!this.#stream.writableEnded) this.#stream.end();
  }
}

function broken(error: Error | undefined): ConnectError {
  const root = (error?.cause ?? error) as NodeJS.ErrnoException | undefined;
  const message = root?.code === "ECONNREFUSED" ? "the platform is not reachable" : "the connection broke";
  return new ConnectError(message, Code.Unavailable, undefined, undefined, error);
}
