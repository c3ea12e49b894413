import { setTimeout as sleep } from "node:timers/promises";
import { systemDigest } from "@atlas/adapters/system/system-digest";
import { StoredRequestCodec } from "@atlas/gen/atlas/log/v1/order_store_codec";
import { decode } from "@atlas/gen/codec/codec";
import type { Store } from "@atlas/platform/ports/store";
import { REQUESTS_TABLE } from "@atlas/platform/query/store-layout";
import { inputPartition } from "@atlas/platform/shard/shard-name";
import { orderIdOf } from "@atlas/platform/text/order-id";
import pLimit from "p-limit";
import type { Asked } from "../load/asked.ts";
import { accountAndRequest, type LoggedEffect, type LogModel, ONCE, requestKey } from "./log-model.ts";
import type { Losses } from "./losses.ts";

/** What clients ask for that has a record for ever. */
const RECORDED: readonly Asked["content"]["kind"][] = ["deposit", "withdraw", "cancelMany"];
/** Records asked for side by side. */
const ABREAST = 32;
const PAUSE = 250;

/** A request that may have a record. */
interface Due {
  readonly accountId: string;
  readonly requestId: string;
  readonly key: string;
  /** What settled it; `undefined`: nothing did, and there is no record. */
  readonly effect: LoggedEffect | undefined;
}

/**
 * Each deposit, withdrawal, change of limits and cancel of many that stands on the log has its record in DynamoDB by `deadline`, at the
 * event that settled it, and what does not stand there has none (I21): such a record would keep it from ever being done.
 */
export async function checkRecords(
  store: Store,
  asked: readonly Asked[],
  log: LogModel,
  losses: Losses,
  deadline: number,
): Promise<void> {
  const rule = losses.rule(
    "I21",
    "orders, fills, balances and used request ids that are answered and stored are those of the log",
  );
  let open = dueRecords(asked, log);
  rule.see(open.length);
  for (;;) {
    const texts = await pLimit(ABREAST).map(open, (due) => difference(store, due));
    const wrong = open.flatMap((due, index) => (texts[index] === "" ? [] : [{ due, text: texts[index] as string }]));
    if (wrong.length === 0) return;
    if (performance.now() >= deadline) {
      for (const { due, text } of wrong) due.effect === undefined ? losses.double(rule, text) : losses.lose(rule, text);
      return;
    }
    open = wrong.map(({ due }) => due);
    await sleep(PAUSE);
  }
}

function dueRecords(asked: readonly Asked[], log: LogModel): Due[] {
  const digest = systemDigest();
  const shards = new Map<string, number>();
  const dues: Due[] = [];
  const add = (accountId: string, requestId: string, effect: LoggedEffect | undefined) => {
    const shard = shards.get(accountId);
    if (shard === undefined) return;
    dues.push({ accountId, requestId, key: orderIdOf(digest, shard, accountId, requestId), effect });
  };
  for (const [key, effects] of log.effects) {
    const [accountId, requestId] = accountAndRequest(key);
    for (const effect of effects) {
      shards.set(accountId, inputPartition(effect.shard)?.partition ?? 0);
      if (ONCE.includes(effect.event)) add(accountId, requestId, effect);
    }
  }
  for (const { accountId, requestId, content } of asked) {
    const isDone = log.effects.has(requestKey(accountId, requestId));
    if (RECORDED.includes(content.kind) && !isDone) add(accountId, requestId, undefined);
  }
  return dues;
}

/** Between a request's record and the log, in words; empty: there is none. */
async function difference(store: Store, { accountId, requestId, key, effect }: Due): Promise<string> {
  const item = await store.get(REQUESTS_TABLE, key);
  const name = `the record of ${requestId} of ${accountId}`;
  if (effect === undefined) return item === undefined ? "" : `DynamoDB has ${name}, which the log has not`;
  if (item === undefined) return `DynamoDB lacks ${name}, which ${effect.eventId} settled`;
  const record = decode(StoredRequestCodec, item.body);
  const isSame =
    item.version === effect.sequence &&
    record.eventId === effect.eventId &&
    record.accountId === accountId &&
    record.requestId === requestId &&
    Buffer.compare(record.contentDigest, effect.contentDigest) === 0;
  return isSame ? "" : `DynamoDB has ${name} otherwise than ${effect.eventId}`;
}
