import { systemClock } from "@atlas/adapters/system/system-clock";
import { systemDigest } from "@atlas/adapters/system/system-digest";
import { Findings } from "@atlas/cli/doctor/findings";
import { FundsMovement, OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { StoredRequestCodec } from "@atlas/gen/atlas/log/v1/order_store_codec";
import { StoredRequestSchema } from "@atlas/gen/atlas/log/v1/order_store_pb";
import { encode } from "@atlas/gen/codec/codec";
import { memoryStore } from "@atlas/platform/memory/memory-store";
import { REQUESTS_TABLE } from "@atlas/platform/query/store-layout";
import { orderIdOf } from "@atlas/platform/text/order-id";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import type { Asked } from "../load/asked.ts";
import { LogModel } from "./log-model.ts";
import { Losses } from "./losses.ts";
import { checkRecords } from "./record-check.ts";

const ACCOUNT = "a";
const MOVEMENT = { movement: FundsMovement.DEPOSIT, amounts: [{ asset: "USD", amount: "7" }] };
const DEPOSIT = { case: "fundsMoved" as const, value: MOVEMENT };
const CONTENT = { kind: "deposit" as const, asset: "USD", amount: "7" };

function asked(requestId: string): Asked {
  return {
    ...{ accountId: ACCOUNT, requestId, content: CONTENT, askedAt: 0, answeredAt: 1 },
    ...{ sent: 1, unknown: 0, settled: [] },
  };
}

interface Stored {
  readonly requestId: string;
  readonly sequence: number;
  readonly eventId?: string;
  readonly shard?: number;
  readonly digest?: number;
}

/** What is found of a log with requests `r1` at 5 and `r2` at 8 of `oms/3`, and a third one that was never done, and this store. */
async function found(...stored: readonly Stored[]) {
  const log = new LogModel(new Set([ACCOUNT]));
  for (const [requestId, sequence] of [
    ["r1", 5],
    ["r2", 8],
  ] as const) {
    const place = { shard: "oms/3", sequence: BigInt(sequence), eventId: `oms/3:${sequence}` };
    const contentDigest = Uint8Array.of(1);
    log.take(create(OrderEventSchema, { accountId: ACCOUNT, requestId, contentDigest, ...place, event: DEPOSIT }));
  }
  const store = memoryStore({ clock: systemClock() });
  for (const { requestId, sequence, shard = 3, digest = 1, eventId = `oms/3:${sequence}` } of stored) {
    const key = orderIdOf(systemDigest(), shard, ACCOUNT, requestId);
    const contentDigest = Uint8Array.of(digest);
    const record = create(StoredRequestSchema, { accountId: ACCOUNT, requestId, eventId, contentDigest });
    const item = { key, partition: ACCOUNT, sort: key, version: sequence, body: encode(StoredRequestCodec, record) };
    await store.put(REQUESTS_TABLE, item);
  }
  const findings = new Findings();
  const losses = new Losses(findings);
  await checkRecords(store, ["r1", "r2", "r3"].map(asked), log, losses, 0);
  return { lost: losses.lost, doubled: losses.doubled, texts: findings.all().map(({ text }) => text) };
}

const R1 = { requestId: "r1", sequence: 5 };
const R2 = { requestId: "r2", sequence: 8 };

test("I21: the records of what was made once stand where the log has it", async () => {
  expect(await found(R1, R2)).toMatchObject({ lost: 0, doubled: 0 });
});

test("I21: a record that is not in the store is lost, and so is one under another key", async () => {
  const lost = { lost: 1, doubled: 0, texts: ["DynamoDB lacks the record of r2 of a, which oms/3:8 settled"] };
  expect(await found(R1)).toEqual(lost);
  expect(await found(R1, { ...R2, shard: 4 })).toEqual(lost);
});

test.each([
  ["at another sequence", { ...R2, sequence: 9, eventId: "oms/3:8" }],
  ["of another event", { ...R2, eventId: "oms/3:9" }],
  ["of another content", { ...R2, digest: 2 }],
])("I21: a record %s than the log's is lost", async (_, record) => {
  expect(await found(R1, record)).toMatchObject({
    lost: 1,
    texts: ["DynamoDB has the record of r2 of a otherwise than oms/3:8"],
  });
});

test("I21: a record of what the log does not hold is ahead of it", async () => {
  expect(await found(R1, R2, { requestId: "r3", sequence: 9 })).toEqual({
    ...{ lost: 0, doubled: 1, texts: ["DynamoDB has the record of r3 of a, which the log has not"] },
  });
});
