import type { SubscribeResponse } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import type { RefusalError } from "@atlas/platform/refusal/refusal-error";

/** What may wait for a reader: about so many bytes, and so many messages. */
export const MOST_BYTES = 8_000_000;
export const MOST_MESSAGES = 20_000;

interface Waiting {
  readonly response: SubscribeResponse;
  readonly weight: number;
}

/**
 * Responses between those who make them and one reader. Bounded: when too much waits all of it is dropped, and what comes
 * is too, until the reader asks for more; then `overflowed` is called, who starts everything anew (F22).
 */
export class ResponseQueue {
  readonly #overflowed: () => void;
  #waiting: Waiting[] = [];
  #head = 0;
  #bytes = 0;
  #dropping = false;
  #over = false;
  #error: RefusalError | undefined;
  #wake: (() => void) | undefined;

  constructor(overflowed: () => void) {
    this.#overflowed = overflowed;
  }

  /** The reader is too slow: what is pushed is dropped. */
  get dropping(): boolean {
    return this.#dropping;
  }

  push(response: SubscribeResponse, weight: number): void {
    if (this.#over || this.#dropping) return;
    if (this.#bytes + weight > MOST_BYTES || this.#waiting.length - this.#head >= MOST_MESSAGES) {
      this.#drop();
      this.#dropping = true;
      return;
    }
    this.#waiting.push({ response, weight });
    this.#bytes += weight;
    this.#signal();
  }

  /** The reader gets nothing more but this. */
  end(error: RefusalError | undefined): void {
    if (this.#over) return;
    this.#over = true;
    this.#error = error;
    this.#drop();
    this.#signal();
  }

  /** Everything pushed, in order, until the end; throws the error that ended it. */
  async *responses(): AsyncGenerator<SubscribeResponse> {
    while (!this.#over) {
      const next = this.#shift();
      if (next !== undefined) yield next;
      else if (this.#dropping) {
        this.#dropping = false;
        this.#overflowed();
      } else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
    if (this.#error !== undefined) throw this.#error;
  }

  #shift(): SubscribeResponse | undefined {
    const next = this.#waiting[this.#head];
    if (next === undefined) return undefined;
    this.#head += 1;
    this.#bytes -= next.weight;
    if (this.#head === this.#waiting.length) {
      this.#waiting = [];
      this.#head = 0;
    }
    return next.response;
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
