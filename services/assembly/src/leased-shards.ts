import { EngineMissing } from "@atlas/domain/engine/engine-rules";
import type { LeaseHooks } from "@atlas/platform/lease/lease-hooks";
import { isAway } from "@atlas/platform/ports/away";
import { notReady } from "@atlas/platform/shard/not-ready";
import type { ShardClient, ShardDirectory } from "@atlas/platform/shard/shard-client";
import { type Journal, silentJournal } from "@atlas/platform/telemetry/journal";
import type { OwnedVenue } from "@atlas/venue/venue-owner";
import { type OwnedShard, type OwnedShardOptions, ownShard } from "./owned-shard.ts";
import type { StandbyShards } from "./standby-shards.ts";

/** A shard whose lease is this process's. */
interface Held {
  readonly shard: OwnedShard;
  /** Why it cannot be asked, behind its name; empty: it runs. */
  waits: string;
  /** What went wrong, for who operates the platform; empty: nothing. */
  problem: string;
  /** This owner has stopped for good. */
  hasStopped: boolean;
  /** Owners in a row, this one among them, that could not go on for what no waiting cures. */
  failures: number;
  /** Somebody was told that the log does not take what it says. */
  isUntaken: boolean;
  cancel: () => void;
}

export interface LeasedShardsTerms {
  /** Shards of others that are kept hot. Absent: none. */
  readonly standbys?: StandbyShards;
  /** Milliseconds for a shard that leaves to put on the log what it decided and to keep an image. Absent: as is usual. */
  readonly patience?: number;
  /** Hears that a shard cannot go on, for what no waiting cures, and why. */
  readonly lost?: (shard: string, reason: string) => void;
  /** Told which shards are served. Absent: nobody is. */
  readonly journal?: Pick<Journal, "info">;
}

/** As is usual. */
const PATIENCE = 5_000;
/** Milliseconds until a shard that could not recover is tried again: less and less, unless log or store are only away. */
const RETRY = 1_000;
const LONGEST_RETRY = 30_000;
/** Between two looks whether the log takes what the shards say. */
const LOOK = 1_000;
const UNTAKEN = "the log does not take what a shard says";
const TAKEN = "the log takes what a shard says again";

/** The shards that this process owns for as long as it has their leases, or the lock of a data folder that it has for itself. */
export class LeasedShards implements ShardDirectory, LeaseHooks {
  readonly #options: OwnedShardOptions;
  readonly #standbys: StandbyShards | undefined;
  readonly #patience: number;
  readonly #lost: (shard: string, reason: string) => void;
  readonly #journal: Pick<Journal, "info">;
  readonly #held = new Map<string, Held>();
  #endLooks: (() => void) | undefined;

  constructor(options: OwnedShardOptions, { standbys, patience = PATIENCE, lost, journal }: LeasedShardsTerms) {
    this.#options = options;
    this.#standbys = standbys;
    this.#patience = patience;
    this.#lost = lost ?? (() => undefined);
    this.#journal = journal ?? silentJournal;
  }

  client(shard: string): ShardClient {
    const held = this.#held.get(shard);
    if (held === undefined) throw notReady(`${shard} is not owned here`);
    if (held.waits !== "") throw notReady(`${shard} ${held.waits}`);
    return held.shard.owner;
  }

  /** Whether a shard is on its way to be asked here. */
  isComing(shard: string): boolean {
    const held = this.#held.get(shard);
    return held !== undefined && held.waits !== "" && held.failures === 0;
  }

  /** The venues among them that run. */
  *venues(): Generator<OwnedVenue> {
    for (const { shard, waits } of this.#held.values()) {
      if (shard.venue !== undefined && waits === "") yield shard.venue;
    }
  }

  /** Events that the query store does not show yet, by order shard; of one that has stopped they are shown by who owns it next. */
  storeLags(): ReadonlyMap<string, number> {
    const lags = new Map<string, number>();
    for (const [name, { shard, hasStopped }] of this.#held) {
      if (shard.oms !== undefined && !hasStopped) lags.set(name, shard.oms.projection.lag);
    }
    return lags;
  }

  /** The same of the order shard that is furthest behind. */
  storeLag(): number {
    let most = 0;
    for (const lag of this.storeLags().values()) most = Math.max(most, lag);
    return most;
  }

  /** Why shards that are owned here cannot be asked, or cannot say what they decide, behind the name of each. */
  waiting(): ReadonlyMap<string, string> {
    const reasons = new Map<string, string>();
    for (const [name, { shard, waits, problem }] of this.#held) {
      if (waits !== "") reasons.set(name, problem === "" ? waits : `${waits}: ${problem}`);
      else if (shard.owner.untaken !== undefined)
        reasons.set(name, `waits: the log takes nothing on ${shard.owner.untaken}`);
    }
    return reasons;
  }

  taken(name: string): void {
    this.#endLooks ??= this.#lookAgain();
    let held: Held | undefined;
    const standby = this.#standbys?.take(name, (error) => {
      if (held !== undefined) this.#stopped(held, error);
    });
    if (standby === undefined) void this.#open(name);
    else {
      held = heldOf(standby, "is being taken over");
      void this.#serve(name, held);
    }
  }

  async given(name: string): Promise<void> {
    const held = this.#held.get(name);
    this.#held.delete(name);
    held?.cancel();
    if (this.#held.size === 0) {
      this.#endLooks?.();
      this.#endLooks = undefined;
    }
    await held?.shard.owner
      .stop(this.#patience)
      .catch((error: Error) => this.#warn("could not be ended in order", name, error));
  }

  /** A hot one only says what had not been said; if that cannot be, it is recovered as any other. */
  async #serve(name: string, held: Held): Promise<void> {
    this.#held.set(name, held);
    const begun = this.#options.ports.clock.monotonic();
    try {
      await held.shard.owner.serve();
      this.#runs(held, "a takeover", begun);
    } catch (error) {
      if (this.#held.get(name) !== held) return;
      this.#warn("could not be taken over as it stood by", name, error as Error);
      await held.shard.owner.stop(0);
      if (this.#held.get(name) === held) void this.#open(name);
    }
  }

  /**
   * Its image and the log may be away just now: it is tried until it has recovered, or its lease is gone. `before`: the owner that
   * could not; what was the matter with that one is said until this one runs.
   */
  async #open(name: string, before?: Held): Promise<void> {
    const failed = (_: string, error: Error) => this.#stopped(held, error);
    const shard = ownShard(name, { ...this.#options, failed });
    const held: Held = {
      ...heldOf(shard, before?.waits ?? "is being recovered"),
      problem: before?.problem ?? "",
      failures: before?.failures ?? 0,
    };
    this.#held.set(name, held);
    const begun = this.#options.ports.clock.monotonic();
    try {
      await held.shard.owner.start();
      this.#runs(held, "recovery", begun);
    } catch (error) {
      if (this.#held.get(name) !== held) return;
      this.#couldNot(held, error as Error);
    }
  }

  /** It may have stopped meanwhile, or have gone. */
  #runs(held: Held, after: string, begun: number): void {
    if (held.hasStopped || this.#held.get(held.shard.name) !== held) return;
    held.waits = "";
    held.problem = "";
    const milliseconds = Math.round(this.#options.ports.clock.monotonic() - begun);
    this.#journal.info("a shard is served", { shard: held.shard.name, after, milliseconds });
  }

  /** Says once that the log does not take what a shard says, and once that it does again. */
  #lookAgain(): () => void {
    return this.#options.ports.clock.after(LOOK, () => {
      for (const held of this.#held.values()) {
        const { name, owner } = held.shard;
        const partition = owner.untaken;
        if ((partition !== undefined) === held.isUntaken) continue;
        held.isUntaken = partition !== undefined;
        if (partition !== undefined) this.#options.ports.warn(UNTAKEN, { shard: name, partition });
        else if (!held.hasStopped) this.#options.ports.warn(TAKEN, { shard: name });
      }
      this.#endLooks = this.#lookAgain();
    });
  }

  #couldNot(held: Held, error: Error): void {
    const { name } = held.shard;
    if (error instanceof EngineMissing) {
      // No trial will change that.
      if (!held.hasStopped) this.#stopped(held, error);
      return;
    }
    this.#warn("could not be recovered", name, error);
    const mayPass = !held.hasStopped && isAway(error);
    if (!held.hasStopped) {
      held.waits = "cannot be recovered";
      held.problem = error.message;
      if (!mayPass) this.#lose(held);
    }
    const pause = mayPass ? RETRY : Math.min(LONGEST_RETRY, RETRY * 2 ** (held.failures - 1));
    held.cancel = this.#options.ports.clock.after(pause, () => void this.#open(name, held));
  }

  #stopped(held: Held, error: Error): void {
    held.waits = "has stopped";
    held.problem = error.message;
    held.hasStopped = true;
    this.#options.failed(held.shard.name, error);
    this.#lose(held);
  }

  #lose(held: Held): void {
    held.failures += 1;
    this.#lost(held.shard.name, `${held.waits}: ${held.problem}`);
  }

  #warn(what: string, shard: string, { message }: Error): void {
    this.#options.ports.warn(`a shard ${what}`, { shard, reason: message });
  }
}

function heldOf(shard: OwnedShard, waits: string): Held {
  return {
    ...{ shard, waits, problem: "", hasStopped: false, failures: 0 },
    ...{ isUntaken: false, cancel: () => undefined },
  };
}
