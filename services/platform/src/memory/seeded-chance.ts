import type { Chance } from "../ports/chance.ts";

/** The same bytes for the same seed (an integer), everywhere. Never for secrets: xoshiro128**, seeded by splitmix32. */
export function seededChance(seed: number): Chance {
  const state = new Uint32Array(4);
  let mixed = seed >>> 0;
  for (let index = 0; index < state.length; index += 1) {
    mixed = (mixed + 0x9e3779b9) >>> 0;
    state[index] = splitMix(mixed);
  }
  return { bytes: (length) => fill(state, new Uint8Array(length)) };
}

function splitMix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}

function fill(state: Uint32Array, target: Uint8Array): Uint8Array {
  for (let at = 0; at < target.length; at += 4) {
    const word = next(state);
    for (let byte = 0; byte < 4 && at + byte < target.length; byte += 1) target[at + byte] = word >>> (8 * byte);
  }
  return target;
}

/** Source: Blackman and Vigna, https://prng.di.unimi.it/xoshiro128starstar.c */
function next(state: Uint32Array): number {
  const [a, b, c, d] = state as unknown as [number, number, number, number];
  const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
  state[2] = c ^ a;
  state[3] = d ^ b;
  state[1] = b ^ state[2];
  state[0] = a ^ state[3];
  state[2] ^= b << 9;
  state[3] = rotate(state[3], 11);
  return result;
}

function rotate(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}
