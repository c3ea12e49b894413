/**
 * A number from 0 to 2^32 - 1 that looks like chance and is a function of its arguments: the same on every machine,
 * without a state to carry. `seed` and `draw` are 32 bits; `step` is a safe integer from 0.
 */
export function drawAt(seed: number, step: number, draw: number): number {
  const low = step >>> 0;
  const high = (step - low) / 4_294_967_296;
  let hash = scramble((seed ^ Math.imul(draw + 1, 0x9e3779b9)) >>> 0);
  hash = scramble(hash ^ low);
  return scramble(hash ^ Math.imul(high + 1, 0x85ebca6b));
}

/** A whole number from 0 to `bound` - 1 out of a draw; `bound` is at most 2^20, so that the product stays exact. */
export function below(draw: number, bound: number): number {
  const product = draw * bound;
  return (product - (product % 4_294_967_296)) / 4_294_967_296;
}

/** The finalizer of MurmurHash3: every bit of the answer depends on every bit of the value. */
function scramble(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
