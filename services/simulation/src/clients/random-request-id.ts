import type { Dice } from "@atlas/assembly/simulated/dice";

const LONG_AGO = 1_600_000_000_000;

/** A UUID v7 of now, of long ago, or any text: of what is old or no UUID the platform first asks whether it was used (S18). */
export function randomRequestId(roll: Dice, accountId: string, number: number, now: number): string {
  if (roll.onceIn(4)) return `${accountId} ${number}`;
  const time = roll.onceIn(4) ? LONG_AGO : now;
  const stamp = time.toString(16).padStart(12, "0");
  const tail = `${number.toString(16).padStart(6, "0")}${roll(0xffffff).toString(16).padStart(6, "0")}`;
  return `${stamp.slice(0, 8)}-${stamp.slice(8)}-7000-8000-${tail}`;
}
