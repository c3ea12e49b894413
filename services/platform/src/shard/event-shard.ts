import type { Arrival, InputPosition, LinkPosition, UnreadableArrival } from "./arrival.ts";
import type { Slabs } from "./slabs.ts";

/** A message that an event sends to another shard over a link. */
export interface LinkMessage {
  /** The receiver, such as `venue/2` or `oms/3`. */
  readonly destination: string;
  /** Its number on that link: gapless, made by `decide` (S4). */
  readonly number: number;
  readonly bytes: Uint8Array;
}

/**
 * The state of a shard that has an event log (OMS, control, identity), with the rules that change it. Everything here is
 * synchronous and a function of the inputs: no clock, no chance, no I/O (S2). `Event` is the message that stands on the log.
 */
export interface EventShard<Command, Event> {
  /** As in frames: `oms/3`. */
  readonly name: string;
  /** Sequence of the last event applied; 0: none yet. */
  readonly sequence: number;
  /** Cause of the last event applied. */
  readonly cause: InputPosition | undefined;
  /** Running maximum of append times of inputs that had an effect, in milliseconds (S8). */
  readonly logTime: number;
  /** The engine version whose rules decide (S26). */
  readonly engineVersion: number;
  /** What is known of an incoming link; `undefined`: nothing came yet. */
  link(source: string): LinkPosition | undefined;
  /**
   * Decides an input and applies what it decides: its first slice of at most 500 events (S13), in sequence. None: a repeat or no
   * effect, and nothing changed.
   */
  decide(arrival: Arrival<Command>): readonly Event[];
  /** The next slice of the last input's work; none: it is done. Only after `decide` or another slice. */
  advance(): readonly Event[];
  /** Work of the last input is open: `advance` comes before the next input. */
  readonly workOpen: boolean;
  /** Records that an input could not be read. */
  decideUnreadable(arrival: UnreadableArrival): readonly Event[];
  /** Applies an event that stands on the log; slabs restored at or above its sequence stay as they are (S20). */
  evolve(event: Event): void;
  /** What an event sends over links: a function of the event alone (S12). */
  linkMessages(event: Event): readonly LinkMessage[];
  /** The earliest deadline that the shard holds, milliseconds of log time; `undefined`: none (S9). */
  readonly nextDeadline: number | undefined;
  readonly slabs: Slabs;
}
