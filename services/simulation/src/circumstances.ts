import { type Dice, dice } from "@atlas/assembly/simulated/dice";
import type { Holding, MemoryPlatformOptions } from "@atlas/assembly/simulated/memory-platform";
import { knobsOf, usualKnobs } from "./faults/faults.ts";
import type { Knob } from "./faults/knob.ts";
import { moveFaults } from "./faults/move-faults.ts";
import type { SimulationOptions } from "./simulate.ts";

/** Mixed into the seed for what archiving and venues' ticks draw, apart from the rest. */
const ARCHIVE = 0xa5c1;
const TICKS = 0x71c5;
/** The same for when an engine version is activated. */
const ENGINE = 0xe2;

/** And for what may wait for who does not read. */
const ROOM = 0xf22;
/** And for how owners share the shards: so that seeds that are kept, or known to catch a fault, mean what they meant. */
const HOLDINGS = 0x4664;
/** And for whether somebody sends batches, and their shards move meanwhile. */
const BATCHES = 0x101cdb;

/** Venues live and die apart from what trades on them. */
const APART: readonly Holding[] = [["oms", "control", "identity"], ["venue"]];

/** What a seed draws before anything begins. */
export interface Circumstances {
  readonly platform: MemoryPlatformOptions;
  readonly gateways: number;
  /** Milliseconds between two requests of a client, about. */
  readonly pause: number;
  /** Milliseconds for which a screen keeps a stream, at most. */
  readonly stay: number;
  /** Milliseconds that the log takes to write, at most. */
  readonly latency: number;
  /** Milliseconds between two faults, about. */
  readonly gap: number;
  /** Milliseconds until the next engine version is activated; `undefined`: it never is. */
  readonly activatesAfter: number | undefined;
  /** Somebody sends batches. */
  readonly hasBatches: boolean;
  /** Faults that befall this platform. */
  readonly knobs: readonly Knob[];
}

/** Draws them, faults of the given cases instead of any: few or many shards, a quiet market or a storm, and each fault or not. */
export function circumstancesOf({ seed, minutes, cases, isDense = false }: SimulationOptions): Circumstances {
  const roll = dice(seed ^ 0x5eed);
  // Of their own dice: a new kind of fault leaves the rest of what a seed means as it was.
  const faults = dice(seed ^ 0xfa17);
  const drawn = usualKnobs.filter(() => faults.onceIn(2));
  const batches = dice(seed ^ BATCHES);
  const isBatchSeed = batches.onceIn(2);
  const moves = isBatchSeed && batches.onceIn(2) ? moveFaults : [];
  const hasBatches = isBatchSeed || cases?.includes("F9") === true;
  return {
    platform: {
      seed,
      partitions: { oms: 1 + roll(4), venue: 1 + roll(3) },
      pace: dice(seed ^ TICKS).pick([1_000, 2_000, 5_000]),
      imagePace: {
        changes: 20 + roll(400),
        milliseconds: roll.pick([1_000, 5_000, 30_000]),
        copyBytes: roll.pick([1, 1_000_000]),
      },
      archivePace: archivePaceOf(dice(seed ^ ARCHIVE)),
      room: roomOf(dice(seed ^ ROOM)),
      ...(dice(seed ^ HOLDINGS).onceIn(2) ? { holdings: APART } : {}),
      ...(hasBatches ? { frameWeight: frameWeightOf(batches) } : {}),
    },
    gateways: 1 + roll(3),
    ...paces(roll, isDense),
    activatesAfter: activationOf(dice(seed ^ ENGINE), minutes),
    hasBatches,
    knobs: cases === undefined ? [...drawn, ...moves] : knobsOf(cases),
  };
}

/** At any moment, on every other platform: of its own dice, too. */
function activationOf(roll: Dice, minutes: number): number | undefined {
  return roll.onceIn(2) ? roll(minutes * 60_000) : undefined;
}

/** Small objects, some by size and some by age. */
function archivePaceOf(roll: Dice) {
  return { bytes: 2_000 + roll(60_000), milliseconds: roll.pick([10_000, 30_000, 90_000]) };
}

/** So little that it is soon full: minutes bring a stream some hundred messages. */
function roomOf(roll: Dice) {
  return { streamMessages: 12 + roll(60), streamBytes: 8_000_000, sessionBytes: 256 * (4 + roll(16)) };
}

/** A few commands: a batch takes several frames, as large ones do and those behind a slow log. */
function frameWeightOf(roll: Dice): number {
  return 3_000 + roll(15_000);
}

function paces(roll: Dice, isDense: boolean) {
  return {
    pause: roll.pick(isDense ? [500, 1_500] : [2_500, 6_000, 12_000, 20_000]),
    latency: roll.pick([0, 5, 40]),
    stay: roll.pick([10_000, 30_000, 120_000]),
    gap: roll.pick(isDense ? [1_500, 4_000] : [3_000, 8_000, 20_000]),
  };
}
