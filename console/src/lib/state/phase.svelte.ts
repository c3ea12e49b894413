import { Phase } from "@atlas/gen/atlas/market/v1/market_pb";
import { Channel } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import type { Connection } from "../stream/connection.svelte.ts";

/** Whether an instrument trades. */
export class MarketPhase {
  /** `undefined`: not known yet. */
  phase = $state<Phase>();
  readonly words = $derived(wordsOf(this.phase));
  readonly #unwatch: () => void;

  constructor(connection: Connection, instrumentId: string) {
    const terms = { channel: Channel.MARKET_STATE, instrumentId };
    this.#unwatch = connection.watch(terms, {
      snapshot: (parts) => this.#show(parts.at(-1)?.marketState?.phase),
      update: ({ marketState }) => this.#show(marketState?.phase),
    });
  }

  close(): void {
    this.#unwatch();
  }

  #show(phase: Phase | undefined): void {
    this.phase = phase;
  }
}

function wordsOf(phase: Phase | undefined): string {
  switch (phase) {
    case Phase.AUCTION:
      return "Auction: orders rest, nothing trades until it is uncrossed.";
    case Phase.HALTED:
      return "Halted: nothing trades; orders can be cancelled.";
    case Phase.CLOSED:
      return "Closed: nothing trades and no order is taken.";
    default:
      return "";
  }
}
