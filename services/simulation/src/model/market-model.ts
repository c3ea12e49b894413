import { type Level, type MarketEvent, Phase } from "@atlas/gen/atlas/market/v1/market_pb";
import { Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { e8 } from "./e8.ts";
import { type BookLevels, bookWords, isCrossed, type Levels, levelsOf, sameLevels, words } from "./levels.ts";
import type { Violations } from "./violations.ts";

/** A book as somebody shows it. */
export interface ShownBook {
  readonly sequence: bigint;
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
}

/** What an event makes of a book. */
interface Change extends BookLevels {
  readonly sequence: bigint;
  /** All levels: whatever was known before is over. */
  readonly isWhole: boolean;
}

/** What is public of one instrument, by its events on the log. */
class InstrumentModel {
  sequence = 0n;
  /** The levels after the last event. */
  readonly told: BookLevels = { bids: new Map(), asks: new Map() };
  /** From where an auction begins until orders match again, whatever halts it meanwhile. */
  isAuction = false;
  /** The levels as they are compared, and their sequence: behind the last by what waits. */
  readonly shown: BookLevels = { bids: new Map(), asks: new Map() };
  shownSequence = 0n;
  readonly #waiting: Change[] = [];

  take({ sequence, event }: MarketEvent): void {
    this.sequence = sequence;
    if (event.case === "phase" && event.value.phase === Phase.AUCTION) this.isAuction = true;
    if (event.case === "phase" && event.value.phase === Phase.CONTINUOUS) this.isAuction = false;
    const hasLevels = event.case === "snapshot" || event.case === "delta";
    const { bids, asks } = hasLevels ? event.value : { bids: [], asks: [] };
    const isWhole = event.case === "snapshot";
    const change: Change = { sequence, isWhole, bids: levelsOf(bids), asks: levelsOf(asks) };
    apply(this.told, change);
    this.#waiting.push(change);
  }

  /** Brings the levels that are compared up to a sequence. */
  advance(through: bigint): void {
    let count = 0;
    for (const change of this.#waiting) {
      if (change.sequence > through) break;
      count++;
      this.shownSequence = change.sequence;
      apply(this.shown, change);
    }
    this.#waiting.splice(0, count);
  }
}

const NOTHING: BookLevels = { bids: new Map(), asks: new Map() };

/** Books by nothing but what stands on `market.data` (I9, I11). */
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
    model.take(event);
    this.#checkBook(event, model);
  }

  /** An instrument's book after its last event. */
  told(instrumentId: string): BookLevels {
    return this.#instruments.get(instrumentId)?.told ?? NOTHING;
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
        [Side.BUY, model.shown.bids, bids],
        [Side.SELL, model.shown.asks, asks],
      ] as const) {
        const levels = levelsOf(shown);
        const text = () => `${name()}: ${side === Side.BUY ? "bids" : "asks"} show ${words(levels)}, due ${words(due)}`;
        this.#violations.check("I11", sameLevels(levels, due), text);
      }
    }
  }

  /** A level that is told is somebody's, for some price and quantity; nobody bids what another asks, but in an auction (I9). */
  #checkBook({ instrumentId, sequence, event }: MarketEvent, { told, isAuction }: InstrumentModel): void {
    if (event.case !== "snapshot" && event.case !== "delta") return;
    const name = () => `${instrumentId} at ${sequence}`;
    const { bids, asks } = event.value;
    const wrong = [...bids, ...asks].find((level) => !isSound(level, event.case === "delta"));
    const level = () => `${name()}: ${wrong?.quantity}@${wrong?.price} of ${wrong?.orderCount} orders`;
    this.#violations.check("I9", wrong === undefined, level);
    this.#violations.check("I9", isAuction || !isCrossed(told), () => `${name()} is crossed: ${bookWords(told)}`);
  }
}

/** `mayBeGone`: a level may be told to hold nothing any more. */
function isSound({ price, quantity, orderCount }: Level, mayBeGone: boolean): boolean {
  const isGone = e8(quantity) === 0n && orderCount === 0;
  return e8(price) > 0n && (isGone ? mayBeGone : e8(quantity) > 0n && orderCount > 0);
}

function apply(levels: BookLevels, { isWhole, bids, asks }: Change): void {
  if (isWhole) for (const side of [levels.bids, levels.asks]) side.clear();
  change(levels.bids, bids);
  change(levels.asks, asks);
}

function change(levels: Levels, changed: Levels): void {
  for (const [price, quantity] of changed) {
    if (quantity === 0n) levels.delete(price);
    else levels.set(price, quantity);
  }
}
