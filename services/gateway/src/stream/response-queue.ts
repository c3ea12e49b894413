import type { SubscribeResponse } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import type { RefusalError } from "@atlas/platform/refusal/refusal-error";
import type { WaitingResponse } from "@atlas/platform/session/response-source";
import type { UnreadRoom } from "../unread-room.ts";

interface Weighed extends WaitingResponse {
  readonly weight: number;
}

/**
 * Responses between those who make them and one reader. Bounded: when too much waits all of it is dropped, and what comes
 * is too, until the reader asks for more; then `overflowed` is called, who starts everything anew (F22).
 */
export class ResponseQueue {
  readonly #room: UnreadRoom;
  readonly #overflowed: () => void;
  #waiting: Weighed[] = [];
  #head = 0;
  #bytes = 0;
  #dropping = false;
  #ended: { readonly error: RefusalError | undefined } | undefined;
  #wake: (() => void) | undefined;

  constructor(room: UnreadRoom, overflowed: () => void) {
    this.#room = room;
    this.#overflowed = overflowed;
  }

  get ended(): { readonly error: RefusalError | undefined } | undefined {
    return this.#ended;
  }

  push(response: SubscribeResponse, weight: number, shared: boolean): void {
    if (this.#ended !== undefined || this.#dropping) return;
    const { streamBytes, streamMessages } = this.#room;
    if (this.#bytes + weight > streamBytes || this.#waiting.length - this.#head >= streamMessages) {
      this.#drop();
      this.#dropping = true;
      return;
    }
    this.#waiting.push({ response, weight, shared });
    this.#bytes += weight;
    this.#signal();
  }

  /** The reader gets nothing more but this. */
  end(error: RefusalError | undefined): void {
    if (this.#ended !== undefined) return;
    this.#ended = { error };
    this.#drop();
    this.#signal();
  }

  take(): WaitingResponse | undefined {
    const next = this.#shift();
    if (next !== undefined || !this.#dropping || this.#ended !== undefined) return next;
    this.#dropping = false;
    this.#overflowed();
    return this.#shift();
  }

  ready(wake: () => void): void {
    if (this.#ended !== undefined || this.#dropping || this.#head < this.#waiting.length) wake();
    else this.#wake = wake;
  }

  /** Everything pushed, in order, until the end; throws the error that ended it. */
  async *responses(): AsyncGenerator<SubscribeResponse> {
    while (this.#ended === undefined) {
      const next = this.take();
      if (next !== undefined) yield next.response;
      else await new Promise<void>((resolve) => this.ready(resolve));
    }
    if (this.#ended.error !== undefined) throw this.#ended.error;
  }

  #shift(): Weighed | undefined {
    const next = this.#waiting[this.#head];
    if (next === undefined) return undefined;
    this.#head += 1;
    this.#bytes -= next.weight;
    if (this.#head === this.#waiting.length) {
      this.#waiting = [];
      this.#head = 0;
    }
    return next;
  }

  #drop(): void {
    this.#waiting = [];
    this.#head = 0;
    this.#bytes = 0;
  }

  #signal(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
