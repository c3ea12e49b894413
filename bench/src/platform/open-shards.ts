import { join } from "node:path";
import { openSqliteLog } from "@atlas/adapters/sqlite/sqlite-log";
import { openSqliteStore } from "@atlas/adapters/sqlite/sqlite-store";
import { systemClock } from "@atlas/adapters/system/system-clock";
import { systemDigest } from "@atlas/adapters/system/system-digest";
import { LocalShards } from "@atlas/assembly/local-shards";
import { partitionOf } from "@atlas/domain/partition/partition";
import type { Instrument } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { ControlCommandCodec } from "@atlas/gen/atlas/log/v1/control_record_codec";
import type { ControlCommand } from "@atlas/gen/atlas/log/v1/control_record_pb";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import type { Digest } from "@atlas/platform/ports/digest";
import type { Log } from "@atlas/platform/ports/log";
import type { Store } from "@atlas/platform/ports/store";
import { topics } from "@atlas/platform/topic/topics";
import { encodeFrameOf } from "@atlas/platform/wire/codec/frame";
import { timestampOf } from "@atlas/platform/wire/time";
import { note } from "./samples.ts";
import { wait } from "./wait.ts";

const PARTITIONS = { oms: 16, venue: 8 };
const TICK_INTERVAL = 100;
const VALIDITY = 15_000;
const DEFINED_WITHIN = 10_000;

/** All shards of a platform in this process, on the log and the store of its data folder; no edge, no gateway. */
export interface OpenedShards {
  readonly log: Log;
  readonly digest: Digest;
  readonly shards: LocalShards;
  /** Milliseconds until all had recovered. */
  readonly startMilliseconds: number;
  /** Resolves when every shard knows them. */
  define(instruments: readonly Instrument[]): Promise<void>;
  /** What an order shard decides, from now on. */
  follow(partition: number, event: (event: OrderEvent) => void): void;
  /** Ends in order: with an image of each shard, and nothing left to do. */
  close(): Promise<void>;
}

/** What the shards stand on. */
export interface Ground {
  readonly log: Log;
  readonly store: Store;
}

/**
 * A shard that stops ends the process: nothing measured after that would be true. `seen` may put something between the shards and
 * what they stand on.
 */
export async function openShards(
  folder: string,
  seen: (ground: Ground) => Ground = (ground) => ground,
): Promise<OpenedShards> {
  const sqliteLog = await openSqliteLog(join(folder, "log"));
  const sqliteStore = await openSqliteStore(join(folder, "store"));
  const { log, store } = seen({ log: sqliteLog, store: sqliteStore });
  const digest = systemDigest();
  const writer = `bench-${process.pid}`;
  const warn = (message: string, facts: object) => note(`${message} ${JSON.stringify(facts)}`);
  const shards = new LocalShards({
    ports: { log, store, clock: systemClock(), digest, warn, writer },
    partitions: PARTITIONS,
    tickInterval: TICK_INTERVAL,
    failed: (shard, error) => {
      throw new Error(`${shard} has stopped`, { cause: error });
    },
  });
  const began = performance.now();
  await shards.start();
  const followers: { close(): void }[] = [];
  return {
    log,
    digest,
    shards,
    startMilliseconds: performance.now() - began,
    define: async (instruments) => {
      await define(log, digest, instruments);
      const end = performance.now() + DEFINED_WITHIN;
      while (!instruments.every(({ instrumentId }) => isDefined(shards, instrumentId))) {
        if (performance.now() > end) throw new Error("the instruments were not defined");
        await wait(5);
      }
    },
    follow: (partition, event) => void followers.push(follow(shards, partition, event)),
    close: async () => {
      for (const follower of followers) follower.close();
      await shards.stop(60_000);
      await sqliteLog.close();
      await sqliteStore.close();
    },
  };
}

async function define(log: Log, digest: Digest, instruments: readonly Instrument[]): Promise<void> {
  const source = `gdefine${process.pid}`;
  const messages = instruments.map(
    (instrument): ControlCommand => ({
      $typeName: "atlas.log.v1.ControlCommand",
      commandId: `${source}.${instrument.instrumentId}`,
      requestId: `define-${instrument.instrumentId}`,
      contentDigest: digest.sha256(instrument.instrumentId).subarray(0, 16),
      validUntil: timestampOf(Date.now() + VALIDITY),
      command: {
        case: "defineInstrument",
        value: { $typeName: "atlas.log.v1.DefineInstrument", instrument },
      },
    }),
  );
  const bytes = encodeFrameOf(ControlCommandCodec, { source, writer: source, firstNumber: 1n }, messages, digest);
  await log.append(topics.controlCommands.name, 0, bytes);
}

/** At its venue, and at every order shard: control sends the same links to all of them. */
function isDefined(shards: LocalShards, instrumentId: string): boolean {
  const venue = shards.venues[partitionOf(instrumentId, PARTITIONS.venue)];
  const reached = shards.oms.map(({ shard }) => shard.link("control/0")?.number ?? 0);
  return (
    venue?.shard.state.bookOf.has(instrumentId) === true && Math.min(...reached) > 0 && new Set(reached).size === 1
  );
}

function follow(shards: LocalShards, partition: number, event: (event: OrderEvent) => void) {
  const { owner } = shards.oms[partition] as (typeof shards.oms)[number];
  return owner.follow(owner.sequence, {
    receive: ({ events }) => {
      if (events.case === "orderEvents") for (const one of events.value.messages) event(one);
    },
    fail: (error) => {
      throw error;
    },
  });
}
