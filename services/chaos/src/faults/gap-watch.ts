import { setTimeout as sleep } from "node:timers/promises";
import { SHARD_KINDS, shardsOf } from "@atlas/assembly/owned-shard";
import { PARTITIONS } from "@atlas/assembly/platform-terms";
import type { AtlasClient } from "@atlas/cli/client/atlas-client";
import { isServed } from "./service-watch.ts";

/** The longest that a shard was not heard of through a gateway. */
export interface Gap {
  readonly shard: string;
  readonly gateway: string;
  readonly milliseconds: number;
}

/** Milliseconds between two questions: of a shard that has just answered, and of one that has not. */
const PAUSE = { answered: 300, silent: 50 };

/** Asks for every shard through each gateway, over and over, until it is ended. */
export class GapWatch {
  readonly #gaps: Gap[] = [];
  readonly #asking: Promise<unknown>;
  #isOver = false;

  constructor(gateways: readonly AtlasClient[]) {
    const shards = SHARD_KINDS.flatMap((kind) => shardsOf(kind, PARTITIONS));
    this.#asking = Promise.all(gateways.flatMap((gateway) => shards.map((shard) => this.#ask(gateway, shard))));
  }

  /** Resolves with the longest gap of each shard through each gateway, the longest first, once all of them are answered again. */
  async end(): Promise<readonly Gap[]> {
    this.#isOver = true;
    await this.#asking;
    return this.#gaps.toSorted((one, other) => other.milliseconds - one.milliseconds);
  }

  async #ask(gateway: AtlasClient, shard: string): Promise<void> {
    let [heardAt, milliseconds] = [performance.now(), 0];
    for (let answered = false; !(answered && this.#isOver); ) {
      answered = await isServed(gateway, shard);
      const now = performance.now();
      if (answered) {
        milliseconds = Math.max(milliseconds, now - heardAt);
        heardAt = now;
      }
      await sleep(answered ? PAUSE.answered : PAUSE.silent);
    }
    this.#gaps.push({ shard, gateway: gateway.url, milliseconds });
  }
}
