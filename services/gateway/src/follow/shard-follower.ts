import type { FollowResponse, ReadRequest, ReadResponse } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import type { Clock } from "@atlas/platform/ports/clock";
import type { ShardClient } from "@atlas/platform/shard/shard-client";
import type { Journal } from "@atlas/platform/telemetry/journal";

const RETRY = 100;
const READ_PATIENCE = 5_000;
/** A shard may be without an owner for a moment: the second refusal is told. */
const REFUSALS_TOLD = 2;
/** Milliseconds after which a shard that stopped counts as not heard: owners change within them. */
const MAY_BE_LOST = 15_000;
/** Milliseconds after which a stream without events is one: where nobody answers it ends before. */
const STEADY = 6_000;

/** What is followed, and who hears of it. Nothing here throws. */
export interface Following<Event> {
  /** As in `oms/3`. */
  readonly shard: string;
  /** What is read to know where to begin. */
  readonly query: ReadRequest["query"];
  /** The events of a response. */
  of(response: FollowResponse): readonly Event[];
  /**
   * Events above the answer's sequence follow from here. `again`: some between the last one heard and this were missed, so that
   * what was derived from them is void.
   */
  began(response: ReadResponse, again: boolean): void;
  /** In sequence, each once. */
  event(event: Event): void;
}

/**
 * Follows a shard with an event log for ever, from where it stands when it is first reached: over changes of owner without
 * a gap as long as the new owner still has what is missing, else from an answer read anew (S15).
 */
export class ShardFollower<Event extends { readonly sequence: bigint }> {
  readonly #following: Following<Event>;
  readonly #client: ShardClient;
  readonly #clock: Clock;
  readonly #journal: Journal;
  /** Sequence of the last event heard; -1: the shard was not reached yet. */
  #last = -1;
  #stream: { close(): void } | undefined;
  /** Clock's monotonic milliseconds at which the stream was opened, if there is one. */
  #openedAt = 0;
  /** Since when nothing has been heard and no stream was steady; `undefined`: it is heard. */
  #lostAt: number | undefined;
  /** Failures since the last event. */
  #failures = 0;
  /** Questions without an answer since the last one with. */
  #refusals = 0;
  #stopped = false;
  #ready: () => void = () => {};

  constructor(
    following: Following<Event>,
    client: ShardClient,
    ports: { readonly clock: Clock; readonly journal: Journal },
  ) {
    this.#following = following;
    this.#client = client;
    this.#clock = ports.clock;
    this.#journal = ports.journal;
  }

  get last(): number {
    return this.#last;
  }

  /** Whether it was reached, and has not been lost since for longer than a change of owner takes. */
  get isHeard(): boolean {
    if (this.#last < 0) return false;
    const now = this.#clock.monotonic();
    return this.#lostAt === undefined || now - this.#lostAt <= MAY_BE_LOST || this.#isSteady(now);
  }

  /** Resolves once the shard is followed. */
  start(): Promise<void> {
    return new Promise((resolve) => {
      this.#ready = resolve;
      this.#begin();
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#stream?.close();
  }

  /** Reads where the shard stands, once somebody owns it, and goes on. */
  #begin(): void {
    if (this.#stopped) return;
    const { shard, query } = this.#following;
    const request = { $typeName: "atlas.operations.v1.ReadRequest", shard, notBefore: 0n, query } as const;
    this.#client.read(request, this.#clock.monotonic() + READ_PATIENCE).then(
      (response) => {
        this.#refusals = 0;
        if (this.#last < 0) this.#goOnFrom(response);
        else this.#follow(response);
      },
      (error: Error) => {
        this.#refused(error);
        this.#later(() => this.#begin());
      },
    );
  }

  /** Said once for each time that nobody owns it for long. */
  #refused(error: Error): void {
    this.#refusals += 1;
    if (this.#refusals !== REFUSALS_TOLD) return;
    const { shard } = this.#following;
    this.#journal.warn("a shard cannot be asked where it stands", { shard, problem: error.message });
  }

  /** Whatever came before this answer and was not heard is missed. */
  #goOnFrom(response: ReadResponse): void {
    const again = this.#last >= 0;
    const after = this.#last;
    this.#last = Number(response.sequence);
    const { shard } = this.#following;
    if (again) this.#journal.warn("events of a shard were missed", { shard, after, through: this.#last });
    this.#following.began(response, again);
    this.#follow();
  }

  /**
   * Follows from the last event heard. `answer`: where the owner stands that can be reached again; only if it has not at hand
   * what came before that are events missed, with the outcomes that they told.
   */
  #follow(answer?: ReadResponse): void {
    if (this.#stopped) return;
    // `fail` may be called before `follow` returns.
    let failed = false;
    const stream = this.#client.follow(this.#last, {
      receive: (response) => this.#receive(response),
      fail: (error) => {
        failed = true;
        if (answer !== undefined && Number(answer.sequence) > this.#last) this.#goOnFrom(answer);
        else this.#failed(error);
      },
    });
    if (failed) return;
    this.#stream = stream;
    this.#openedAt = this.#clock.monotonic();
    this.#ready();
  }

  #receive(response: FollowResponse): void {
    for (const event of this.#following.of(response)) {
      const sequence = Number(event.sequence);
      if (sequence <= this.#last) continue;
      if (sequence > this.#last + 1) {
        this.#stream?.close();
        this.#failed(new Error(`event ${sequence} came after ${this.#last}`));
        return;
      }
      this.#failures = 0;
      this.#lostAt = undefined;
      this.#last = sequence;
      this.#following.event(event);
    }
  }

  /** Goes on from the last event heard; when that fails twice nobody may own the shard for a while. */
  #failed(error: Error): void {
    const now = this.#clock.monotonic();
    if (this.#lostAt === undefined || this.#isSteady(now)) this.#lostAt = now;
    this.#stream = undefined;
    this.#failures += 1;
    const { shard } = this.#following;
    this.#journal.warn("a shard's events have stopped", { shard, last: this.#last, problem: error.message });
    this.#later(() => (this.#failures < 2 ? this.#follow() : this.#begin()));
  }

  #isSteady(now: number): boolean {
    return this.#stream !== undefined && now - this.#openedAt >= STEADY;
  }

  #later(action: () => void): void {
    if (!this.#stopped) this.#clock.after(RETRY, action);
  }
}
