import { setTimeout as sleep } from "node:timers/promises";
import type { Balance } from "@atlas/gen/atlas/account/v1/account_pb";
import type { Fill, Order } from "@atlas/gen/atlas/order/v1/order_pb";
import { Channel, type Contents } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import type { AtlasClient } from "../client/atlas-client.ts";
import { isWorthRepeating } from "../client/failure.ts";

const CHANNELS = [Channel.ORDERS, Channel.FILLS, Channel.BALANCES];

/** Accounts as a stream tells them, whatever becomes of the platform in between. */
export interface WitnessWatch {
  readonly orders: ReadonlyMap<string, Order>;
  readonly fills: ReadonlyMap<string, Fill>;
  /** By account and asset: `demo USD`. */
  readonly balances: ReadonlyMap<string, Balance>;
  /** What a stream must not do, in words. */
  readonly broken: readonly string[];
  /** Times that the stream was had again. */
  readonly resumed: number;
  stop(): void;
}

/** Watches the accounts and resumes by cursor whenever the stream breaks. Resolves once it stands. */
export async function watchAccounts(atlas: AtlasClient, accountIds: readonly string[]): Promise<WitnessWatch> {
  const watch = new AccountsWatch(atlas, accountIds);
  await watch.start();
  return watch;
}

class AccountsWatch implements WitnessWatch {
  readonly orders = new Map<string, Order>();
  readonly fills = new Map<string, Fill>();
  readonly balances = new Map<string, Balance>();
  readonly broken: string[] = [];
  resumed = -1;
  readonly #atlas: AtlasClient;
  readonly #accountIds: readonly string[];
  /** By subscription: one may have been told of an event when the stream broke, another not yet. */
  readonly #cursors = new Map<string, string>();
  readonly #stopping = new AbortController();

  constructor(atlas: AtlasClient, accountIds: readonly string[]) {
    this.#atlas = atlas;
    this.#accountIds = accountIds;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => void this.#follow(resolve));
  }

  stop(): void {
    this.#stopping.abort();
  }

  async #follow(stands: () => void): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#read(stands);
      } catch (error) {
        if (this.#stopping.signal.aborted) return;
        if (!isWorthRepeating(error)) this.broken.push(`the stream ended: ${error}`);
      }
      await sleep(50);
    }
  }

  async #read(stands: () => void): Promise<void> {
    const subscriptions = this.#accountIds.flatMap((accountId) =>
      CHANNELS.map((channel) => {
        const subscriptionId = `${channel} ${accountId}`;
        return { subscriptionId, channel, accountId, cursor: this.#cursors.get(subscriptionId) ?? "" };
      }),
    );
    const begun = new Set<string>();
    const options = { timeoutMs: 0, signal: this.#stopping.signal };
    for await (const { content, cursor, subscriptionId } of this.#atlas.stream.subscribe({ subscriptions }, options)) {
      if (begun.size === 0) this.resumed++;
      begun.add(subscriptionId);
      const accountId = subscriptionId.slice(subscriptionId.indexOf(" ") + 1);
      if (content.case === "heartbeat") {
        stands();
        continue;
      }
      if (content.case === "resync") this.broken.push(`a resync of ${subscriptionId}`);
      if (content.case !== "snapshot" && content.case !== "update") continue;
      const held = this.#cursors.get(subscriptionId);
      const isUpdate = content.case === "update";
      if (!isUpdate && held !== undefined)
        this.broken.push(`a snapshot of ${subscriptionId} at ${cursor} after ${held}`);
      if (isUpdate || content.value.last) this.#cursors.set(subscriptionId, cursor);
      this.#take(accountId, content.value.contents, isUpdate);
    }
  }

  #take(accountId: string, contents: Contents | undefined, isUpdate: boolean): void {
    for (const order of contents?.orders ?? []) {
      const before = this.orders.get(order.orderId)?.version ?? 0n;
      if (isUpdate && order.version !== before + 1n) {
        this.broken.push(`order ${order.orderId} went from version ${before} to ${order.version}`);
      }
      this.orders.set(order.orderId, order);
    }
    for (const fill of contents?.fills ?? []) {
      if (this.fills.has(fill.executionId)) this.broken.push(`fill ${fill.executionId} was told twice`);
      this.fills.set(fill.executionId, fill);
    }
    for (const balance of contents?.balances ?? []) this.balances.set(`${accountId} ${balance.asset}`, balance);
  }
}
