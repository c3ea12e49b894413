import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import type { Clock } from "@atlas/platform/ports/clock";
import type { PendingCommand } from "./pending-command.ts";

/** How exactly deadlines are kept: one timer serves all commands. */
const SWEEP = 25;

/** So many answered commands at the front are let go at once. */
const TRIM = 1_024;
const ZERO = 48;

/**
 * The commands that wait for an outcome, by their numbers, which rise by one. An array, for a map whose keys come and go
 * is built anew all the time, and what it held then stays in memory long after its outcome.
 */
export class PendingCommands {
  readonly #clock: Clock;
  /** What ids begin with. */
  readonly #prefix: string;
  /** `undefined`: it is answered. */
  readonly #commands: (PendingCommand | undefined)[] = [];
  /** Number of the first. */
  #first = 1;
  /** How many at the front are answered. */
  #answered = 0;
  #size = 0;
  /** No deadline of those that wait lies before it. */
  #soonest = Number.POSITIVE_INFINITY;
  #sweeping = false;

  /** The commands of a gateway's life, which `incarnation` names. */
  constructor(clock: Clock, incarnation: string) {
    this.#clock = clock;
    this.#prefix = `${incarnation}.`;
  }

  get size(): number {
    return this.#size;
  }

  /** The next command's id. */
  nextId(): string {
    return `${this.#prefix}${this.#first + this.#commands.length}`;
  }

  /** Adds a command that bears `nextId()`. */
  add(command: PendingCommand): void {
    this.#commands.push(command);
    this.#size += 1;
    this.#soonest = Math.min(this.#soonest, command.deadline);
    this.#sweepLater();
  }

  /** It has been answered. */
  remove(command: PendingCommand): void {
    const index = this.#indexOf(command.message.commandId);
    if (this.#commands[index] !== command) return;
    this.#commands[index] = undefined;
    this.#size -= 1;
    while (this.#answered < this.#commands.length && this.#commands[this.#answered] === undefined) this.#answered += 1;
    if (this.#answered < TRIM) return;
    this.#commands.splice(0, this.#answered);
    this.#first += this.#answered;
    this.#answered = 0;
  }

  /** Hands an event to the command that it cites, if that is one of ours. */
  decided(event: OrderEvent): void {
    if (event.commandId.startsWith(this.#prefix)) this.#commands[this.#indexOf(event.commandId)]?.decided(event);
  }

  /** Events of a partition were missed: its outcomes will not be told. */
  missed(partition: number): void {
    for (const command of this.#waiting()) {
      if (command.partition === partition && command.mayStand) command.giveUp();
    }
  }

  /** Nothing is waited for any more. */
  stop(): void {
    for (const command of this.#waiting()) command.giveUp();
  }

  #waiting(): PendingCommand[] {
    const waiting: PendingCommand[] = [];
    for (let index = this.#answered; index < this.#commands.length; index++) {
      const command = this.#commands[index];
      if (command !== undefined) waiting.push(command);
    }
    return waiting;
  }

  #indexOf(commandId: string): number {
    let number = 0;
    for (let at = this.#prefix.length; at < commandId.length; at++)
      number = number * 10 + commandId.charCodeAt(at) - ZERO;
    return number - this.#first;
  }

  #sweepLater(): void {
    if (this.#sweeping) return;
    this.#sweeping = true;
    this.#clock.after(SWEEP, () => this.#sweep());
  }

  #sweep(): void {
    this.#sweeping = false;
    const now = this.#clock.monotonic();
    if (this.#soonest <= now) this.#giveUp(now);
    if (this.#size > 0) this.#sweepLater();
  }

  /** Those whose deadline has come; most sweeps find none, and look at none. */
  #giveUp(now: number): void {
    this.#soonest = Number.POSITIVE_INFINITY;
    for (const command of this.#waiting()) {
      if (command.deadline <= now) command.giveUp();
      else this.#soonest = Math.min(this.#soonest, command.deadline);
    }
  }
}
