import type { Instrument } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { MarketModel } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import type { MarketView } from "@atlas/market/market-view";

/** What a platform that is not ready says, one line each. */
export interface Readiness {
  /** Why it is not ready; empty: it is. */
  missing(): readonly string[];
}

/** What has happened so far, and who says what still has to. */
export class PlatformReadiness implements Readiness {
  readonly #failures = new Map<string, string>();
  #stage = "starting";
  #instruments: readonly Instrument[] = [];
  #view: MarketView | undefined;

  /** What the platform is at. */
  at(stage: string): void {
    this.#stage = stage;
  }

  /** The platform is up; its simulated books must have two sides. */
  up(instruments: readonly Instrument[], view: MarketView): void {
    this.#stage = "";
    this.#instruments = instruments;
    this.#view = view;
  }

  failed(shard: string, error: Error): void {
    this.#failures.set(shard, error.message);
  }

  missing(): readonly string[] {
    const failed = [...this.#failures].map(([shard, message]) => `${shard} has stopped: ${message}`);
    if (this.#stage !== "") return [...failed, this.#stage];
    return [...failed, ...this.#instruments.filter((instrument) => !this.#hasTwoSides(instrument)).map(nameOf)];
  }

  #hasTwoSides({ instrumentId, marketModel }: Instrument): boolean {
    if (marketModel !== MarketModel.SIMULATED && marketModel !== MarketModel.RECORDED) return true;
    const book = this.#view?.market(instrumentId)?.book(1);
    return book !== undefined && book.bids.length > 0 && book.asks.length > 0;
  }
}

function nameOf({ instrumentId }: Instrument): string {
  return `the book of ${instrumentId} has not two sides yet`;
}
