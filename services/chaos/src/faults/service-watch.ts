import { setTimeout as sleep } from "node:timers/promises";
import { SHARD_KINDS, shardsOf } from "@atlas/assembly/owned-shard";
import { PARTITIONS } from "@atlas/assembly/platform-terms";
import type { AtlasClient } from "@atlas/cli/client/atlas-client";
import type { AtlasProcess } from "../cluster/atlas-process.ts";

/** Milliseconds that one question waits, and between two. */
const PATIENCE = 1_000;
const PAUSE = 50;

/** Asks for every shard of a process that has just died, over and over, until somebody answers for it. */
export class ServiceWatch {
  /** By shard, the longest time from a death to service, in milliseconds. */
  readonly longest = new Map<string, number>();
  readonly #gateways: readonly AtlasClient[];
  readonly #running = new Set<Promise<void>>();
  #isOver = false;

  constructor(gateways: readonly AtlasClient[]) {
    this.#gateways = gateways;
  }

  /** It was killed or stands still from now on. */
  lost({ roles }: AtlasProcess): void {
    const diedAt = performance.now();
    const kinds = SHARD_KINDS.filter((kind) => roles.includes(kind));
    for (const shard of kinds.flatMap((kind) => shardsOf(kind, PARTITIONS))) {
      const watching = this.#untilServed(shard, diedAt).finally(() => this.#running.delete(watching));
      this.#running.add(watching);
    }
  }

  /** Resolves when all that was lost is served again. */
  async end(): Promise<void> {
    await Promise.all(this.#running);
  }

  close(): void {
    this.#isOver = true;
    for (const gateway of this.#gateways) gateway.close();
  }

  async #untilServed(shard: string, diedAt: number): Promise<void> {
    for (let attempt = 0; !this.#isOver; attempt++) {
      const gateway = this.#gateways[attempt % this.#gateways.length] as AtlasClient;
      if (await isServed(gateway, shard)) break;
      await sleep(PAUSE);
    }
    this.longest.set(shard, Math.max(this.longest.get(shard) ?? 0, performance.now() - diedAt));
  }
}

async function isServed({ operations }: AtlasClient, shard: string): Promise<boolean> {
  try {
    const { shards } = await operations.getSystemState({ shard }, { timeoutMs: PATIENCE });
    return shards[0]?.ready ?? false;
  } catch {
    return false;
  }
}
