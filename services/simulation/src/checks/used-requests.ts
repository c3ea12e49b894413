import type { MemoryPlatform } from "@atlas/assembly/simulated/memory-platform";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { StoredRequestCodec } from "@atlas/gen/atlas/log/v1/order_store_codec";
import { decode } from "@atlas/gen/codec/codec";
import type { LogModel } from "../model/log-model.ts";
import type { Violations } from "../model/violations.ts";

/** What is made once for ever under its request id, besides orders: funds that move, limits, cancels of many. */
const ONCE: readonly OrderEvent["event"]["case"][] = ["fundsMoved", "limitsSet", "workAdvanced"];
/** More than an account asks for. */
const ALL = 100_000;

/**
 * With everything stored, each such request that was done has its item, which names the last event of it and stands at its
 * sequence, or it would be done again a day later (I6); and there are no others (I21).
 */
export async function checkUsedRequests(
  { world }: MemoryPlatform,
  violations: Violations,
  accounts: readonly string[],
  model: LogModel,
): Promise<void> {
  for (const accountId of accounts) {
    const due = new Map<string, string>();
    for (const { event, requestId, eventId } of model.eventsOf(accountId)) {
      if (requestId !== "" && ONCE.includes(event.case)) due.set(requestId, eventId);
    }
    const stored = new Map<string, string>();
    const items = await world.look(() => world.store.query("atlas_idempotency", { partition: accountId, limit: ALL }));
    for (const { version, body } of items) {
      const { requestId, eventId } = decode(StoredRequestCodec, body);
      const isPlaced = eventId.split(":")[1] === `${version}`;
      violations.check("I21", isPlaced, () => `the item of ${requestId} names ${eventId} and stands at ${version}`);
      const isDue = due.has(requestId);
      violations.check(
        "I21",
        isDue,
        () => `${requestId} of ${accountId} is stored as used, the log knows nothing of it`,
      );
      stored.set(requestId, eventId);
    }
    for (const [requestId, eventId] of due) {
      const found = stored.get(requestId);
      const text = () => `${requestId} of ${accountId} was done by ${eventId}, the store names ${found ?? "nothing"}`;
      violations.check("I6", found === eventId, text);
    }
  }
}
