import { setTimeout as sleep } from "node:timers/promises";
import { systemDigest } from "@atlas/adapters/system/system-digest";
import { TICKS } from "@atlas/assembly/platform-terms";
import { platformShards } from "@atlas/assembly/replay/replay-platform";
import type { ShardState } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import type { Log, LogRecord } from "@atlas/platform/ports/log";
import { type InputPartition, inputPartition } from "@atlas/platform/shard/shard-name";
import type { AtlasClient } from "../client/atlas-client.ts";
import type { Findings } from "./findings.ts";
import type { LogSource } from "./log-source.ts";

/** Records handed over at a time. */
const BATCH = 500;
/** A shard that moves to another owner is away for seconds; so often is it asked again. */
const LOOKS = 10;
const PAUSE = 1_000;

type Operations = Pick<AtlasClient, "operations">;

/**
 * Decides every shard once more, up to where it stood when it was asked for the hash of its state: what it said and its state are
 * to be the same (I10). One shard is asked at a time, right before: a hash keeps it from its inputs for a moment.
 */
export async function checkDecisions(
  atlas: Operations,
  source: LogSource,
  findings: Findings,
  step: (text: string) => void,
  wait: (milliseconds: number) => Promise<unknown> = sleep,
): Promise<void> {
  const rule = findings.rule("I10", "events and states that were decided once more are the platform's");
  const digest = systemDigest();
  for (const shard of platformShards(source.partitions, TICKS.watched, digest)) {
    step(`deciding ${shard.name} once more`);
    const state = await readyState(atlas, shard.name, wait);
    const inputs = inputPartition(shard.name);
    if (state === undefined || inputs === undefined) {
      rule.broken(`${shard.name} is not ready: its state is not known`);
      continue;
    }
    if ((await source.range(inputs.topic, inputs.partition)).start > 0) {
      rule.unproven(`${shard.name}, whose inputs are trimmed`);
      continue;
    }
    const end = Number(state.inputOffset);
    const log = logBelow(source, inputs, end);
    const { compared, differences, missing, stateHash } = await shard.redecide(
      { log, digest, warn: () => undefined },
      end,
    );
    rule.see(compared + 1);
    for (const difference of differences) rule.broken(`${shard.name}: ${difference}`);
    if (missing > 0) rule.broken(`${shard.name}: ${missing} that it decided do not stand on the log`);
    if (stateHash !== state.stateHash)
      rule.broken(`${shard.name}: its state at input ${end} is not what its inputs make`);
  }
}

/** With the hash of the state. `undefined`: it does not become ready. */
async function readyState(
  { operations }: Operations,
  shard: string,
  wait: (milliseconds: number) => Promise<unknown>,
): Promise<ShardState | undefined> {
  for (let look = 0; look < LOOKS; look++) {
    if (look > 0) await wait(PAUSE);
    const { shards } = await operations.getSystemState({ shard, withStateHash: true });
    if (shards[0]?.ready) return shards[0];
  }
  return undefined;
}

/** What a shard's owner reads of the log, without the inputs from `end` on. Nothing is written. */
function logBelow(source: LogSource, inputs: InputPartition, end: number): Log {
  const refuse = () => Promise.reject(new Error("a log that is examined is not written"));
  const range = async (topic: string, partition: number) => {
    const { start, end: last } = await source.range(topic, partition);
    return { start, end: topic === inputs.topic ? Math.min(last, end) : last };
  };
  return {
    append: refuse,
    trim: refuse,
    range,
    async read(topic, partition, from, maxBytes) {
      const found: LogRecord[] = [];
      let bytes = 0;
      for await (const record of source.records(topic, partition, from, (await range(topic, partition)).end)) {
        found.push(record);
        bytes += record.bytes.length;
        if (bytes >= maxBytes) break;
      }
      return found;
    },
    tail(topic, partition, from, receiver) {
      let isOpen = true;
      const pump = async () => {
        let batch: LogRecord[] = [];
        for await (const record of source.records(topic, partition, from, end)) {
          if (!isOpen) return;
          batch.push(record);
          if (batch.length < BATCH) continue;
          await receiver.receive(batch);
          batch = [];
        }
        if (isOpen && batch.length > 0) await receiver.receive(batch);
      };
      pump().catch((error: Error) => receiver.fail(error));
      return {
        close() {
          isOpen = false;
        },
      };
    },
  };
}
