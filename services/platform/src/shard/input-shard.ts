import type { Arrival, LinkPosition, UnreadableArrival } from "./arrival.ts";
import type { LinkMessage } from "./event-shard.ts";

/** What one input made a shard without an event log say. */
export interface InputOutcome<Published> {
  /** Over links, by destination with rising numbers. */
  readonly messages: readonly LinkMessage[];
  /** To everybody, with rising sequences. */
  readonly published: readonly Published[];
}

/** A part of the state as bytes; equal states give equal bytes. */
export interface StatePart {
  readonly key: string;
  readonly bytes: Uint8Array;
}

/**
 * The state of a shard without an event log (a venue), with its rules: what it says is a function of its inputs from the
 * first one on, so a successor decides again from an image and drops what has left already (S12, S19, S20).
 */
export interface InputShard<Command, Published> {
  /** As in frames: `venue/1`. */
  readonly name: string;
  /** The engine version whose rules decide (S26). */
  readonly engineVersion: number;
  link(source: string): LinkPosition | undefined;
  /** Number of the last message to a shard; 0: there was none. */
  sent(destination: string): number;
  decide(arrival: Arrival<Command>): InputOutcome<Published>;
  decideUnreadable(arrival: UnreadableArrival): void;
  /** All of the state as it is between two inputs, in canonical order. */
  copy(): readonly StatePart[];
  /** Puts an image's parts in place; only before any input. Throws, and is as it was, when they cannot be read. */
  restore(parts: readonly StatePart[]): void;
}
