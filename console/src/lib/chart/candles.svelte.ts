import type { Candle, CandleInterval } from "@atlas/gen/atlas/market/v1/market_pb";
import { Channel } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { wordsOfError } from "../rpc/refusal.ts";
import { withPatience } from "../rpc/transport.ts";
import type { DeskState } from "../state/desk.svelte.ts";
import { CandleList, closeGap, startOf } from "./candle-list.ts";

const PAGE = 500;
const PER_SECOND = 10;

/** Draws candles; those before index `from` are as they were. */
export type CandleDrawer = (candles: readonly Candle[], from: number) => void;

/** An instrument's candles of one interval: the newest by the stream, older ones by pages as they are looked at. */
export class Candles {
  /** The newest; `undefined`: none is known. */
  latest = $state.raw<Candle>();
  /** Where in the stream what is drawn stands; empty: nothing is drawn. */
  cursor = $state("");
  isKnown = $state(false);
  /** Why older ones could not be read; empty: they could. */
  problem = $state("");
  readonly #desk: Pick<DeskState, "clients" | "frame">;
  readonly #instrumentId: string;
  readonly #interval: CandleInterval;
  readonly #list = new CandleList();
  readonly #unwatch: () => void;
  readonly #closing = new AbortController();
  #drawer: CandleDrawer = () => {};
  #reading: Promise<void> | undefined;
  #isComplete = false;
  #heard = "";

  constructor(
    desk: Pick<DeskState, "clients" | "connection" | "frame">,
    instrumentId: string,
    interval: CandleInterval,
  ) {
    this.#desk = desk;
    this.#instrumentId = instrumentId;
    this.#interval = interval;
    const terms = {
      channel: Channel.CANDLES,
      instrumentId,
      candleInterval: interval,
      maxUpdatesPerSecond: PER_SECOND,
    };
    this.#unwatch = desk.connection.watch(terms, {
      snapshot: (parts, cursor) => {
        this.#heard = cursor;
        const apart = this.#list.replace(parts.flatMap(({ candles }) => candles));
        this.#isComplete = false;
        desk.frame.show(this.#show);
        if (apart.length > 0) void this.#rejoin(apart);
      },
      update: ({ candles }, cursor) => {
        this.#heard = cursor;
        for (const candle of candles) this.#list.put(candle);
        desk.frame.show(this.#show);
      },
    });
  }

  get all(): readonly Candle[] {
    return this.#list.all;
  }

  /** Only one draws; it is told of what is there at once. */
  drawBy(drawer: CandleDrawer): void {
    this.#drawer = drawer;
    this.#list.takeChanged();
    drawer(this.#list.all, 0);
  }

  /** Reads a page further back, unless nothing lies there; who asks while one is on its way waits for that one. */
  readOlder(): Promise<void> {
    this.#reading ??= this.#readPage().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** Those that somebody scrolled back to are not lost by a long silence. */
  async #rejoin(apart: readonly Candle[]): Promise<void> {
    await closeGap(this.#list, apart, () => this.readOlder());
    this.#desk.frame.show(this.#show);
  }

  async #readPage(): Promise<void> {
    const [first] = this.#list.all;
    if (first === undefined || this.#isComplete) return;
    try {
      const request = {
        instrumentId: this.#instrumentId,
        interval: this.#interval,
        endTime: first.startTime,
        pageSize: PAGE,
      };
      const { signal } = this.#closing;
      const { candles, nextPageToken } = await this.#desk.clients.market.listCandles(request, withPatience(signal));
      // A snapshot may have replaced all meanwhile: the page would leave a gap.
      const [still] = this.#list.all;
      if (still === undefined || startOf(still) !== startOf(first)) return;
      this.#list.prepend(candles);
      this.#isComplete = nextPageToken === "";
      this.problem = "";
      this.#desk.frame.show(this.#show);
    } catch (error) {
      if (!this.#closing.signal.aborted) this.problem = wordsOfError(error);
    }
  }

  close(): void {
    this.#closing.abort();
    this.#drawer = () => {};
    this.#unwatch();
  }

  readonly #show = (): void => {
    const from = this.#list.takeChanged();
    this.isKnown = true;
    this.latest = this.#list.all.at(-1);
    this.cursor = this.#heard;
    if (from !== undefined) this.#drawer(this.#list.all, from);
  };
}
