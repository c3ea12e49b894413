/** Where an input stands on its shard's partition (S1). */
export interface InputPosition {
  /** Of the frame. */
  readonly offset: number;
  /** Of the message in the frame, from 0. */
  readonly index: number;
}

/** The link that an input came over; the loop has checked that it is the next one (S4). */
export interface LinkArrival {
  /** A shard such as `venue/1`, or a gateway's incarnation. */
  readonly source: string;
  readonly number: number;
  /** The link's chain after this message; 0 for gateways. */
  readonly chain: bigint;
}

/** One input as it reached its shard. */
export interface Arrival<Command> {
  readonly position: InputPosition;
  /** Milliseconds since the epoch, as the log stamped it; not monotonic (S8). */
  readonly appendTime: number;
  /** Absent for the owner's own inputs (timers, ticks). */
  readonly link: LinkArrival | undefined;
  readonly command: Command;
}

/** An input that does not decode (S26). It has a position and a time, but no link: nothing in it can be believed. */
export interface UnreadableArrival {
  readonly position: InputPosition;
  readonly appendTime: number;
  readonly reason: string;
}

/** What a shard knows of one incoming link. */
export interface LinkPosition {
  readonly number: number;
  readonly chain: bigint;
}
