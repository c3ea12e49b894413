import type { MarketEvent } from "@atlas/gen/atlas/market/v1/market_pb";
import type { Contents, SubscribeResponse } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import type { Clock } from "@atlas/platform/ports/clock";
import { timestampOf } from "@atlas/platform/wire/time";
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { weightOf } from "./contents.ts";
import type { MarketKind } from "./market-kind.ts";
import type { LiveMarket, MarketSource } from "./market-source.ts";
import { Pace } from "./pace.ts";
import { RESYNC, snapshotContent, updateContent } from "./responses.ts";

/** Updates kept for who comes back. */
const KEPT = 1_024;
const RESYNC_WEIGHT = 100;

/** One of those who watch the same. */
export interface MarketMember {
  /** `shared`: the other members are told the same, by the same objects. */
  tell(
    cursor: string,
    serverTime: Timestamp,
    content: SubscribeResponse["content"],
    weight: number,
    shared: boolean,
  ): void;
}

interface Told {
  readonly sequence: number;
  readonly contents: Contents;
}

/** Subscriptions of equal terms: what they are told is made once, and kept for a while for who comes back (I11). */
export class MarketGroup {
  readonly #instrumentId: string;
  readonly #source: MarketSource;
  readonly #clock: Clock;
  readonly #newKind: () => MarketKind;
  readonly #pace: Pace;
  readonly #conflated: boolean;
  readonly #members = new Set<MarketMember>();
  readonly #unsubscribe: () => void;
  #kind: MarketKind;
  #told: Told[] = [];
  /** What was told, with `#told` on top, leads from here. */
  #base: number;
  /** Members know everything up to here. */
  #sequence: number;
  /** Of the last event taken in. */
  #seen: number;

  constructor(instrumentId: string, newKind: () => MarketKind, perSecond: number, source: MarketSource, clock: Clock) {
    this.#instrumentId = instrumentId;
    this.#source = source;
    this.#clock = clock;
    this.#newKind = newKind;
    this.#kind = newKind();
    this.#conflated = perSecond > 0;
    this.#pace = new Pace(clock, perSecond, () => this.#flush());
    this.#base = source.market(instrumentId)?.sequence ?? 0;
    this.#sequence = this.#base;
    this.#seen = this.#base;
    this.#unsubscribe = source.subscribe(instrumentId, (event, market) => this.#take(event, market));
  }

  get size(): number {
    return this.#members.size;
  }

  /** Tells a member what it missed since a position, or what stands, and from then on what changes. */
  join(member: MarketMember, after: number | undefined): void {
    const missed = after === undefined ? undefined : this.#missedSince(after);
    const serverTime = timestampOf(Math.floor(this.#clock.now()));
    if (missed === undefined) {
      const contents = this.#kind.snapshot(this.#source.market(this.#instrumentId));
      member.tell(this.#cursor(this.#sequence), serverTime, snapshotContent(contents, true), weightOf(contents), false);
    } else {
      for (const { sequence, contents } of missed) {
        member.tell(this.#cursor(sequence), serverTime, updateContent(contents), weightOf(contents), false);
      }
    }
    this.#members.add(member);
  }

  leave(member: MarketMember): void {
    this.#members.delete(member);
  }

  stop(): void {
    this.#pace.stop();
    this.#unsubscribe();
  }

  /** `undefined`: not kept any more, or no position at which something was told. */
  #missedSince(after: number): readonly Told[] | undefined {
    if (after < this.#base || after > this.#sequence) return undefined;
    const missed = this.#told.filter(({ sequence }) => sequence > after);
    const isBoundary =
      after === this.#base || after === this.#sequence || this.#told.some((one) => one.sequence === after);
    return this.#conflated && !isBoundary ? undefined : missed;
  }

  #take(event: MarketEvent, market: LiveMarket): void {
    const sequence = Number(event.sequence);
    if (sequence !== this.#seen + 1) {
      this.#beginAnew(sequence);
      return;
    }
    this.#seen = sequence;
    if (this.#kind.take(event, market)) this.#pace.changed();
    else if (!this.#conflated) this.#sequence = this.#seen;
  }

  /** The view missed events, such as those that were trimmed before it read them: what members hold is void (S15). */
  #beginAnew(sequence: number): void {
    this.#pace.stop();
    this.#kind = this.#newKind();
    this.#told = [];
    this.#base = sequence;
    this.#sequence = sequence;
    this.#seen = sequence;
    const contents = this.#kind.snapshot(this.#source.market(this.#instrumentId));
    const cursor = this.#cursor(sequence);
    const serverTime = timestampOf(Math.floor(this.#clock.now()));
    const content = snapshotContent(contents, true);
    const weight = weightOf(contents);
    for (const member of [...this.#members]) {
      // Not shared: it is one object for ever, and what is kept of those would tell the first one's time.
      member.tell("", serverTime, RESYNC, RESYNC_WEIGHT, false);
      member.tell(cursor, serverTime, content, weight, true);
    }
  }

  #flush(): void {
    const market = this.#source.market(this.#instrumentId);
    if (market === undefined) return;
    this.#sequence = this.#seen;
    for (const contents of this.#kind.flush(market)) this.#tell(contents);
  }

  #tell(contents: Contents): void {
    this.#told.push({ sequence: this.#sequence, contents });
    if (this.#told.length > 2 * KEPT) {
      const dropped = this.#told.length - KEPT;
      this.#base = (this.#told[dropped - 1] as Told).sequence;
      this.#told = this.#told.slice(dropped);
    }
    const cursor = this.#cursor(this.#sequence);
    const serverTime = timestampOf(Math.floor(this.#clock.now()));
    const content = updateContent(contents);
    const weight = weightOf(contents);
    for (const member of [...this.#members]) member.tell(cursor, serverTime, content, weight, true);
  }

  #cursor(sequence: number): string {
    return `${this.#instrumentId}:${sequence}`;
  }
}
