import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import type { ClientRequest } from "./client-model.ts";

/** Who decided each order first: where several did so for one batch, its shard has moved in the midst of it (F9). */
export class BatchModel {
  /** By account and request id. */
  readonly #deciders = new Map<string, string>();

  /** An event as it stands in its sequence, with who wrote it. */
  take({ accountId, requestId, event }: OrderEvent, writer: string): void {
    const isDecision = event.case === "orderAccepted" || event.case === "orderDenied";
    if (isDecision) this.#deciders.set(`${accountId}\n${requestId}`, writer);
  }

  /** Batches of which one owner decided a part and another the rest. */
  split(requests: readonly ClientRequest[]): number {
    const batches = new Map<string, Set<string>>();
    for (const { accountId, requestId, batch } of requests) {
      const decider = this.#deciders.get(`${accountId}\n${requestId}`);
      if (batch === undefined || decider === undefined) continue;
      const name = `${accountId}\n${batch}`;
      batches.set(name, (batches.get(name) ?? new Set()).add(decider));
    }
    return [...batches.values()].filter(({ size }) => size > 1).length;
  }
}
