import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import type { Clock } from "@atlas/platform/ports/clock";
import type { PendingCommand } from "./pending-command.ts";

/** How exactly deadlines are kept: one timer serves all commands. */
const SWEEP = 25;

/** The commands that wait for an outcome, by id. */
export class PendingCommands {
  readonly #clock: Clock;
  readonly #byId = new Map<string, PendingCommand>();
  #sweeping = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#byId.size;
  }

  add(command: PendingCommand): void {
    this.#byId.set(command.message.commandId, command);
    this.#sweepLater();
  }

  /** It has been answered. */
  remove(command: PendingCommand): void {
    this.#byId.delete(command.message.commandId);
  }

  /** Hands an event to the command that it cites, if that is one of ours. */
  decided(event: OrderEvent): void {
    if (event.commandId !== "") this.#byId.get(event.commandId)?.decided(event);
  }

  /** Events of a partition were missed: its outcomes will not be told. */
  missed(partition: number): void {
    for (const command of [...this.#byId.values()]) {
      if (command.partition === partition && command.mayStand) command.giveUp();
    }
  }

  /** Nothing is waited for any more. */
  stop(): void {
    for (const command of [...this.#byId.values()]) command.giveUp();
  }

  #sweepLater(): void {
    if (this.#sweeping) return;
    this.#sweeping = true;
    this.#clock.after(SWEEP, () => this.#sweep());
  }

  #sweep(): void {
    this.#sweeping = false;
    const now = this.#clock.monotonic();
    for (const command of this.#byId.values()) if (command.deadline <= now) command.giveUp();
    if (this.#byId.size > 0) this.#sweepLater();
  }
}
