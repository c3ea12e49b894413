import { setTimeout as sleep } from "node:timers/promises";
import type { Dice } from "@atlas/assembly/simulated/dice";
import type { AtlasProcess } from "../cluster/atlas-process.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { ServiceWatch } from "./service-watch.ts";
import type { Supervisor } from "./supervisor.ts";

export type FaultKind =
  | "kill"
  | "pause"
  | "broker killed"
  | "store paused"
  | "store restarted"
  | "archive killed"
  | "archive paused";

/** One thing that goes wrong for a while. */
export interface Fault {
  readonly kind: FaultKind;
  /** What it happens to, by name: nothing else happens to it meanwhile. */
  readonly target: string;
  /** Resolves when it is healed. */
  run(): Promise<void>;
}

/** What faults happen to. */
export interface FaultGround {
  readonly cluster: Cluster;
  readonly watch: ServiceWatch;
  readonly supervisor: Supervisor;
  /** Names of what a fault happens to at the moment. */
  readonly away: Set<string>;
  readonly roll: Dice;
  readonly tell: (line: string) => void;
}

/** Milliseconds that a process is away before its supervisor starts it: between these. */
const AWAY = { least: 500, more: 4_000 };
/** Milliseconds that a process stands still: longer than a lease lasts (S21), up to five times as long (F10). */
const STILL = { least: 6_000, more: 14_000 };

/** Milliseconds for the store to end: after that it is killed, and forgets. */
const ORDERLY_END = 120_000;

/** kill -9, and a start, as often as it takes: what it needs may be away just then. */
export function killProcess(one: AtlasProcess, { watch, roll, supervisor }: FaultGround): Fault {
  const away = AWAY.least + roll(AWAY.more);
  return {
    ...{ kind: "kill", target: one.name },
    async run() {
      watch.lost(one);
      await supervisor.killFor(one, away);
    },
  };
}

/** SIGSTOP for longer than its leases last: it comes back to find others in its place. */
export function pauseProcess(one: AtlasProcess, { watch, roll }: FaultGround): Fault {
  const still = STILL.least + roll(STILL.more);
  return {
    ...{ kind: "pause", target: one.name },
    async run() {
      await one.process.pause();
      watch.lost(one);
      await sleep(still);
      one.process.resume();
    },
  };
}

/** A broker dies hard, mostly the only one; its log is on disk. */
export function killBroker({ cluster: { kafka }, roll }: FaultGround): Fault {
  const broker = kafka.brokers[roll(kafka.brokers.length)];
  return {
    ...{ kind: "broker killed", target: "kafka" },
    async run() {
      await broker?.kill();
      await broker?.start();
    },
  };
}

/** It takes requests and says nothing, for longer than a lease lasts. */
export function pauseStore({ cluster: { dynamodb }, roll }: FaultGround): Fault {
  const still = AWAY.least + roll(2 * AWAY.more);
  return {
    ...{ kind: "store paused", target: "dynamodb" },
    async run() {
      await dynamodb.process.pause();
      await sleep(still);
      dynamodb.process.resume();
    },
  };
}

/**
 * It refuses connections until it is there again. It ends in an orderly way: DynamoDB Local, killed hard, forgets what it
 * acknowledged, as DynamoDB never does.
 */
export function restartStore({ cluster: { dynamodb } }: FaultGround): Fault {
  return {
    ...{ kind: "store restarted", target: "dynamodb" },
    async run() {
      await dynamodb.process.stop(ORDERLY_END);
      await dynamodb.process.start();
    },
  };
}

/** The archive's server refuses connections, or takes them and says nothing. */
export function breakArchive({ cluster: { s3 }, roll }: FaultGround): Fault {
  const isPaused = roll.onceIn(2);
  const away = AWAY.least + roll(3 * AWAY.more);
  return {
    ...{ kind: isPaused ? "archive paused" : "archive killed", target: "s3" },
    async run() {
      await (isPaused ? s3.process.pause() : s3.process.kill());
      await sleep(away);
      if (isPaused) s3.process.resume();
      else await s3.process.start();
    },
  };
}
