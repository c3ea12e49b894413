import { setTimeout as sleep } from "node:timers/promises";
import { SHARD_KINDS, shardsOf } from "@atlas/assembly/owned-shard";
import { PARTITIONS } from "@atlas/assembly/platform-terms";
import type { AtlasClient } from "@atlas/cli/client/atlas-client";
import { isServed } from "./service-watch.ts";

/** How long somebody who asked for a shard waited for it, at most. */
export interface Wait {
  readonly shard: string;
  /** The address of the gateway that was asked. */
  readonly gateway: string;
  readonly milliseconds: number;
}

/** Milliseconds that one question waits: longer than a gateway waits for a shard, so that it is the gateway that gives up. */
const PATIENCE = 8_000;
/** Milliseconds between two questions, and before one that was not answered is repeated. */
const PAUSE = 400;
const AGAIN = 50;

/** Asks every gateway for every shard, over and over, until it is ended: each of them has to know where a shard has gone. */
export class WaitWatch {
  readonly #waits: Wait[] = [];
  readonly #asking: Promise<unknown>;
  #isOver = false;

  constructor(gateways: readonly AtlasClient[]) {
    const shards = SHARD_KINDS.flatMap((kind) => shardsOf(kind, PARTITIONS));
    this.#asking = Promise.all(gateways.flatMap((gateway) => shards.map((shard) => this.#ask(gateway, shard))));
  }

  /** Resolves once every shard is answered for, with the longest wait of each at each gateway, the longest first. */
  async end(): Promise<readonly Wait[]> {
    this.#isOver = true;
    await this.#asking;
    return this.#waits.toSorted((one, other) => other.milliseconds - one.milliseconds);
  }

  async #ask(gateway: AtlasClient, shard: string): Promise<void> {
    let milliseconds = 0;
    do {
      const askedAt = performance.now();
      while (!(await isServed(gateway, shard, PATIENCE))) await sleep(AGAIN);
      milliseconds = Math.max(milliseconds, performance.now() - askedAt);
      await sleep(PAUSE);
    } while (!this.#isOver);
    this.#waits.push({ shard, gateway: gateway.url, milliseconds });
  }
}
