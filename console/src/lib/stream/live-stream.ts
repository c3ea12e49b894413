import type { CandleInterval } from "@atlas/gen/atlas/market/v1/market_pb";
import type {
  Channel,
  Contents,
  SubscribeRequestSchema,
  SubscribeResponse,
} from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { isUnreachable, wordsOfError } from "../rpc/refusal.ts";
import { retryDelay } from "./retry-delay.ts";

/** What one part of the desk wants to see. */
export interface Terms {
  readonly channel: Channel;
  readonly accountId?: string;
  readonly instrumentId?: string;
  readonly candleInterval?: CandleInterval;
  /** BOOK: levels a side. */
  readonly depth?: number;
  /** 0 or absent: every update. */
  readonly maxUpdatesPerSecond?: number;
}

/** Who is told what a watch brings, and at which position of the stream it stands then. */
export interface Receiver {
  /** What stands, all of it: it replaces everything held. */
  snapshot(parts: readonly Contents[], cursor: string): void;
  /** What changed since. */
  update(contents: Contents, cursor: string): void;
  /** What is held is void; a snapshot follows. */
  resync?(): void;
}

export type StreamPhase = "idle" | "connecting" | "live" | "waiting" | "refused";

export interface StreamStatus {
  readonly phase: StreamPhase;
  /** Why it is not live, for a person; empty when there is nothing to say. */
  readonly words: string;
  /** Clock's milliseconds of the next try. */
  readonly retryAt?: number;
  /** Clock's milliseconds of the last message, heartbeats included. */
  readonly lastMessageAt?: number;
  /** The server's clock less this machine's, at that message. */
  readonly serverAhead?: number;
}

/** What the stream needs of the world. */
export interface StreamWorld {
  open(request: MessageInitShape<typeof SubscribeRequestSchema>, signal: AbortSignal): AsyncIterable<SubscribeResponse>;
  /** Gets a new access token; false: signed out. */
  renew(): Promise<boolean>;
  /** Milliseconds that only rise. */
  now(): number;
  /** Milliseconds since the epoch. */
  wallTime(): number;
  after(milliseconds: number, run: () => void): () => void;
  /** From 0 to below 1. */
  chance(): number;
  changed(status: StreamStatus): void;
  /** A watch was told anew what stands: of what changed in between, nobody was told. */
  retold(terms: Terms): void;
}

/** Heartbeats come every second: after this long without one the connection is taken for dead. */
const SILENCE = 5_000;
/** Coming back from sleep, a connection silent for this long is not waited for. */
const DOUBT = 2_000;
const LOOK = 1_000;
/** What an old stream brings waits this long at first for its successor to speak; doubled with every one that does not. */
const HOLD = 500;
/** A stream that lives this long is well: one that ends at once, again and again, is not opened again at once. */
const WELL = 5_000;

interface Watch {
  readonly terms: Terms;
  readonly receiver: Receiver;
  cursor: string;
  /** Of a snapshot that is not complete yet. */
  parts: Contents[];
  /** A whole snapshot has come. */
  isTold: boolean;
}

interface Link {
  readonly abort: AbortController;
  readonly openedAt: number;
  /** What came while its successor was being opened: told only if that fails, for the successor brings it again. */
  held: SubscribeResponse[];
  isWell: boolean;
}

/**
 * The one `Subscribe` stream of a tab. What is watched may change at any time: a stream with the cursors held is opened
 * beside the old one, which goes when the new one speaks. A lost connection is opened again, sooner or later by how often
 * that failed, and resumes by cursor: nothing is missed and nothing told twice.
 */
export class LiveStream {
  readonly #world: StreamWorld;
  readonly #watches = new Map<string, Watch>();
  #made = 0;
  #current: Link | undefined;
  #next: Link | undefined;
  /** Losses since a stream was well. */
  #failures = 0;
  #stopReopen: (() => void) | undefined;
  #stopRetry: (() => void) | undefined;
  #stopHold: (() => void) | undefined;
  #stopLook: (() => void) | undefined;
  #status: StreamStatus = { phase: "idle", words: "" };

  constructor(world: StreamWorld) {
    this.#world = world;
  }

  get status(): StreamStatus {
    return this.#status;
  }

  /** What is called ends it. Watches made or ended together cost one new stream. */
  watch(terms: Terms, receiver: Receiver): () => void {
    this.#made += 1;
    const id = String(this.#made);
    this.#watches.set(id, { terms, receiver, cursor: "", parts: [], isTold: false });
    this.#reopenSoon();
    return () => {
      if (this.#watches.delete(id)) this.#reopenSoon();
    };
  }

  /** The network or the person is back: what waits tries now, what is silent is not trusted. */
  wake(): void {
    if (this.#watches.size === 0) return;
    const silent = this.#world.now() - (this.#status.lastMessageAt ?? 0) > DOUBT;
    if (this.#current !== undefined && silent) this.#drop("current");
    if (this.#current !== undefined || this.#next !== undefined) return;
    this.#failures = 0;
    this.#open();
  }

  /** The access token is new: a stream by it takes over before the old one's ends. */
  renewed(): void {
    if (this.#current !== undefined) this.#open();
  }

  close(): void {
    this.#watches.clear();
    this.#stop();
  }

  #reopenSoon(): void {
    this.#stopReopen ??= this.#world.after(0, () => {
      this.#stopReopen = undefined;
      if (this.#watches.size === 0) this.#stop();
      else this.#open();
    });
  }

  #stop(): void {
    this.#stopReopen?.();
    this.#stopReopen = undefined;
    this.#stopRetry?.();
    this.#stopLook?.();
    this.#stopLook = undefined;
    this.#drop("current");
    this.#drop("next");
    this.#tell({ phase: "idle", words: "" });
  }

  #open(): void {
    this.#stopRetry?.();
    this.#stopRetry = undefined;
    this.#drop("next");
    this.#tellHeld();
    const link: Link = { abort: new AbortController(), openedAt: this.#world.now(), held: [], isWell: false };
    this.#next = link;
    if (this.#current === undefined) this.#tell({ phase: "connecting", words: this.#status.words });
    this.#lookOn();
    void this.#read(link);
  }

  async #read(link: Link): Promise<void> {
    const { signal } = link.abort;
    try {
      for await (const response of this.#world.open(this.#request(), signal)) {
        if (signal.aborted) return;
        this.#take(link, response);
      }
      if (!signal.aborted) this.#lost(link, new ConnectError("the stream ended", Code.Unavailable));
    } catch (error) {
      if (!signal.aborted) this.#lost(link, error);
    }
  }

  #request(): MessageInitShape<typeof SubscribeRequestSchema> {
    const subscriptions = [...this.#watches].map(([subscriptionId, { terms, cursor }]) => {
      return { ...terms, subscriptionId, cursor };
    });
    return { subscriptions };
  }

  #take(link: Link, response: SubscribeResponse): void {
    const isFirst = link === this.#next;
    if (isFirst) {
      this.#drop("current");
      this.#current = link;
      this.#next = undefined;
      for (const watch of this.#watches.values()) watch.parts = [];
    }
    if (!link.isWell && this.#world.now() - link.openedAt >= WELL) {
      link.isWell = true;
      this.#failures = 0;
    }
    this.#hear(response);
    if (this.#next === undefined) this.#deliver(response);
    else if (response.content.case !== "heartbeat") this.#hold(link, response);
  }

  /**
   * Its successor, asked for by the cursors of before, brings it again. If that takes long it is given up: what is held is told,
   * and another successor is asked for by the cursors of then.
   */
  #hold(link: Link, response: SubscribeResponse): void {
    link.held.push(response);
    const patience = Math.min(SILENCE, HOLD * 2 ** this.#failures);
    this.#stopHold ??= this.#world.after(patience, () => {
      this.#stopHold = undefined;
      if (this.#next !== undefined) this.#lost(this.#next, new ConnectError("it took too long", Code.Unavailable));
    });
  }

  #hear({ serverTime }: SubscribeResponse): void {
    const ahead = serverTime === undefined ? undefined : Number(serverTime.seconds) * 1000 + serverTime.nanos / 1e6;
    this.#tell({
      phase: "live",
      words: "",
      lastMessageAt: this.#world.now(),
      serverAhead: ahead === undefined ? this.#status.serverAhead : ahead - this.#world.wallTime(),
    });
  }

  #deliver({ subscriptionId, cursor, content }: SubscribeResponse): void {
    const watch = this.#watches.get(subscriptionId);
    if (watch === undefined) return;
    if (content.case === "resync") {
      watch.cursor = "";
      watch.parts = [];
      watch.receiver.resync?.();
    } else if (content.case === "update") {
      watch.cursor = cursor === "" ? watch.cursor : cursor;
      if (content.value.contents !== undefined) watch.receiver.update(content.value.contents, watch.cursor);
    } else if (content.case === "snapshot") {
      if (content.value.contents !== undefined) watch.parts.push(content.value.contents);
      if (!content.value.last) return;
      const { parts } = watch;
      watch.parts = [];
      watch.cursor = cursor;
      watch.receiver.snapshot(parts, cursor);
      if (watch.isTold) this.#world.retold(watch.terms);
      watch.isTold = true;
    }
  }

  #lost(link: Link, error: unknown): void {
    const wasNext = link === this.#next;
    if (wasNext) this.#drop("next");
    else this.#drop("current");
    this.#failures += 1;
    if (ConnectError.from(error).code === Code.InvalidArgument) this.#forgetCursors();
    if (wasNext) this.#tellHeld();
    if (this.#next === undefined) void this.#retry(error);
    else this.#tell({ phase: "connecting", words: wordsOfError(error) });
  }

  #tellHeld(): void {
    const held = this.#current?.held ?? [];
    if (this.#current !== undefined) this.#current.held = [];
    for (const response of held) this.#deliver(response);
  }

  /** A cursor that the platform does not know, after it was set up anew: what stands is asked for. */
  #forgetCursors(): void {
    for (const watch of this.#watches.values()) watch.cursor = "";
  }

  async #retry(error: unknown): Promise<void> {
    const isSignedOut = ConnectError.from(error).code === Code.Unauthenticated;
    if (isSignedOut && !(await this.#world.renew())) {
      this.#stop();
      this.#tell({ phase: "refused", words: "You are signed out." });
      return;
    }
    if (this.#next !== undefined || this.#watches.size === 0) return;
    // The first loss is mended at once, and so is one by an old token: most of them are gone by then.
    const delay = this.#failures <= 1 ? 0 : retryDelay(this.#failures, this.#world.chance());
    if (this.#current === undefined) {
      const phase = isUnreachable(error) || isSignedOut ? "waiting" : "refused";
      this.#tell({ phase, words: wordsOfError(error), retryAt: this.#world.now() + delay });
    }
    this.#stopRetry?.();
    this.#stopRetry = this.#world.after(delay, () => this.#open());
  }

  /** Looks once a second whether the connection still lives. */
  #lookOn(): void {
    this.#stopLook ??= this.#world.after(LOOK, () => {
      this.#stopLook = undefined;
      const now = this.#world.now();
      const silence = new ConnectError("the stream fell silent", Code.Unavailable);
      if (this.#next !== undefined && now - this.#next.openedAt > SILENCE) this.#lost(this.#next, silence);
      else if (this.#current !== undefined && now - (this.#status.lastMessageAt ?? 0) > SILENCE) {
        this.#lost(this.#current, silence);
      }
      if (this.#watches.size > 0) this.#lookOn();
    });
  }

  #drop(which: "current" | "next"): void {
    const link = which === "current" ? this.#current : this.#next;
    if (which === "current") this.#current = undefined;
    else this.#next = undefined;
    // Only what one stream brings waits for another.
    this.#stopHold?.();
    this.#stopHold = undefined;
    link?.abort.abort();
  }

  #tell(status: StreamStatus): void {
    const { lastMessageAt, serverAhead } = this.#status;
    this.#status = { lastMessageAt, serverAhead, ...status };
    this.#world.changed(this.#status);
  }
}
