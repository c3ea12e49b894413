import { systemClock } from "@atlas/adapters/system/system-clock";
import { StoredRequestCodec } from "@atlas/gen/atlas/log/v1/order_store_codec";
import { StoredRequestSchema } from "@atlas/gen/atlas/log/v1/order_store_pb";
import { encode } from "@atlas/gen/codec/codec";
import { memoryStore } from "@atlas/platform/memory/memory-store";
import { type Store, StoreDamaged } from "@atlas/platform/ports/store";
import { ORDERS_TABLE, REQUESTS_TABLE } from "@atlas/platform/query/store-layout";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { Findings } from "./findings.ts";
import type { ShardReading } from "./order-log-check.ts";
import { checkStore } from "./store-check.ts";

async function check(store: Store) {
  const findings = new Findings();
  const reading = { partition: 3, sequence: 7, accounts: new Set(["a"]) } as unknown as ShardReading;
  await checkStore(store, [reading], findings.rule("I21", "items"));
  return findings.all()[0];
}

test("I21: the record of a request id that the log does not reach", async () => {
  const store = memoryStore({ clock: systemClock() });
  const record = async (key: string, version: number) => {
    const body = encode(
      StoredRequestCodec,
      create(StoredRequestSchema, { accountId: "a", eventId: `oms/3:${version}` }),
    );
    await store.put(REQUESTS_TABLE, { key, partition: "a", sort: key, version, body });
  };
  await record("03one", 7);
  expect(await check(store)).toEqual({ invariant: "I21", holds: true, text: "1 items" });
  await record("03two", 8);
  const text = "03two in the store shows event 8 of oms/3, whose log ends at 7";
  expect(await check(store)).toEqual({ invariant: "I21", holds: false, text });
});

test.each(["store", "store-copy"])(
  "F14, I21: what is not what was written is told by its name, and all else is looked at: %s",
  async (name) => {
    const store = memoryStore({ clock: systemClock() });
    const body = encode(StoredRequestCodec, create(StoredRequestSchema, { accountId: "a", eventId: "oms/3:8" }));
    await store.put(REQUESTS_TABLE, { key: "03two", partition: "a", sort: "03two", version: 8, body });
    const damaged: Store = {
      ...store,
      get: async (table, key) => {
        if (key === `oms/3/${name}`) throw new StoreDamaged(`item ${key} has changed`);
        return store.get(table, key);
      },
      query: async (table, query) => {
        if (table === ORDERS_TABLE) throw new StoreDamaged("item 03one has changed");
        return store.query(table, query);
      },
    };
    const text = [
      `item oms/3/${name} has changed`,
      "item 03one has changed",
      "03two in the store shows event 8 of oms/3, whose log ends at 7",
    ].join("; ");
    expect(await check(damaged)).toEqual({ invariant: "I21", holds: false, text });
  },
);
