import type { Dice } from "@atlas/assembly/simulated/dice";
import { FaultyWorld } from "@atlas/assembly/simulated/faulty-world";
import {
  LeasedProcess,
  type LeasedProcessTerms,
  type LeasedProcessWorld,
} from "@atlas/assembly/simulated/leased-process";
import type { StoreItem } from "@atlas/platform/ports/store";
import type { Violations } from "../model/violations.ts";
import { Trace } from "../run/trace.ts";

/** Processes that share a table of leases, and all that can befall them. */
export class LeaseWorld {
  readonly world = new FaultyWorld();
  readonly violations: Violations;
  readonly roll: Dice;
  readonly shards: ReadonlyMap<string, readonly string[]>;
  /** Those that live, oldest first. */
  readonly members = new Set<LeasedProcess>();
  /** What was killed or ended, and has not been started again. */
  readonly missing: LeasedProcessTerms[] = [];
  readonly trace = new Trace(this.world.digest);
  /** Rows of the table that are not what was written, for as long as they stand. */
  readonly damaged = new Set<StoreItem>();
  readonly #all = new Map<string, LeasedProcess>();

  constructor(violations: Violations, roll: Dice, shards: ReadonlyMap<string, readonly string[]>) {
    this.violations = violations;
    this.roll = roll;
    this.shards = shards;
  }

  get now(): number {
    return this.world.clock.monotonic();
  }

  start(terms: LeasedProcessTerms): LeasedProcess {
    const shared: LeasedProcessWorld = {
      ...{ world: this.world, shards: this.shards },
      failed: (problem) => this.violations.check("S21", false, () => problem),
      at: (address) => this.#all.get(address),
      note: (line) => this.note(line),
    };
    const member = new LeasedProcess(terms, shared, this.roll);
    this.#all.set(member.process.name, member);
    this.members.add(member);
    member.process.onDeath(() => {
      this.members.delete(member);
      this.missing.push(member.terms);
    });
    this.note(`${member.process.name} starts: ${terms.roles.join(" ")}, ${terms.standby} hot`);
    return member;
  }

  /** What was gone longest is there again. */
  replace(): void {
    const terms = this.missing.shift();
    if (terms !== undefined) this.start(terms);
  }

  /** Who may have shards of a role and runs. */
  owners(role: string): LeasedProcess[] {
    return [...this.members].filter((member) => member.isRunning && member.mayOwn(role));
  }

  /** Those who run and answer for a shard. */
  servers(shard: string): LeasedProcess[] {
    return [...this.members].filter(({ isRunning, shards }) => isRunning && shards.isReady(shard));
  }

  note(line: string): void {
    this.trace.note(`${this.now} ms: ${line}`);
  }
}
