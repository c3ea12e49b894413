import type { AtlasClient } from "@atlas/cli/client/atlas-client";
import { requestId } from "@atlas/cli/client/request-id";
import { MarketModel } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { Side } from "@atlas/gen/atlas/order/v1/order_pb";

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

/** A market in US dollars that moves only when it is played; ticks of 0.01, lots of 0.0001, no fees. */
export class StillMarket {
  readonly instrumentId: string;
  readonly #client: () => AtlasClient;

  /** `client` may act only once the platform runs, so it is asked each time. */
  constructor(base: string, client: () => AtlasClient) {
    this.instrumentId = `${base}-USD`;
    this.#client = client;
  }

  async define(): Promise<void> {
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
        takerFee: "0",
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

  /** One step; it has happened when this resolves. */
  async play(levels: readonly Level[], trades: readonly Taker[] = []): Promise<void> {
    await this.run([{ levels, trades }]);
  }

  /** Steps one after the other until there are no more. */
  async run(steps: Iterable<Played> | AsyncIterable<Played>): Promise<void> {
    const { instrumentId } = this;
    async function* told() {
      for await (const step of steps) yield { instrumentId, levels: [...step.levels], trades: [...step.trades] };
    }
    await this.#client().market.playRecording(told(), { timeoutMs: 0 });
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
