const FIRST = 250;
const LONGEST = 8_000;

/**
 * Milliseconds before the next try: doubled with every failure up to eight seconds, of which chance takes up to half, so that
 * a thousand desks do not come back in the same moment.
 */
export function retryDelay(failures: number, chance: number): number {
  const whole = Math.min(LONGEST, FIRST * 2 ** Math.max(0, failures - 1));
  return Math.round(whole * (0.5 + chance / 2));
}
