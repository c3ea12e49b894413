import type { Clients } from "../rpc/clients.ts";
import { LiveStream, type Receiver, type StreamStatus, type Terms } from "./live-stream.ts";
import { WakingClock } from "./waking-clock.ts";

/** Without a sign of life for this long, what is shown is called stale. */
const STALE = 3_000;
const LOOK = 250;

/** The tab's stream as panels see it: how it stands, and how old its last message is. */
export class Connection {
  status = $state.raw<StreamStatus>({ phase: "idle", words: "" });
  /** Milliseconds since the last message; `undefined`: none has come. */
  age = $state<number>();
  isOnline = $state(navigator.onLine);
  readonly isStale = $derived(this.status.phase !== "live" || this.age === undefined || this.age > STALE);
  readonly #clock = new WakingClock({ steady: () => performance.now(), wall: () => Date.now() });
  readonly #stream: LiveStream;
  readonly #retoldListeners = new Set<(terms: Terms) => void>();
  readonly #listening = new AbortController();
  readonly #look: ReturnType<typeof setInterval>;

  constructor(clients: Clients, renew: () => Promise<boolean>) {
    this.#stream = new LiveStream({
      open: (request, signal) => clients.stream.subscribe(request, { signal }),
      renew,
      now: () => this.#clock.now(),
      wallTime: () => Date.now(),
      after: (milliseconds, run) => {
        const timer = setTimeout(run, milliseconds);
        return () => clearTimeout(timer);
      },
      chance: () => Math.random(),
      changed: (status) => this.#show(status),
      retold: (terms) => {
        for (const listener of this.#retoldListeners) listener(terms);
      },
    });
    const { signal } = this.#listening;
    const wake = (): void => {
      this.isOnline = navigator.onLine;
      this.#measure();
      if (document.visibilityState === "visible") this.#stream.wake();
    };
    // `resume` follows a freeze, `pageshow` a way back through the history; both may come without the others.
    for (const name of ["visibilitychange", "resume"]) document.addEventListener(name, wake, { signal });
    for (const name of ["online", "offline", "pageshow", "focus"]) window.addEventListener(name, wake, { signal });
    this.#look = setInterval(() => this.#measure(), LOOK);
  }

  /** The server's clock, milliseconds since the epoch, by its last message; `undefined`: none has come. */
  get serverTime(): number | undefined {
    const { serverAhead } = this.#stream.status;
    return serverAhead === undefined ? undefined : Date.now() + serverAhead;
  }

  watch(terms: Terms, receiver: Receiver): () => void {
    return this.#stream.watch(terms, receiver);
  }

  /** Called when a watch is told anew what stands, not having been told what came in between. What is called ends it. */
  onRetold(listener: (terms: Terms) => void): () => void {
    this.#retoldListeners.add(listener);
    return () => void this.#retoldListeners.delete(listener);
  }

  /** The access token is new. */
  renewed(): void {
    this.#stream.renewed();
  }

  close(): void {
    this.#listening.abort();
    clearInterval(this.#look);
    this.#stream.close();
  }

  #show(status: StreamStatus): void {
    // Most messages change nothing but the time of the last one, which is looked at four times a second.
    const { phase, words, retryAt } = this.status;
    if (status.phase !== phase || status.words !== words || status.retryAt !== retryAt) this.status = status;
  }

  #measure(): void {
    const { lastMessageAt } = this.#stream.status;
    this.age = lastMessageAt === undefined ? undefined : Math.max(0, this.#clock.now() - lastMessageAt);
  }
}
