import { MarketModel } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import type { PlayRecordingRequestSchema } from "@atlas/gen/atlas/market/v1/market_service_pb";
import { Side } from "@atlas/gen/atlas/order/v1/order_pb";
import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Api } from "../platform/api.ts";
import { nextRequestId } from "../platform/request-id.ts";
import { wait } from "../platform/wait.ts";

type Step = MessageInitShape<typeof PlayRecordingRequestSchema>;
type StepLevel = NonNullable<Step["levels"]>[number];

/** Instruments whose markets move only as they are played. */
export const PLAYED = ["BOOK1-USD", "BOOK2-USD", "BOOK3-USD", "BOOK4-USD", "BOOK5-USD"] as const;
/** Of each book. */
export const STEPS_PER_SECOND = 100;
/** Steps from one trade to the next: twenty trades a second. */
const TRADE_EVERY = 5;
/** Steps from one move of the best prices to the next: ten a second. */
const MOVE_EVERY = 10;
/** Levels of a step that change their quantity. */
const CHANGED = 4;
/** Most of them near the middle, as in a real book. */
const CHANGED_WITHIN = 30;
/** More than the desk asks for. */
const LEVELS = 120;
const FIRST_PRICE = 5_000_000;
const FUNDS = "1000000000";
const TIMER = 2;

/** Makes the instruments. */
export async function definePlayed(api: Api): Promise<void> {
  for (const instrumentId of PLAYED) {
    const baseAsset = instrumentId.split("-")[0] as string;
    await api.instruments.defineInstrument({
      requestId: nextRequestId(),
      instrument: {
        instrumentId,
        baseAsset,
        quoteAsset: "USD",
        tick: "0.01",
        lot: "0.0001",
        minimumNotional: "0.01",
        maximumNotional: "10000000",
        makerFee: "0",
        takerFee: "0",
        collar: "0.2",
        defaultMaximumQuantity: "1000",
        marketModel: MarketModel.RECORDED,
        houseFunds: [
          { asset: baseAsset, amount: FUNDS },
          { asset: "USD", amount: FUNDS },
        ],
      },
    });
  }
}

/** Moves all five markets at a steady rate until what it answers is called, which resolves when all is played. */
export function playMarkets(api: Api): () => Promise<void> {
  const stopping = new AbortController();
  const played = api.market.playRecording(steps(stopping.signal), { timeoutMs: 0 });
  // Told to who stops it.
  played.catch(() => {});
  return async () => {
    stopping.abort();
    await played;
  };
}

async function* steps(signal: AbortSignal): AsyncGenerator<Step> {
  const markets = PLAYED.map((instrumentId) => new PlayedMarket(instrumentId));
  for (const market of markets) yield market.first();
  const began = performance.now();
  const interval = 1000 / (STEPS_PER_SECOND * PLAYED.length);
  for (let sent = 0; !signal.aborted; ) {
    const due = Math.floor((performance.now() - began) / interval);
    for (; sent < due; sent++) yield (markets[sent % markets.length] as PlayedMarket).next();
    await wait(TIMER);
  }
}

/** A book around a price that walks. */
class PlayedMarket {
  readonly #instrumentId: string;
  /** Between best bid and best ask, a tick from either. */
  #middle = FIRST_PRICE;
  #steps = 0;

  constructor(instrumentId: string) {
    this.#instrumentId = instrumentId;
  }

  first(): Step {
    const levels: StepLevel[] = [];
    for (let place = 0; place < LEVELS; place++) {
      levels.push(this.#level(Side.BUY, place), this.#level(Side.SELL, place));
    }
    return { instrumentId: this.#instrumentId, clear: true, levels };
  }

  next(): Step {
    this.#steps += 1;
    const levels = this.#steps % MOVE_EVERY === 0 ? this.#move() : [];
    for (let count = 0; count < CHANGED; count++) {
      levels.push(this.#level(Math.random() < 0.5 ? Side.BUY : Side.SELL, drawn(CHANGED_WITHIN)));
    }
    const trades = this.#steps % TRADE_EVERY === 0 ? [this.#trade()] : [];
    return { instrumentId: this.#instrumentId, levels, trades };
  }

  /** One tick up or down: what the new best level crosses goes, and the far ends follow. */
  #move(): StepLevel[] {
    const isUp = Math.random() < 0.5;
    const [ahead, behind] = isUp ? [Side.SELL, Side.BUY] : [Side.BUY, Side.SELL];
    const gone = this.#level(behind, LEVELS - 1, "0");
    this.#middle += isUp ? 1 : -1;
    return [gone, this.#level(behind, 0), this.#level(ahead, LEVELS - 1)];
  }

  #trade() {
    const takerSide = Math.random() < 0.5 ? Side.BUY : Side.SELL;
    const { price } = this.#level(takerSide === Side.BUY ? Side.SELL : Side.BUY, 0);
    return { takerSide, price, quantity: quantity(1 + drawn(500)) };
  }

  /** The level so many ticks behind the best one. */
  #level(side: Side, place: number, amount = quantity(1_000 + drawn(90_000))) {
    const ticks = side === Side.BUY ? this.#middle - 1 - place : this.#middle + 1 + place;
    return { side, price: decimal(ticks, 2), quantity: amount };
  }
}

/** From 0 to below `end`. */
function drawn(end: number): number {
  return Math.floor(Math.random() * end);
}

function quantity(lots: number): string {
  return decimal(lots, 4);
}

/** A whole number of the smallest steps as a canonical decimal. */
function decimal(units: number, decimals: number): string {
  const digits = String(units).padStart(decimals + 1, "0");
  const fraction = digits.slice(-decimals).replace(/0+$/, "");
  return `${digits.slice(0, -decimals)}${fraction === "" ? "" : `.${fraction}`}`;
}
