import type { Level, MarketEvent } from "@atlas/gen/atlas/market/v1/market_pb";
import { Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { e8 } from "./e8.ts";
import type { Violations } from "./violations.ts";

/** Quantity by price, of one side. */
export type Levels = Map<bigint, bigint>;

/** A book as somebody shows it. */
export interface ShownBook {
  readonly sequence: bigint;
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
}

/** What is public of one instrument, by its events on the log. */
class InstrumentModel {
  sequence = 0n;
  /** The sequence of the levels: behind the last by what waits. */
  shownSequence = 0n;
  readonly bids: Levels = new Map();
  readonly asks: Levels = new Map();
  waiting: MarketEvent[] = [];

  /** Brings the levels up to a sequence. */
  advance(through: bigint): void {
    let count = 0;
    for (const { sequence, event } of this.waiting) {
      if (sequence > through) break;
      count++;
      this.shownSequence = sequence;
      if (event.case === "snapshot") for (const side of [this.bids, this.asks]) side.clear();
      if (event.case !== "snapshot" && event.case !== "delta") continue;
      change(this.bids, event.value.bids);
      change(this.asks, event.value.asks);
    }
    this.waiting.splice(0, count);
  }
}

/** Books by nothing but what stands on `market.data` (I11). */
export class MarketModel {
  readonly #violations: Violations;
  readonly #instruments = new Map<string, InstrumentModel>();

  constructor(violations: Violations) {
    this.#violations = violations;
  }

  /** An event that is new, in its shard's sequence. */
  take(event: MarketEvent): void {
    const { instrumentId, sequence } = event;
    const model = this.#instruments.get(instrumentId) ?? new InstrumentModel();
    this.#instruments.set(instrumentId, model);
    const last = model.sequence;
    this.#violations.check("I11", sequence === last + 1n, () => `${instrumentId}: ${sequence} comes after ${last}`);
    model.sequence = sequence;
    model.waiting.push(event);
  }

  get instrumentIds(): readonly string[] {
    return [...this.#instruments.keys()];
  }

  /** Of an instrument's last event; 0: there is none. */
  sequence(instrumentId: string): bigint {
    return this.#instruments.get(instrumentId)?.sequence ?? 0n;
  }

  /** Books that are shown of an instrument, by who shows them, are what its events up to where they stand make. */
  compare(instrumentId: string, books: ReadonlyMap<string, ShownBook>): void {
    const model = this.#instruments.get(instrumentId);
    if (model === undefined) return;
    const inOrder = [...books].sort(([, one], [, other]) => Number(one.sequence - other.sequence));
    for (const [who, { sequence, bids, asks }] of inOrder) {
      const name = () => `${instrumentId} at ${sequence} by ${who}`;
      this.#violations.check("I11", sequence <= model.sequence, () => `${name()}: the log ends at ${model.sequence}`);
      model.advance(sequence);
      // Who stands still behind what was compared before is compared when it has caught up.
      if (sequence !== model.shownSequence) continue;
      for (const [side, due, shown] of [
        [Side.BUY, model.bids, bids],
        [Side.SELL, model.asks, asks],
      ] as const) {
        const levels = levelsOf(shown);
        const text = () => `${name()}: ${side === Side.BUY ? "bids" : "asks"} show ${words(levels)}, due ${words(due)}`;
        this.#violations.check("I11", sameLevels(levels, due), text);
      }
    }
  }
}

export function levelsOf(shown: readonly Level[]): Levels {
  return new Map(shown.map(({ price, quantity }) => [e8(price), e8(quantity)]));
}

export function sameLevels(one: Levels, other: Levels): boolean {
  return one.size === other.size && [...one].every(([price, quantity]) => other.get(price) === quantity);
}

export function words(levels: Levels): string {
  return [...levels]
    .sort(([one], [other]) => Number(one - other))
    .map(([price, quantity]) => `${quantity}@${price}`)
    .join(" ");
}

function change(levels: Levels, changed: readonly Level[]): void {
  for (const { price, quantity } of changed) {
    if (e8(quantity) === 0n) levels.delete(e8(price));
    else levels.set(e8(price), e8(quantity));
  }
}
