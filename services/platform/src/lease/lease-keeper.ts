import { ProcessBeatSchema, ShardLeaseSchema } from "@atlas/gen/atlas/log/v1/lease_pb";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import type { Clock } from "../ports/clock.ts";
import type { Warn } from "../shard/warn.ts";
import type { LeaseHooks } from "./lease-hooks.ts";
import type { LeaseTable } from "./lease-table.ts";
import type { LeaseView } from "./lease-view.ts";

/** What a process says of itself with every beat. */
export type Beat = MessageInitShape<typeof ProcessBeatSchema> & { readonly process: string };

export interface LeaseKeeperOptions {
  readonly clock: Clock;
  readonly warn: Warn;
  readonly table: LeaseTable;
  readonly view: LeaseView;
  /** What this process says of itself now. */
  readonly beat: () => Beat;
  /** The shards that this process may own, by the role that it needs for them. */
  readonly shards: ReadonlyMap<string, readonly string[]>;
  /** Milliseconds without a new beat after which a process owns nothing (S21: 4,000). */
  readonly patience: number;
  /** Whether this process stands by for a shard and is where its owner is. Absent: for none. */
  readonly isHot?: (shard: string) => boolean;
}

/** Milliseconds between two looks at the table, and between two beats. */
const LOOK = 500;
const BEAT = 1_000;
/** The same for who stands by, and its patience in place of the other's (S21). */
const HOT_LOOK = 250;
const HOT_PATIENCE = 1_500;
/** After so many milliseconds of silence a process's row is removed; if it cannot be, that is tried again as much later. */
const FORGET = 60_000;
/** Looks for which an offered shard that nobody takes stays free; the next takes it back. */
const OFFERED = 4;

/**
 * Keeps this process's beat, takes shards that nobody owns, gives up those that are too many: at most ceil(shards / processes of
 * the role). For liveness only: two owners do no harm, so nothing here needs to be exact (S21).
 */
export class LeaseKeeper {
  readonly #options: LeaseKeeperOptions;
  readonly #hooks: LeaseHooks;
  readonly #held = new Set<string>();
  /** Shards that are being offered or ended here, and until when: they are not taken meanwhile. */
  readonly #giving = new Map<string, Promise<void>>();
  /** Shards whose leases anybody may have, and that are served on here: how many looks that show nobody are left to each. */
  readonly #offered = new Map<string, number>();
  /** Until when nothing is offered, for nobody took the last one, in monotonic milliseconds. */
  #unwantedUntil = 0;
  /** Versions of leases that were taken here and that no look has shown yet. */
  readonly #unseen = new Map<string, number>();
  /** Processes whose rows are to be removed, and when that was last asked for, in monotonic milliseconds. */
  readonly #forgetting = new Map<string, number>();
  #version = 0;
  #beatAt = Number.NEGATIVE_INFINITY;
  #cancel: () => void = () => {};
  #turn: Promise<void> = Promise.resolve();
  #stopped = false;
  #keptAt = Number.NEGATIVE_INFINITY;
  #failure: string | undefined;
  #resigned = false;

  constructor(options: LeaseKeeperOptions, hooks: LeaseHooks) {
    this.#options = options;
    this.#hooks = hooks;
  }

  /** The shards that are this process's, in the order in which it took them. */
  get held(): ReadonlySet<string> {
    return this.#held;
  }

  /** Milliseconds since it last wrote its beat, looked, and took what there was to take; Infinity: it has not yet. */
  get unkeptFor(): number {
    return this.#options.clock.monotonic() - this.#keptAt;
  }

  /** Why it could not do so the last time; `undefined`: it could. */
  get failure(): string | undefined {
    return this.#failure;
  }

  start(): void {
    this.#turn = this.#go();
  }

  /** Gives everything back, so that others take it at once. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#turn;
    const { table, beat } = this.#options;
    const own = new Set([...this.#held, ...this.#giving.keys()]);
    await Promise.all([this.#leave(), ...[...own].map((shard) => this.#giveLast(shard))]);
    await table.forget(beat().process).catch(() => undefined);
  }

  /** What ends here already is only waited for: whoever stops closes what it needs. */
  async #giveLast(shard: string): Promise<void> {
    await this.#giving.get(shard);
    if (this.#held.has(shard)) await this.#give(shard);
  }

  /** Tells the others not to count on this process: each takes all that it has given back, and no shard waits for the slowest. */
  async #leave(): Promise<void> {
    const { table, beat } = this.#options;
    this.#version += 1;
    await table.beat(create(ProcessBeatSchema, { ...beat(), roles: [] }), this.#version).catch(() => undefined);
  }

  /** Gives everything back, and takes nothing any more: the process lives, but cannot decide by the active rules (S26). */
  resign(): void {
    this.#resigned = true;
    // Until a beat tells them the others leave its share to it.
    this.#beatAt = Number.NEGATIVE_INFINITY;
  }

  async #go(): Promise<void> {
    try {
      await this.#tend();
      this.#keptAt = this.#options.clock.monotonic();
      this.#failure = undefined;
    } catch (error) {
      const reason = (error as Error).message;
      // Nobody can take anything meanwhile, and what is owned goes on.
      if (this.#failure === undefined) this.#options.warn("leases cannot be kept", { reason });
      this.#failure = reason;
    }
    if (this.#stopped) return;
    this.#cancel = this.#options.clock.after(this.#pause(), () => {
      this.#turn = this.#go();
    });
  }

  /** Until the next look. A beat is not put off by slow ones: who stands by for this process waits little longer than one. */
  #pause(): number {
    const { clock, isHot } = this.#options;
    const look = isHot === undefined ? LOOK : HOT_LOOK;
    if (this.#failure !== undefined) return look;
    return Math.max(0, Math.min(look, this.#beatAt + BEAT - clock.monotonic()));
  }

  async #tend(): Promise<void> {
    await this.#keepBeat();
    await this.#options.view.look();
    this.#noticeLost();
    const unshown = this.#notShown();
    this.#unseen.clear();
    await this.#writeAgain();
    await this.#takeBack();
    if (this.#resigned) return this.#giveAll();
    for (const [role, shards] of this.#options.shards) {
      if (this.#stopped) return;
      const most = this.#share(shards, this.#peers(role));
      await this.#takeOwn(shards);
      await this.#takeHot(shards);
      await this.#takeFree(shards, most);
      this.#giveSurplus(role, shards, unshown);
    }
    this.#forgetOld();
  }

  async #keepBeat(): Promise<void> {
    const { clock, table, beat } = this.#options;
    if (clock.monotonic() - this.#beatAt < BEAT) return;
    const [sent, hadResigned] = [clock.monotonic(), this.#resigned];
    this.#version += 1;
    await table.beat(create(ProcessBeatSchema, beat()), this.#version);
    if (this.#resigned === hadResigned) this.#beatAt = sent;
  }

  /** Paused for long, and others have gone on (F10); or what was offered has found somebody. */
  #noticeLost(): void {
    for (const shard of [...this.#held]) {
      if (this.#giving.has(shard)) continue;
      const looks = this.#offered.get(shard);
      this.#offered.delete(shard);
      if (!this.#isLost(shard)) continue;
      if (looks !== undefined && this.#options.view.holderOf(shard) === undefined && !this.#resigned) {
        this.#offered.set(shard, looks - 1);
        continue;
      }
      this.#held.delete(shard);
      void this.#during(shard, this.#hooks.given(shard, looks === undefined ? "lost" : "surplus"));
    }
  }

  /** Whether the last look shows that a shard which is held here has another owner, or none. */
  #isLost(shard: string): boolean {
    const { view, beat } = this.#options;
    const [holder, version] = [view.holderOf(shard), view.versionOf(shard)];
    if (holder === beat().process || version === 0) return false;
    // This look may have been under way for somebody else when the lease was written: the next one tells.
    return version >= (this.#unseen.get(shard) ?? 0);
  }

  /** Leases of this process's shards that were removed, for they were not what was written (F14): nobody else has them by that. */
  async #writeAgain(): Promise<void> {
    const { view, table, beat } = this.#options;
    const { process } = beat();
    const removed = [...this.#held].filter((shard) => view.versionOf(shard) === 0 && !this.#giving.has(shard));
    await Promise.all(removed.map((shard) => table.lease(create(ShardLeaseSchema, { shard, process }), 1)));
  }

  /** What nobody took, for whom it was offered to is gone, or cannot: it is served all along, so no hook is told. */
  async #takeBack(): Promise<void> {
    const { clock, patience } = this.#options;
    const unwanted = [...this.#offered.keys()].filter((shard) => (this.#offered.get(shard) ?? 0) < 0);
    if (unwanted.length > 0) this.#unwantedUntil = clock.monotonic() + patience;
    await this.#takeAll(unwanted);
  }

  #share(shards: readonly string[], peers: readonly string[]): number {
    return Math.ceil(shards.length / Math.max(1, peers.length));
  }

  /** The processes that can own shards of this role, this one among them. */
  #peers(role: string, patience = this.#options.patience): readonly string[] {
    const { view, beat } = this.#options;
    const others = view.living(patience).filter(({ roles }) => roles.includes(role));
    return [...new Set([...others.map(({ process }) => process), beat().process])].sort();
  }

  /**
   * What the table says is this process's and nobody serves: the answer to its taking, or to its giving back, was lost. Nobody else
   * takes it while this process lives, so it is taken even above the measure, and given up in order.
   */
  async #takeOwn(shards: readonly string[]): Promise<void> {
    const { view, beat } = this.#options;
    const { process } = beat();
    const own = shards.filter((shard) => view.holderOf(shard) === process && !this.#isMine(shard));
    await this.#takeAll(own);
  }

  /**
   * What this process stands by for, and whose owner is silent: at once, and all of it, for nobody else serves as soon. What is too
   * much is given up in order. Only who has looked all the time can tell the silence of a beat from looking away.
   */
  async #takeHot(shards: readonly string[]): Promise<void> {
    const { view, isHot } = this.#options;
    if (isHot === undefined) return;
    const silent = shards.filter((shard) => {
      const silence = view.watchedSilenceOf(view.holderOf(shard) ?? "");
      return silence >= HOT_PATIENCE && !this.#isMine(shard) && isHot(shard);
    });
    await this.#takeAll(silent);
  }

  #isMine(shard: string): boolean {
    return this.#held.has(shard) || this.#giving.has(shard);
  }

  async #takeFree(shards: readonly string[], most: number): Promise<void> {
    const { view, patience } = this.#options;
    const free = this.#inOwnOrder(shards).filter((shard) => {
      const holder = view.holderOf(shard);
      const isOwned = holder !== undefined && view.silenceOf(holder) < patience;
      return !isOwned && !this.#isMine(shard);
    });
    await this.#takeAll(free.slice(0, Math.max(0, most - this.#countOf(shards))));
  }

  /** Each is waited for, also when one fails: whose answer comes later would be taken a second time meanwhile. */
  async #takeAll(shards: readonly string[]): Promise<void> {
    const outcomes = await Promise.allSettled(shards.map((shard) => this.#take(shard)));
    for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
  }

  async #take(shard: string): Promise<void> {
    const { view, table, beat } = this.#options;
    const lease = create(ShardLeaseSchema, { shard, process: beat().process });
    const version = view.versionOf(shard) + 1;
    const isTaken = await table.lease(lease, version);
    if (!isTaken) return;
    this.#unseen.set(shard, version);
    if (this.#held.has(shard)) return;
    this.#held.add(shard);
    // Who stops gives it back with the others.
    if (!this.#stopped) this.#hooks.taken(shard);
  }

  /** Each process begins elsewhere, so that two that start together do not want the same. */
  #inOwnOrder(shards: readonly string[]): readonly string[] {
    const { process } = this.#options.beat();
    const peers = this.#peers(roleOf(this.#options.shards, shards));
    const first = Math.floor((shards.length * peers.indexOf(process)) / peers.length);
    return [...shards.slice(first), ...shards.slice(0, first)];
  }

  /**
   * One at a time: a shard may be away from its clients while it moves. Only to who was heard of just now: what was taken from a silent
   * process is not for it. Nor what no look has shown since it was taken: the version by which it is given back is not known for sure.
   */
  #giveSurplus(role: string, shards: readonly string[], unshown: ReadonlySet<string>): void {
    const { clock, view, patience, beat } = this.#options;
    const { process } = beat();
    const peers = this.#peers(role, Math.min(patience, HOT_PATIENCE));
    const most = this.#share(shards, peers);
    if (this.#countOf(shards) <= most || this.#giving.size > 0 || this.#offered.size > 0) return;
    if (clock.monotonic() < this.#unwantedUntil) return;
    const counts = new Map(peers.filter((peer) => peer !== process).map((peer) => [peer, 0]));
    for (const shard of shards) {
      const holder = view.holderOf(shard) ?? "";
      if (counts.has(holder)) counts.set(holder, (counts.get(holder) ?? 0) + 1);
    }
    // Who takes counts those, too, who have been silent for a moment only.
    const taken = this.#share(shards, this.#peers(role));
    const isWanted = [...counts.values()].some((count) => count < taken);
    const shown = shards.filter((shard) => view.holderOf(shard) === process);
    const given = shown.filter((shard) => !this.#unseen.has(shard) && !unshown.has(shard));
    const surplus = [...this.#held].findLast((shard) => given.includes(shard));
    if (isWanted && surplus !== undefined) void this.#during(surplus, this.#offer(surplus));
  }

  /** What was taken and this look does not show: it was under way before. */
  #notShown(): ReadonlySet<string> {
    const { view } = this.#options;
    const unseen = [...this.#unseen].filter(([shard, version]) => view.versionOf(shard) < version);
    return new Set(unseen.map(([shard]) => shard));
  }

  #countOf(shards: readonly string[]): number {
    return shards.filter((shard) => this.#held.has(shard)).length;
  }

  /** Also what the table says is this process's, for the answer to its taking, or to its giving back, was lost. */
  #giveAll(): void {
    const { view, beat, shards } = this.#options;
    const own = [...shards.values()].flat().filter((shard) => view.holderOf(shard) === beat().process);
    // No beat waits for the slowest of them.
    for (const shard of own) if (!this.#giving.has(shard)) void this.#during(shard, this.#give(shard));
  }

  /** Until it is over the shard is not taken again here, and no other is offered. */
  #during(shard: string, work: Promise<void>): Promise<void> {
    const over = work.finally(() => this.#giving.delete(shard));
    this.#giving.set(shard, over);
    return over;
  }

  /**
   * Anybody may have it, and it is served on here until a look shows who does: with a store that goes away meanwhile nobody could take it
   * (F6). Two owners do no harm, but the new one recovers from the image before the one that is kept at the end (S19, S21).
   */
  async #offer(shard: string): Promise<void> {
    this.#offered.set(shard, OFFERED);
    await this.#free(shard);
  }

  /** First it ends here, then anybody may have it; unless somebody has, for this process was silent for so long. */
  async #give(shard: string): Promise<void> {
    if (this.#held.has(shard)) await this.#hooks.given(shard, "stopping");
    if (!this.#isLost(shard)) await this.#free(shard);
    this.#held.delete(shard);
    this.#offered.delete(shard);
  }

  /**
   * Never rejects: the next look tells whether it was written. What ended here and could not be freed is taken when this process's beat
   * is missed, or by this process.
   */
  async #free(shard: string): Promise<void> {
    const { view, table, warn } = this.#options;
    const version = Math.max(view.versionOf(shard), this.#unseen.get(shard) ?? 0) + 1;
    try {
      await table.lease(create(ShardLeaseSchema, { shard, process: "" }), version);
    } catch (error) {
      warn("a lease could not be given back", { shard, reason: (error as Error).message });
    }
  }

  /** Nothing waits for it: a row that stands longer does no harm, and a beat that is late costs shards. */
  #forgetOld(): void {
    const { clock, view, table, warn } = this.#options;
    const now = clock.monotonic();
    const silent = view.silent(FORGET);
    for (const process of this.#forgetting.keys()) if (!silent.includes(process)) this.#forgetting.delete(process);
    for (const process of silent) {
      if (now - (this.#forgetting.get(process) ?? Number.NEGATIVE_INFINITY) < FORGET) continue;
      this.#forgetting.set(process, now);
      table.forget(process).catch(({ message }: Error) => {
        warn("the row of a process that is gone cannot be removed", { process, reason: message });
      });
    }
  }
}

function roleOf(roles: ReadonlyMap<string, readonly string[]>, shards: readonly string[]): string {
  for (const [role, of] of roles) if (of === shards) return role;
  return "";
}
