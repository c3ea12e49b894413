import { below, drawAt } from "./chance.ts";

/** Parts of a tick that the reference price is kept in, so that its return to the mean is not lost in rounding. */
export const PARTS = 65_536;

/** A step is uniform within this share of the mean to both sides: 0.01 % on average. */
const STEP_SHARE = 5000;

/** Of the distance to the mean, so much is undone each tick: it strays about 1 % in the long run. */
const RETURN_SHARE = 16_384;

/** Never further from the mean than a tenth of it. */
const LIMIT_SHARE = 10;

/** The reference price after one more tick, in parts of a tick; `meanParts` is where it comes from and returns to. */
export function nextReference(reference: number, meanParts: number, seed: number, tick: number): number {
  const step = Math.trunc(meanParts / STEP_SHARE);
  const shift = below(drawAt(seed, tick, 0), 65_537) - 32_768;
  const walked = reference + Math.trunc((step * shift) / 32_768) + Math.trunc((meanParts - reference) / RETURN_SHARE);
  const limit = Math.trunc(meanParts / LIMIT_SHARE);
  return Math.max(meanParts - limit, Math.min(meanParts + limit, walked));
}
