import { dice } from "@atlas/assembly/simulated/dice";
import { MemoryPlatform } from "@atlas/assembly/simulated/memory-platform";
import { eventLoopTurn } from "@atlas/assembly/simulated/turn";
import { ArchiveCheck } from "./checks/archive-check.ts";
import { audit } from "./checks/audit.ts";
import { LogWatch } from "./checks/log-watch.ts";
import { checkMarkets } from "./checks/markets.ts";
import { checkNothingAhead } from "./checks/nothing-ahead.ts";
import { checkRebuilt, type Images, imagesOf } from "./checks/rebuild.ts";
import { checkUsedRequests } from "./checks/used-requests.ts";
import { type Circumstances, circumstancesOf } from "./circumstances.ts";
import { TradingFloor } from "./clients/trading-floor.ts";
import { Faults } from "./faults/faults.ts";
import { type LeaseOutcome, simulateLeases } from "./leases/simulate-leases.ts";
import { seedRun } from "./run/seed-run.ts";

/** Records between two checks of everything. */
const FULL_CHECK = 1_000;
/** Images of so many moments are kept, to rebuild from one of them. */
const MOMENTS = 8;

export interface SimulationOptions {
  /** Decides everything: clock, chance, delivery, faults, what clients do. From 0. */
  readonly seed: number;
  /** Simulated minutes of trading among faults; healing and the audit come on top. */
  readonly minutes: number;
  /** Only faults of these cases of QUALITY may befall it; absent: whatever the seed draws. */
  readonly cases?: readonly string[];
  /** Clients hardly leave each other a second and faults come close together: more happens in a minute. */
  readonly isDense?: boolean;
}

/** What came of a seed. */
export interface Outcome extends SimulationOptions {
  /** What was found broken, invariant first; empty: nothing. */
  readonly found: readonly string[];
  /** What happened last before that. */
  readonly recent: readonly string[];
  /** Hash of everything that was written to the log, with its times, and of all that befell leases: the same for the same seed and options. */
  readonly trace: string;
  readonly requests: number;
  /** Records written to the log. */
  readonly records: number;
  /** Batches of which one owner decided a part and another the rest (F9). */
  readonly splitBatches: number;
  /** How often each fault came, by name. */
  readonly faults: Readonly<Record<string, number>>;
  /** How often each invariant was looked at. */
  readonly looked: Readonly<Record<string, number>>;
}

/**
 * Runs a platform of several processes through minutes of faults, heals it, and holds all it did against the model; then as many
 * processes as keep leases through faults of their own.
 */
export async function simulate(options: SimulationOptions): Promise<Outcome> {
  // What a seed brings must not depend on where it is asked for.
  await eventLoopTurn();
  const simulation = new Simulation(options);
  await simulation.run();
  return simulation.outcome();
}

class Simulation {
  readonly #options: SimulationOptions;
  readonly #circumstances: Circumstances;
  readonly #platform: MemoryPlatform;
  readonly #floor: TradingFloor;
  readonly #faults: Faults;
  readonly #watch: LogWatch;
  readonly #archive: ArchiveCheck;
  readonly #roll;
  readonly #moments: Images[] = [];
  #nextFullCheck = FULL_CHECK;
  #leases: LeaseOutcome | undefined;

  constructor(options: SimulationOptions) {
    this.#options = options;
    this.#circumstances = circumstancesOf(options);
    this.#platform = new MemoryPlatform(this.#circumstances.platform);
    this.#floor = new TradingFloor(this.#platform, options.seed);
    this.#roll = dice(options.seed);
    this.#faults = new Faults(this.#platform, this.#floor, this.#roll, this.#circumstances.knobs);
    const { world } = this.#platform;
    this.#watch = new LogWatch(this.#floor.violations, world.digest);
    this.#archive = new ArchiveCheck(this.#platform, this.#floor.violations);
    world.written = (topic, partition, record) => {
      this.#watch.take(topic, partition, record);
      this.#archive.take(topic, partition, record);
    };
  }

  async run(): Promise<void> {
    try {
      await this.#begin();
      await this.#trade();
      await this.#end();
      if (!this.#isBroken) this.#leases = await simulateLeases(this.#options, this.#floor.violations);
    } catch (error) {
      const text = () => (error instanceof Error ? (error.stack ?? error.message) : String(error));
      this.#floor.violations.check("LIVE", false, text);
    }
  }

  outcome(): Outcome {
    const { violations, clients } = this.#floor;
    const { recent, trace, faults } = this.#leases ?? { recent: this.#watch.trace.recent, trace: "", faults: [] };
    return {
      ...seedRun(this.#options),
      found: violations.found,
      recent,
      trace: `${this.#watch.trace.hash()}${trace}`,
      requests: clients.requests.length,
      records: this.#watch.steps,
      splitBatches: this.#watch.model.batches.split(clients.requests),
      faults: Object.fromEntries([...this.#faults.counts, ...faults]),
      looked: Object.fromEntries(violations.seen),
    };
  }

  get #isBroken(): boolean {
    for (const failure of this.#platform.failures.splice(0)) this.#floor.violations.check("S16", false, () => failure);
    return this.#floor.violations.found.length > 0;
  }

  async #begin(): Promise<void> {
    const { gateways, pause, latency } = this.#circumstances;
    await this.#platform.start();
    const roll = dice(this.#options.seed + 1);
    if (latency > 0) this.#platform.world.appendLatency = () => roll(latency);
    for (let count = 1; count < gateways; count++) await this.#platform.startGateway();
    await this.#floor.open(pause, this.#circumstances);
  }

  /** Phase one: clients trade, faults befall the platform. */
  async #trade(): Promise<void> {
    const { clock } = this.#platform;
    const end = clock.monotonic() + this.#options.minutes * 60_000;
    while (clock.monotonic() < end && !this.#isBroken) {
      const pause = 1 + this.#roll(2 * this.#circumstances.gap);
      await clock.advance(Math.min(pause, end - clock.monotonic()));
      const fault = this.#faults.bring();
      if (fault !== undefined) this.#watch.trace.note(`${clock.monotonic()} ms: ${fault}`);
      if (this.#watch.steps >= this.#nextFullCheck) await this.#checkAll();
    }
  }

  /** Everything at once, with all in mid-flight. */
  async #checkAll(): Promise<void> {
    this.#nextFullCheck = this.#watch.steps + FULL_CHECK;
    this.#watch.model.checkAll();
    checkMarkets(this.#platform, this.#watch.model);
    await this.#archive.checkNew();
    await checkNothingAhead(this.#platform, this.#floor.violations, this.#floor.accounts);
    this.#moments.push(await imagesOf(this.#platform));
    if (this.#moments.length > MOMENTS) this.#moments.splice(this.#roll(MOMENTS), 1);
  }

  /** Phase two: all is healed, every request has its answer, and whatever can be known agrees. */
  async #end(): Promise<void> {
    if (this.#isBroken) return;
    this.#faults.heal();
    await this.#floor.close();
    if (this.#isBroken) return;
    await this.#checkAll();
    this.#watch.model.end();
    await this.#archive.end();
    await audit(this.#floor, this.#watch.model);
    const { violations, accounts } = this.#floor;
    await checkUsedRequests(this.#platform, violations, accounts, this.#watch.model);
    const some = this.#roll.pick(this.#moments) ?? [];
    await checkRebuilt(this.#platform, violations, [[], some, await imagesOf(this.#platform)]);
  }
}
