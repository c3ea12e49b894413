import {
  CancelRequestedSchema,
  type OrderEvent,
  OrderEventSchema,
  WorkAdvancedSchema,
} from "@atlas/gen/atlas/log/v1/order_event_pb";
import { create } from "@bufbuild/protobuf";
import { beforeEach, describe, expect, test } from "vitest";
import { manualClock } from "../memory/manual-clock.ts";
import { memoryStore } from "../memory/memory-store.ts";
import { canceledBy, settledEvent } from "./settled-request.ts";
import { OwnerMemory } from "./testing/owner-memory.ts";

/** Events before the cancel of many, and behind it. */
const BEFORE = 20_000;
const BEHIND = 15_000;
/** Orders that it cancels, and those of a slice. */
const CANCELED = 3_000;
const SLICE = 500;

const store = memoryStore({ clock: manualClock() });
let owner: OwnerMemory;
beforeEach(() => {
  owner = new OwnerMemory("ada", store, eventsOfTheDay());
});

/** A cancel of many in the middle of a day: it goes on in slices, and what it settled is told with the first of them. */
function eventsOfTheDay(): OrderEvent[] {
  const events: OrderEvent[] = [];
  const add = (init: { commandId: string; orderId?: string; requestId?: string; event?: OrderEvent["event"] }) => {
    events.push(
      create(OrderEventSchema, { ...init, accountId: "ada", shard: "oms/0", sequence: BigInt(events.length + 1) }),
    );
  };
  const workAdvanced = (done: boolean) =>
    ({ case: "workAdvanced", value: create(WorkAdvancedSchema, { done }) }) as const;
  const cancelRequested = { case: "cancelRequested", value: create(CancelRequestedSchema) } as const;
  for (let index = 0; index < BEFORE; index++) add({ commandId: `before-${index}` });
  for (let index = 0; index < CANCELED; index++) {
    const requestId = index === SLICE ? "r" : "";
    if (index > 0 && index % SLICE === 0) add({ commandId: "c", requestId, event: workAdvanced(false) });
    add({ commandId: "c", orderId: `o-${index}`, event: cancelRequested });
  }
  add({ commandId: "c", event: workAdvanced(true) });
  for (let index = 0; index < BEHIND; index++) add({ commandId: `behind-${index}` });
  return events;
}

describe("F6: a repeated cancel of many, of whose account the store lacks many events", () => {
  test("is answered as the first was, without all of them", async () => {
    const asked = { accountId: "ada", requestId: "r", key: "k", notBefore: "" };
    const settled = await settledEvent(owner.shards, store, asked, 1);
    expect(settled?.requestId).toBe("r");
    const behind = owner.given.splice(0);
    expect(Math.max(...behind)).toBeLessThanOrEqual(2_000);

    const orderIds = await canceledBy(owner.shards, store, settled as OrderEvent, 1);
    expect(orderIds).toEqual(Array.from({ length: CANCELED }, (_, index) => `o-${index}`));
    expect(Math.max(...owner.given)).toBeLessThanOrEqual(2_000);
    // It looks twice: at first not far enough, then beyond its end.
    expect(owner.given.reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(3 * CANCELED);
  });
});
