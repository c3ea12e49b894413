import { QUOTE_LIVES } from "@atlas/domain/limits/quote";
import type { Instrument } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { MarketModel } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import type { MarketView } from "@atlas/market/market-view";
import type { Clock } from "@atlas/platform/ports/clock";
import { millisecondsOf } from "@atlas/platform/wire/time";

/** What a platform that is not ready says, one line each. */
export interface Readiness {
  /** Why it is not ready; empty: it is. */
  missing(): readonly string[];
}

/** What has happened so far, and who says what still has to. */
export class PlatformReadiness implements Readiness {
  readonly #clock: Clock;
  readonly #problems: (() => readonly string[])[] = [];
  #stage = "starting";
  #instruments: readonly Instrument[] = [];
  #view: MarketView | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What the platform is at. */
  at(stage: string): void {
    this.#stage = stage;
  }

  /** The process is up, and has no market to wait for. */
  upWithoutMarkets(): void {
    this.#stage = "";
  }

  /** The platform is up; its markets must be heard of, or orders are refused (S7), and simulated books have two sides. */
  up(instruments: readonly Instrument[], view: MarketView): void {
    this.#stage = "";
    this.#instruments = instruments;
    this.#view = view;
  }

  /** Something else that may be missing at any time, one line each. */
  asks(problems: () => readonly string[]): void {
    this.#problems.push(problems);
  }

  missing(): readonly string[] {
    const reasons = this.#problems.flatMap((problems) => problems());
    if (this.#stage !== "") return [...reasons, this.#stage];
    const silent = this.#instruments.filter((instrument) => !this.#isHeard(instrument));
    const oneSided = this.#instruments.filter((instrument) => !this.#hasTwoSides(instrument));
    return [
      ...reasons,
      ...silent.map(({ instrumentId }) => `the market of ${instrumentId} is silent`),
      ...oneSided.map(({ instrumentId }) => `the book of ${instrumentId} has not two sides yet`),
    ];
  }

  #isHeard({ instrumentId }: Instrument): boolean {
    const time = millisecondsOf(this.#view?.quote(instrumentId)?.time);
    return time !== undefined && this.#clock.now() - time <= QUOTE_LIVES;
  }

  #hasTwoSides({ instrumentId, marketModel }: Instrument): boolean {
    if (marketModel !== MarketModel.SIMULATED && marketModel !== MarketModel.RECORDED) return true;
    const book = this.#view?.market(instrumentId)?.book(1);
    return book !== undefined && book.bids.length > 0 && book.asks.length > 0;
  }
}
