import { FollowResponseSchema, ReadResponseSchema } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import type { LeaseHooks } from "@atlas/platform/lease/lease-hooks";
import { type Clock, sleep } from "@atlas/platform/ports/clock";
import { notReady } from "@atlas/platform/shard/not-ready";
import type { FollowReceiver, ShardClient, ShardDirectory } from "@atlas/platform/shard/shard-client";
import { create } from "@bufbuild/protobuf";
import type { Dice } from "./dice.ts";

/** Milliseconds that a shard takes to recover, and to end, at most. */
export const LONGEST_RECOVERY = 1_500;
const ENDS = [300, 1_000, 5_000];

interface Served {
  readonly readyAt: number;
  readonly followers: Set<FollowReceiver>;
}

/** Shards that are nothing but names: whoever has one recovers a while, answers, tells its followers, and ends a while. */
export class NamedShards implements LeaseHooks, ShardDirectory {
  readonly #clock: Clock;
  readonly #roll: Dice;
  readonly #failed: (problem: string) => void;
  readonly #isHot: (shard: string) => boolean;
  readonly #served = new Map<string, Served>();
  /** And why. */
  readonly #ending = new Map<string, string>();

  /** `failed` hears of what no keeper of leases may do. */
  constructor(clock: Clock, roll: Dice, failed: (problem: string) => void, isHot: (shard: string) => boolean) {
    this.#clock = clock;
    this.#roll = roll;
    this.#failed = failed;
    this.#isHot = isHot;
  }

  taken(shard: string): void {
    if (this.#served.has(shard) || this.#ending.has(shard))
      this.#failed(`${shard} is taken by who has it, or is ending it`);
    const recovery = this.#isHot(shard) ? 0 : this.#roll(LONGEST_RECOVERY);
    this.#served.set(shard, { readyAt: this.#clock.monotonic() + recovery, followers: new Set() });
  }

  async given(shard: string, why: string): Promise<void> {
    const served = this.#served.get(shard);
    // Who stops gives back also what it was taking by then, and has not begun.
    if (served === undefined && why !== "stopping") this.#failed(`${shard} is ${why} to who has it not`);
    this.#served.delete(shard);
    this.#ending.set(shard, why);
    await sleep(this.#clock, this.#roll(this.#roll.pick(ENDS)));
    this.#ending.delete(shard);
    for (const follower of served?.followers ?? []) follower.fail(notReady(`${shard} has ended`));
  }

  /** Nobody else can have it yet: it is given back when it has ended. */
  isEnding(shard: string): boolean {
    return this.#ending.get(shard) === "stopping";
  }

  isReady(shard: string): boolean {
    return (this.#served.get(shard)?.readyAt ?? Number.POSITIVE_INFINITY) <= this.#clock.monotonic();
  }

  client(shard: string): ShardClient {
    const served = this.#served.get(shard);
    if (served === undefined || !this.isReady(shard)) throw notReady(`${shard} is not served here`);
    return {
      read: async () => create(ReadResponseSchema),
      follow(_, receiver) {
        served.followers.add(receiver);
        return { close: () => served.followers.delete(receiver) };
      },
      resend: () => Promise.reject(new Error("nobody asks names for what they sent")),
    };
  }

  /** Says something to all who follow a shard. */
  tell(shard: string): void {
    for (const { receive } of this.#served.get(shard)?.followers ?? []) receive(create(FollowResponseSchema));
  }
}
