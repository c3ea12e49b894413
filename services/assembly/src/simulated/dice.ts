/** Numbers from 0 below a bound, from a seed: the same ones for the same seed. */
export interface Dice {
  (bound: number): number;
  /** True once in so many. */
  onceIn(count: number): boolean;
  pick<T>(options: readonly T[]): T;
}

/** Source: splitmix32. */
export function dice(seed: number): Dice {
  let state = seed >>> 0;
  const roll = (bound: number): number => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return Math.floor((((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32) * bound);
  };
  return Object.assign(roll, {
    onceIn: (count: number) => roll(count) === 0,
    pick: <T>(options: readonly T[]) => options[roll(options.length)] as T,
  });
}
