import { type Dice, dice } from "@atlas/assembly/simulated/dice";
import type { LeasedProcess } from "@atlas/assembly/simulated/leased-process";
import { LeaseTable } from "@atlas/platform/lease/lease-table";
import type { Violations } from "../model/violations.ts";
import type { SimulationOptions } from "../simulate.ts";
import { befallStore, type LeaseFault, leaseFaults, termsOf } from "./lease-faults.ts";
import { leaseMoves, watchMove } from "./lease-moves.ts";
import { ask, askNowAndThen } from "./lease-questions.ts";
import { LeaseWorld } from "./lease-world.ts";

/** Mixed into the seed: what befalls leases is not what befalls orders. */
const LEASES = 0x1ea5e;
/** Processes of each role. */
const ENOUGH = 2;
/** Milliseconds from healing until every shard is served by one process, until each has its share, and while nothing moves any more. */
const SERVED = 15_000;
const SHARED = 60_000;
const STILL = 15_000;
/** In which each shard is seen to be one's, and between two looks. */
const EACH = 5_000;
const LOOK = 100;
/** For how long a move is looked at. */
const WATCHED = 30_000;
/** Milliseconds that the store takes meanwhile, at most. */
const SLOW = [0, 0, 50, 400];
/** Until what was slow is over, and each has its share again. */
const CALM = 20_000;
/** Milliseconds in which a platform that is whole answers. */
const ANSWER = 100;
/** And in which the rows of the dead are gone. */
const FORGOTTEN = 130_000;

export interface LeaseOutcome {
  /** What happened last. */
  readonly recent: readonly string[];
  /** Hash of all that happened: the same for the same options. */
  readonly trace: string;
  /** How often each fault and each move came, by name. */
  readonly faults: ReadonlyMap<string, number>;
}

/**
 * Processes that share a table of leases, through minutes of faults, healed again and again: then each shard must be served by one
 * process, every process have its share and nothing move without a reason; and one that dies, pauses or ends is replaced in time (S21).
 */
export async function simulateLeases(options: SimulationOptions, violations: Violations): Promise<LeaseOutcome> {
  const simulation = new LeaseSimulation(options, violations);
  await simulation.run(options.minutes);
  return simulation.outcome();
}

class LeaseSimulation {
  readonly #leases: LeaseWorld;
  readonly #roll: Dice;
  readonly #faults: readonly LeaseFault[];
  readonly #counts = new Map<string, number>();
  /** They ask now and then for as long as they live. */
  readonly #asking = new Set<LeasedProcess>();
  /** Rises when all is healed: what was to come later does not. */
  #healed = 0;

  constructor({ seed, cases }: SimulationOptions, violations: Violations) {
    this.#roll = dice(seed ^ LEASES);
    const shards = new Map([
      ["oms", names("oms", 1 + this.#roll(8))],
      ["venue", names("venue", 1 + this.#roll(4))],
    ]);
    this.#leases = new LeaseWorld(violations, this.#roll, shards);
    this.#faults = leaseFaults.filter((fault) =>
      cases === undefined ? this.#roll.onceIn(2) : fault.cases.some((one) => cases.includes(one)),
    );
  }

  async run(minutes: number): Promise<void> {
    try {
      this.#begin();
      for (const end = this.#leases.now + minutes * 60_000; this.#leases.now < end && !this.#isBroken; ) {
        await this.#storm();
        this.#heal();
        await this.#checkWhole();
        if (!this.#isBroken) await this.#move();
      }
      if (!this.#isBroken) await this.#checkForgotten();
    } catch (error) {
      this.#leases.violations.check("LIVE", false, () => String((error as Error).stack));
    }
  }

  outcome(): LeaseOutcome {
    const { trace } = this.#leases;
    return { recent: trace.recent, trace: trace.hash(), faults: this.#counts };
  }

  get #isBroken(): boolean {
    return this.#leases.violations.found.length > 0;
  }

  #begin(): void {
    const all = [...this.#leases.shards.keys()];
    for (const roles of [[...all, "gateway"], all, ["gateway"]]) this.#start({ roles, standby: 0 });
    for (let more = this.#roll(3); more > 0; more--) this.#start(termsOf(this.#leases, this.#roll));
  }

  #start(terms: { roles: string[]; standby: number }): void {
    this.#leases.start(terms);
  }

  /** Faults, one after the other, whatever the last one did. */
  async #storm(): Promise<void> {
    const { clock } = this.#leases.world;
    const gap = this.#roll.pick([500, 3_000, 8_000]);
    for (const end = clock.monotonic() + 10_000 + this.#roll(50_000); clock.monotonic() < end; ) {
      for (const member of this.#leases.members) {
        if (member.isGateway && !this.#asking.has(member)) askNowAndThen(this.#leases, member);
        this.#asking.add(member);
      }
      await clock.advance(1 + this.#roll(2 * gap));
      this.#bring(this.#roll.pick(this.#faults));
      if (this.#isBroken) return;
    }
  }

  #bring(fault: LeaseFault | undefined): void {
    const healed = this.#healed;
    const running = [...this.#leases.members].filter(({ isRunning }) => isRunning);
    const some = this.#roll.pick(running);
    if (fault === undefined || some === undefined) return;
    this.#count(fault.name);
    this.#leases.note(`${fault.name} (${some.process.name})`);
    fault.bring({
      ...{ leases: this.#leases, roll: this.#roll, some },
      later: (milliseconds, action) => {
        this.#leases.world.clock.after(milliseconds, () => {
          if (this.#healed === healed) action();
        });
      },
    });
  }

  #count(name: string): void {
    const ofLeases = `leases: ${name}`;
    this.#counts.set(ofLeases, (this.#counts.get(ofLeases) ?? 0) + 1);
  }

  /** Nothing fails any more, and of every role there are enough that can: the shards of one may go to another. */
  #heal(): void {
    const leases = this.#leases;
    leases.note("all is healed");
    this.#healed++;
    leases.world.heal();
    befallStore(leases);
    for (const member of leases.members) {
      member.process.spare();
      member.process.resume();
      if (member.hasResigned) member.process.kill();
    }
    const needed = [...leases.shards.keys(), "gateway"];
    while (needed.some((role) => leases.owners(role).length < ENOUGH)) {
      if (leases.missing.length > 0) leases.replace();
      else this.#start({ roles: needed, standby: 0 });
    }
  }

  /** Soon every shard is served, by one alone and found by all; some time later each process has its share, and nothing moves. */
  async #checkWhole(): Promise<void> {
    const { world } = this.#leases;
    await world.clock.advance(SERVED);
    await this.#checkEach();
    await world.clock.advance(SHARED);
    await this.#checkServed();
    this.#checkShares();
    const before = await this.#leasesNow();
    await world.clock.advance(STILL);
    const after = await this.#leasesNow();
    this.#check(before === after, () => `leases move on a platform that is whole: ${before} and then ${after}`);
  }

  async #checkServed(): Promise<void> {
    for (const [role, shards] of this.#leases.shards) for (const shard of shards) this.#checkOne(role, shard);
    const ends = [...this.#leases.members].filter(({ isStopping }) => isStopping);
    this.#check(ends.length === 0, () => `${namesOf(ends)} do not end`);
    await this.#checkAnswers();
    await this.#checkFollowers();
  }

  /** Each, though others move: whoever came later has its share of them yet to take. */
  async #checkEach(): Promise<void> {
    const left = new Set(
      [...this.#leases.shards].flatMap(([role, shards]) => shards.map((shard) => ({ role, shard }))),
    );
    for (let looks = EACH / LOOK; looks > 0; looks--) {
      for (const one of left) if (this.#ofOne(one.role, one.shard).isOnes) left.delete(one);
      await this.#leases.world.clock.advance(LOOK);
    }
    const names = () => [...left].map(({ shard }) => shard).join(", ");
    this.#check(left.size === 0, () => `not held and served by one process long after all was healed: ${names()}`);
  }

  #ofOne(role: string, shard: string) {
    const holders = this.#leases.owners(role).filter(({ keeper }) => keeper.held.has(shard));
    const servers = this.#leases.servers(shard);
    return { holders, servers, isOnes: holders.length === 1 && servers.length === 1 && holders[0] === servers[0] };
  }

  #checkOne(role: string, shard: string): void {
    const { holders, servers, isOnes } = this.#ofOne(role, shard);
    this.#check(isOnes, () => `${shard} is held by [${namesOf(holders)}] and served by [${namesOf(servers)}]`);
    const others = [...this.#leases.members].filter(({ view }) => view.holderOf(shard) !== holders[0]?.process.name);
    this.#check(others.length === 0, () => `${namesOf(others)} do not know who has ${shard}`);
  }

  async #checkAnswers(): Promise<void> {
    const { shards, members, world } = this.#leases;
    const asked = [...members].flatMap((member) => [...shards.values()].flat().map((shard) => ({ member, shard })));
    const silent = new Set(asked);
    for (const one of asked) {
      ask(one.member, one.shard, ANSWER).then(
        () => silent.delete(one),
        () => undefined,
      );
    }
    await world.clock.advance(ANSWER);
    const [first] = silent;
    this.#check(first === undefined, () => `${first?.member.process.name} has no answer of ${first?.shard}`);
  }

  async #checkFollowers(): Promise<void> {
    const { shards, world } = this.#leases;
    const now = this.#leases.now;
    for (const shard of [...shards.values()].flat()) {
      for (const server of this.#leases.servers(shard)) server.shards.tell(shard);
    }
    await world.clock.advance(1);
    for (const member of this.#leases.owners("gateway")) {
      const missed = [...shards.values()].flat().filter((shard) => (member.heard.get(shard) ?? -1) < now);
      this.#check(missed.length === 0, () => `${member.process.name} does not follow ${missed}`);
    }
  }

  /** At most ceil(shards / processes) each. */
  #checkShares(): void {
    for (const [role, shards] of this.#leases.shards) {
      const owners = this.#leases.owners(role);
      const most = Math.ceil(shards.length / owners.length);
      for (const { keeper, process } of owners) {
        const count = shards.filter((shard) => keeper.held.has(shard)).length;
        this.#check(count <= most, () => `${process.name} has ${count} shards of ${role}, ${most} are its share`);
      }
    }
  }

  /** Who has what, and how often that was written. */
  async #leasesNow(): Promise<string> {
    const { world } = this.#leases;
    const { leases } = await world.look(() => new LeaseTable(world.store).read());
    return leases.map(({ value, version }) => `${value.shard} ${value.process} ${version}`).join(", ");
  }

  /** Something happens to one process, or another comes; all others serve on. */
  async #move(): Promise<void> {
    const move = this.#roll.pick(leaseMoves);
    const owners = [...this.#leases.members].filter(({ keeper }) => keeper.held.size > 0);
    const member = this.#roll.pick(owners);
    if (member === undefined) return;
    this.#count(`all is well, and ${move.name}`);
    const before = await this.#leasesNow();
    const { own, others } = await watchMove(this.#leases, move, member, {
      milliseconds: WATCHED,
      slow: this.#roll.pick(SLOW),
    });
    const after = await this.#leasesNow();
    const isStill = own > 0 || others > 0 || before === after;
    this.#check(isStill, () => `${move.name}, and leases move: ${before} and then ${after}`);
    await this.#leases.world.clock.advance(CALM);
    await this.#checkServed();
  }

  /** Of processes that are gone there is no row. */
  async #checkForgotten(): Promise<void> {
    const { world, members } = this.#leases;
    await world.clock.advance(FORGOTTEN);
    const { processes } = await world.look(() => new LeaseTable(world.store).read());
    const living = new Set([...members].map(({ process }) => process.name));
    const dead = processes.filter(({ value }) => !living.has(value.process));
    this.#check(dead.length === 0, () => `rows of ${dead.map(({ value }) => value.process)} stand: they are gone`);
    this.#check(
      processes.length === living.size,
      () => `${living.size} processes live, ${processes.length} have a row`,
    );
  }

  #check(holds: boolean, text: () => string): void {
    this.#leases.violations.check("S21", holds, text);
  }
}

function names(kind: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${kind}/${index}`);
}

function namesOf(members: readonly LeasedProcess[]): string {
  return members.map(({ process }) => process.name).join(", ");
}
