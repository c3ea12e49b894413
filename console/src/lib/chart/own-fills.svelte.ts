import type { Fill } from "@atlas/gen/atlas/order/v1/order_pb";
import { Channel } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { wordsOfError } from "../rpc/refusal.ts";
import { withPatience } from "../rpc/transport.ts";
import type { DeskState } from "../state/desk.svelte.ts";

/** What is read of those before the stream began, however many pages they fill. */
const READ = 1_000;
/** What is marked at most, and what stays when there were too many: the newest. */
const MOST = 4_000;
const KEPT = 2_000;

/** An account's newest fills in one instrument. */
export class OwnFills {
  all = $state.raw<readonly Fill[]>([]);
  /** Why those before the stream began could not be read; empty: they could. */
  problem = $state("");
  readonly #desk: Pick<DeskState, "clients" | "frame">;
  readonly #terms: { readonly accountId: string; readonly instrumentId: string };
  readonly #held = new Map<string, Fill>();
  readonly #unwatch: () => void;
  /** Of the list as it is read now: a stream that begins again reads it anew. */
  #reading = new AbortController();

  constructor(
    desk: Pick<DeskState, "clients" | "connection" | "frame">,
    terms: { readonly accountId: string; readonly instrumentId: string },
  ) {
    this.#desk = desk;
    this.#terms = terms;
    this.#unwatch = desk.connection.watch(
      { channel: Channel.FILLS, ...terms },
      {
        // It tells the newest few; their list goes further back.
        snapshot: (parts) => {
          this.#put(parts.flatMap(({ fills }) => fills));
          this.#reading.abort();
          this.#reading = new AbortController();
          void this.#read(this.#reading.signal);
        },
        update: ({ fills }) => this.#put(fills),
      },
    );
  }

  close(): void {
    this.#reading.abort();
    this.#unwatch();
  }

  async #read(signal: AbortSignal): Promise<void> {
    try {
      let [pageToken, left] = ["", READ];
      do {
        const request = { ...this.#terms, pageSize: left, pageToken };
        const page = await this.#desk.clients.orders.listFills(request, withPatience(signal));
        this.problem = "";
        this.#put(page.fills);
        pageToken = page.nextPageToken;
        left -= page.fills.length;
      } while (pageToken !== "" && left > 0);
    } catch (error) {
      if (!signal.aborted) this.problem = wordsOfError(error);
    }
  }

  #put(fills: readonly Fill[]): void {
    for (const fill of fills) this.#held.set(fill.executionId, fill);
    if (this.#held.size > MOST) this.#forget();
    this.#desk.frame.show(this.#show);
  }

  #forget(): void {
    const byTime = [...this.#held.values()].sort((left, right) => secondOf(left) - secondOf(right));
    for (const { executionId } of byTime.slice(0, -KEPT)) this.#held.delete(executionId);
  }

  readonly #show = (): void => {
    this.all = [...this.#held.values()];
  };
}

function secondOf({ occurredAt }: Fill): number {
  return Number(occurredAt?.seconds ?? 0n);
}
