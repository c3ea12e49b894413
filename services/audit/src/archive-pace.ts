/** When records are archived, and how many are held until then. */
export interface ArchivePace {
  /** An object is written when so many bytes of records wait in a partition; an object has about as many at most. */
  readonly bytes: number;
  /** Or when the oldest of them has waited so long, in milliseconds. */
  readonly milliseconds: number;
}

/** Milliseconds between two looks at the log. */
export const LOOK = 5_000;
/** Bytes of records that wait in memory, over all partitions: beyond it those that hold their share are written. */
export const HELD_BYTES = 64_000_000;
/** Of one read of the log. */
export const READ_BYTES = 1_000_000;
/** Milliseconds before a partition whose log or archive was away is tried again, and at most after many times. */
export const RETRY = 500;
export const LONGEST_RETRY = 30_000;
/** Milliseconds before a partition is looked at again in which something stands that should not. */
export const REFUSED_RETRY = 60_000;
/** And it waits at least so many times as long as it took to fail. */
export const TIMES_TAKEN = 4;
/**
 * After so many failures in a row a round ends, and the next begins behind; when so many partitions began to wait, and none was archived
 * since, the log or the archive counts as away.
 */
export const IN_ROW = 3;
/** Milliseconds before a partition that still cannot be archived is told of once more. */
export const TOLD_AGAIN = 3_600_000;
