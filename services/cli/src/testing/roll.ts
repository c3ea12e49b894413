import { seededChance } from "@atlas/platform/memory/seeded-chance";

/** Choices that a seed makes again. */
export interface Roll {
  /** A whole number from 0 up to below `bound`. */
  below(bound: number): number;
  /** A whole number of the range, ends included. */
  between(least: number, most: number): number;
  pick<T>(values: readonly T[]): T;
  /** True in `percent` of all cases. */
  happens(percent: number): boolean;
}

export function rollOf(seed: number): Roll {
  const chance = seededChance(seed);
  const word = () => new DataView(chance.bytes(4).buffer).getUint32(0, true);
  const below = (bound: number) => Math.floor((word() / 0x1_0000_0000) * bound);
  return {
    below,
    between: (least, most) => least + below(most - least + 1),
    pick: (values) => values[below(values.length)] as (typeof values)[number],
    happens: (percent) => below(100) < percent,
  };
}

/** `ATLAS_TEST_SEED`, to do again what a failed test did, or a new one. Printed, so that there is one. */
export function printedSeed(name: string): number {
  const seed = Number(process.env.ATLAS_TEST_SEED ?? Date.now() % 1_000_000_000);
  console.log(`${name}: ATLAS_TEST_SEED=${seed}`);
  return seed;
}
