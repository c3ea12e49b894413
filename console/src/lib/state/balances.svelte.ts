import type { Balance } from "@atlas/gen/atlas/account/v1/account_pb";
import { Channel } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { add } from "../decimal/decimal.ts";
import type { Connection } from "../stream/connection.svelte.ts";
import type { Frame } from "./frame.ts";

const PER_SECOND = 10;

/** What an account holds. */
export class Balances {
  /** By asset; `undefined`: nothing is known yet. */
  all = $state.raw<readonly Balance[]>();
  /** Where in the stream what is drawn stands; empty: nothing is drawn. */
  cursor = $state("");
  readonly #held = new Map<string, Balance>();
  readonly #listeners = new Set<() => void>();
  readonly #unwatch: () => void;
  #heard = "";

  constructor(connection: Connection, frame: Frame, accountId: string) {
    const terms = { channel: Channel.BALANCES, accountId, maxUpdatesPerSecond: PER_SECOND };
    const put = (balances: readonly Balance[], cursor: string): void => {
      this.#heard = cursor;
      for (const balance of balances) this.#held.set(balance.asset, balance);
      frame.show(this.#show);
    };
    this.#unwatch = connection.watch(terms, {
      snapshot: (parts, cursor) => {
        this.#held.clear();
        put(
          parts.flatMap(({ balances }) => balances),
          cursor,
        );
      },
      update: ({ balances }, cursor) => put(balances, cursor),
    });
  }

  /** `undefined`: not known yet; an asset that never moved is `0`. */
  availableOf(asset: string): string | undefined {
    if (this.all === undefined) return undefined;
    return this.all.find((balance) => balance.asset === asset)?.available ?? "0";
  }

  /** Available and reserved together; `undefined`: not known yet. */
  totalOf(asset: string): string | undefined {
    if (this.all === undefined) return undefined;
    const held = this.all.find((balance) => balance.asset === asset);
    return held === undefined ? "0" : add(held.available, held.reserved);
  }

  /** Called when money has moved. What is called ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): void {
    this.#unwatch();
  }

  readonly #show = (): void => {
    this.all = [...this.#held.values()].sort((left, right) => (left.asset < right.asset ? -1 : 1));
    this.cursor = this.#heard;
    for (const listener of this.#listeners) listener();
  };
}
