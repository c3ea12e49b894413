import { setTimeout as sleep } from "node:timers/promises";
import { type Dice, dice } from "@atlas/assembly/simulated/dice";
import type { AtlasProcess } from "../cluster/atlas-process.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { S3Fault, S3Proxy } from "../cluster/s3-proxy.ts";
import type { ServiceWatch } from "./service-watch.ts";
import type { Supervisor } from "./supervisor.ts";

export type FaultKind =
  | "kill"
  | "pause"
  | "broker killed"
  | "store paused"
  | "store restarted"
  | "archive killed"
  | "archive paused"
  | "archive refuses";

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
  /** Between the processes and S3. */
  readonly s3Proxy: S3Proxy;
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
/** Milliseconds that S3 refuses: in so many some partition is archived. */
const REFUSING = { least: 4_000, more: 8_000 };

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

/** S3 ends connections, or takes requests and says nothing. */
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

/** S3 is there, and refuses most of what it is asked; of what it does it does not always get to tell (F18). */
export function refuseArchive({ s3Proxy, roll }: FaultGround): Fault {
  const refusing = REFUSING.least + roll(REFUSING.more);
  // Of its own: how many requests come in that time is not to decide what goes wrong next.
  const each = dice(roll(2 ** 32));
  return {
    ...{ kind: "archive refuses", target: "s3" },
    async run() {
      s3Proxy.fault = (method) => requestFault(method, each);
      await sleep(refusing);
      s3Proxy.fault = () => undefined;
    },
  };
}

/** Of ten requests; the client tries three times where it is told to slow down, and when an answer is lost. */
function requestFault(method: string, roll: Dice): S3Fault | undefined {
  const kind = roll(10);
  if (kind < 5) return "SlowDown";
  if (kind < 6) return "AccessDenied";
  return kind < 8 && method === "PUT" ? "answer lost" : undefined;
}
