import type { AtlasClient } from "@atlas/cli/client/atlas-client";
import { requestId } from "@atlas/cli/client/request-id";
import { MarketModel } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { expect } from "@playwright/test";
import { positionOf } from "./follower.ts";

interface Level {
  readonly side: Side;
  readonly price: string;
  readonly quantity: string;
}

interface Taker {
  readonly takerSide: Side;
  readonly price: string;
  readonly quantity: string;
}

/** Levels to set, then takers who trade. */
export interface Played {
  readonly levels: readonly Level[];
  readonly trades: readonly Taker[];
}

/** A market in US dollars that moves only when it is played; ticks of 0.01, lots of 0.0001, no fees unless it is given one. */
export class StillMarket {
  readonly instrumentId: string;
  readonly #client: () => AtlasClient;
  #stream: ((step: Played) => Promise<void>) | undefined;

  /** `client` may act only once the platform runs, so it is asked each time. */
  constructor(base: string, client: () => AtlasClient) {
    this.instrumentId = `${base}-USD`;
    this.#client = client;
  }

  /** `takerFee`: a fraction of the notional. */
  async define(takerFee = "0"): Promise<void> {
    const [baseAsset = ""] = this.instrumentId.split("-");
    await this.#client().instruments.defineInstrument({
      requestId: requestId(),
      instrument: {
        instrumentId: this.instrumentId,
        baseAsset,
        quoteAsset: "USD",
        tick: "0.01",
        lot: "0.0001",
        minimumNotional: "0.01",
        maximumNotional: "10000000",
        makerFee: "0",
        takerFee,
        collar: "0.2",
        defaultMaximumQuantity: "100000",
        marketModel: MarketModel.RECORDED,
        houseFunds: [
          { asset: baseAsset, amount: "1000000" },
          { asset: "USD", amount: "100000000" },
        ],
      },
    });
  }

  /** One step; the market shows it when this resolves. */
  async play(levels: readonly Level[], trades: readonly Taker[] = []): Promise<void> {
    const before = await this.#position();
    await this.step({ levels, trades });
    await expect.poll(() => this.#position(), { intervals: [5] }).toBeGreaterThan(before);
  }

  /** One step; it is on its way when this resolves. */
  async step(step: Played): Promise<void> {
    // All of them on one stream: another one would begin anew, with nothing at rest.
    this.#stream ??= this.#begin();
    await this.#stream(step);
  }

  async #position(): Promise<number> {
    const { cursor } = await this.#client().market.getMarketState({ instrumentId: this.instrumentId });
    return positionOf(cursor);
  }

  #begin(): (step: Played) => Promise<void> {
    const { instrumentId } = this;
    const steps = new TransformStream<Played, Played>();
    const writer = steps.writable.getWriter();
    async function* told() {
      for await (const { levels, trades } of steps.readable)
        yield { instrumentId, levels: [...levels], trades: [...trades] };
    }
    // It ends with the platform.
    this.#client()
      .market.playRecording(told(), { timeoutMs: 0 })
      .catch((error: unknown) => writer.abort(error));
    return (step) => writer.write(step);
  }
}

export function bid(price: string, quantity: string): Level {
  return { side: Side.BUY, price, quantity };
}

export function ask(price: string, quantity: string): Level {
  return { side: Side.SELL, price, quantity };
}

/** A buyer or seller who takes what stands there, as far as a price far off. */
export function taker(takerSide: Side, quantity: string): Taker {
  return { takerSide, price: takerSide === Side.BUY ? "115" : "85", quantity };
}
