/** The only source of randomness; a seed in tests and simulation. */
export interface Chance {
  /** `length` unpredictable bytes. */
  bytes(length: number): Uint8Array;
}
