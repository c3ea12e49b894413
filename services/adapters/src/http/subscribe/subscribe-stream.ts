import { AsyncLocalStorage } from "node:async_hooks";
import type { ServerHttp2Stream } from "node:http2";
import { toConnectError } from "@atlas/platform/refusal/refusal-error";
import type { ResponseSource, WaitingResponse } from "@atlas/platform/session/response-source";
import type { ConnectError } from "@connectrpc/connect";
import { endStream } from "../trade/end-stream.ts";
import type { StreamProtocol } from "../trade/trade-protocol.ts";
import { ResponseEncoder } from "./response-encoder.ts";

/** Messages of one write: what comes in one turn of the event loop leaves together, a long backlog in pieces. */
const MOST_AT_ONCE = 256;

/**
 * A `Subscribe` stream on raw HTTP/2: takes responses as fast as the client reads them, and no faster: what the client has
 * not read waits at its source, which bounds it.
 */
export class SubscribeStream {
  readonly #stream: ServerHttp2Stream;
  readonly #protocol: StreamProtocol;
  readonly #source: ResponseSource;
  readonly #encoder = new ResponseEncoder();
  /** It is woken by what others do; what it does then it still does for this call. */
  readonly #within = AsyncLocalStorage.snapshot();
  #over = false;

  constructor(stream: ServerHttp2Stream, protocol: StreamProtocol, source: ResponseSource) {
    this.#stream = stream;
    this.#protocol = protocol;
    this.#source = source;
    stream.on("close", () => this.#leave());
    this.#wait();
  }

  /** Ends the stream at once, whatever waits. */
  close(error: ConnectError | undefined): void {
    if (this.#over) return;
    this.#leave();
    endStream(this.#stream, this.#protocol, error);
  }

  #leave(): void {
    if (this.#over) return;
    this.#over = true;
    this.#source.close();
  }

  /** Not at once: what comes in the same turn goes with it. */
  #wait(): void {
    this.#source.ready(() => void setImmediate(() => this.#within(() => this.#pump())));
  }

  #pump(): void {
    if (this.#over) return;
    const responses: WaitingResponse[] = [];
    for (let next = this.#source.take(); next !== undefined; next = this.#source.take()) {
      responses.push(next);
      if (responses.length === MOST_AT_ONCE) break;
    }
    const { ended } = this.#source;
    if (ended !== undefined) {
      this.close(ended.error === undefined ? undefined : toConnectError(ended.error));
      return;
    }
    if (responses.length === 0 || this.#stream.write(this.#encoder.encode(responses))) this.#wait();
    else this.#stream.once("drain", () => this.#wait());
  }
}
