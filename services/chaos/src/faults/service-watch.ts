import { setTimeout as sleep } from "node:timers/promises";
import { SHARD_KINDS, shardsOf } from "@atlas/assembly/owned-shard";
import { PARTITIONS } from "@atlas/assembly/platform-terms";
import type { AtlasClient } from "@atlas/cli/client/atlas-client";
import type { AtlasProcess } from "../cluster/atlas-process.ts";

/** Milliseconds that one question waits, and between two. */
const PATIENCE = 1_000;
const PAUSE = 50;

/** Without these nobody can take a shard over. */
const NEEDED = ["kafka", "dynamodb"];

/** Asks for every shard of a process that has just died, over and over, until somebody answers for it. */
export class ServiceWatch {
  /** By shard, the longest time from a death to service, in milliseconds. */
  readonly longest = new Map<string, number>();
  /** The same of deaths during which nothing else was away that a takeover needs: one time for each, all shards together. */
  readonly undisturbed: number[] = [];
  readonly #gateways: readonly AtlasClient[];
  readonly #processes: readonly AtlasProcess[];
  readonly #away: ReadonlySet<string>;
  readonly #running = new Set<Promise<void>>();
  #isOver = false;

  /** `away`: names of what faults happen to at the moment. */
  constructor(gateways: readonly AtlasClient[], processes: readonly AtlasProcess[], away: ReadonlySet<string>) {
    this.#gateways = gateways;
    this.#processes = processes;
    this.#away = away;
  }

  /** It was killed or stands still from now on. */
  lost(one: AtlasProcess): void {
    const kinds = SHARD_KINDS.filter((kind) => one.roles.includes(kind));
    const shards = kinds.flatMap((kind) => shardsOf(kind, PARTITIONS));
    if (shards.length === 0) return;
    const watching = this.#untilAllServed(one, shards).finally(() => this.#running.delete(watching));
    this.#running.add(watching);
  }

  /** Resolves when all that was lost is served again. */
  async end(): Promise<void> {
    await Promise.all(this.#running);
  }

  close(): void {
    this.#isOver = true;
    for (const gateway of this.#gateways) gateway.close();
  }

  async #untilAllServed(one: AtlasProcess, shards: readonly string[]): Promise<void> {
    const diedAt = performance.now();
    let isDisturbed = false;
    const look = () => {
      isDisturbed ||= this.#isDisturbed(one);
    };
    await Promise.all(shards.map((shard) => this.#untilServed(shard, diedAt, look)));
    if (!isDisturbed && !this.#isOver) this.undisturbed.push(performance.now() - diedAt);
  }

  async #untilServed(shard: string, diedAt: number, look: () => void): Promise<void> {
    for (let attempt = 0; !this.#isOver; attempt++) {
      look();
      const gateway = this.#gateways[attempt % this.#gateways.length] as AtlasClient;
      if (await isServed(gateway, shard)) break;
      await sleep(PAUSE);
    }
    this.longest.set(shard, Math.max(this.longest.get(shard) ?? 0, performance.now() - diedAt));
  }

  /** What could take over is away, or what it needs for that. */
  #isDisturbed(one: AtlasProcess): boolean {
    if (NEEDED.some((name) => this.#away.has(name))) return true;
    const heirs = this.#processes.filter((other) => other !== one && sharesRole(other, one));
    return heirs.some(({ name }) => this.#away.has(name));
  }
}

function sharesRole(other: AtlasProcess, one: AtlasProcess): boolean {
  // Through a gateway that is away nobody can be asked.
  return other.roles.includes("gateway") || other.roles.some((role) => one.roles.includes(role));
}

/** Whether somebody who has recovered it answers for a shard, asked through a gateway. Never rejects. */
export async function isServed(
  { operations }: AtlasClient,
  shard: string,
  patience: number = PATIENCE,
): Promise<boolean> {
  try {
    const { shards } = await operations.getSystemState({ shard }, { timeoutMs: patience });
    return shards[0]?.ready ?? false;
  } catch {
    return false;
  }
}
