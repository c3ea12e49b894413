import { type Clock, sleep } from "@atlas/platform/ports/clock";
import type { FollowReceiver, ShardClient, ShardDirectory } from "@atlas/platform/shard/shard-client";
import type { LeasedShards } from "./leased-shards.ts";

/** Milliseconds between two looks whether a shard can be asked. */
const PAUSE = 10;

/** The shards of a process that owns all of them: who asks one that is on its way waits for it, as long as the question may take. */
export class LocalDirectory implements ShardDirectory {
  readonly #shards: LeasedShards;
  readonly #clock: Clock;

  constructor(shards: LeasedShards, clock: Clock) {
    this.#shards = shards;
    this.#clock = clock;
  }

  client(shard: string): ShardClient {
    return {
      read: async (request, deadline) => (await this.#owner(shard, deadline)).read(request, deadline),
      resend: async (request, deadline) => this.#shards.client(shard).resend(request, deadline),
      follow: (after, receiver) => this.#follow(shard, after, receiver),
    };
  }

  async #owner(shard: string, deadline: number): Promise<ShardClient> {
    while (this.#shards.isComing(shard) && this.#clock.monotonic() + PAUSE < deadline) await sleep(this.#clock, PAUSE);
    return this.#shards.client(shard);
  }

  #follow(shard: string, after: number, receiver: FollowReceiver): { close(): void } {
    try {
      return this.#shards.client(shard).follow(after, receiver);
    } catch (error) {
      receiver.fail(error as Error);
      return { close: () => undefined };
    }
  }
}
