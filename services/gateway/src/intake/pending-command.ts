import type { OrderCommand } from "@atlas/gen/atlas/log/v1/order_command_pb";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import type { Trace } from "@atlas/platform/telemetry/trace";
import type { Outgoing } from "./partition-writer.ts";

/** Why no outcome is told. */
export type Silence =
  /** The command is not on the log and never will be. */
  | "NOTHING_LOGGED"
  /** It may have been decided, or may yet be. */
  | "OUTCOME_UNKNOWN";

/** Who waits for a command's outcome. Nothing here throws. */
export interface CommandReceiver {
  /** An event that cites the command, in sequence. True: the outcome is complete, nothing follows. */
  decided(event: OrderEvent): boolean;
  /** Instead of an outcome, or of the rest of one; nothing follows. */
  silent(silence: Silence): void;
}

/** Which bound a command counts against (S24). */
export type CommandClass = "ORDER" | "CANCEL" | "ADMIN";

/** A command between its intake and its outcome. */
export class PendingCommand implements Outgoing<OrderCommand> {
  readonly message: OrderCommand;
  readonly weight: number;
  /** Clock's monotonic milliseconds. */
  readonly sentAt: number;
  readonly giveUpAt: number;
  /** Clock's monotonic milliseconds at which its receiver waits no longer. */
  readonly deadline: number;
  readonly partition: number;
  readonly commandClass: CommandClass;
  readonly receiver: CommandReceiver;
  readonly #settled: (command: PendingCommand) => void;
  abandoned = false;
  mayStand = false;
  trace: Trace | undefined = undefined;

  constructor(
    fields: Pick<
      PendingCommand,
      "message" | "weight" | "sentAt" | "giveUpAt" | "deadline" | "partition" | "commandClass" | "receiver"
    >,
    settled: (command: PendingCommand) => void,
  ) {
    this.message = fields.message;
    this.weight = fields.weight;
    this.sentAt = fields.sentAt;
    this.giveUpAt = fields.giveUpAt;
    this.deadline = fields.deadline;
    this.partition = fields.partition;
    this.commandClass = fields.commandClass;
    this.receiver = fields.receiver;
    this.#settled = settled;
  }

  dropped(): void {
    this.end("NOTHING_LOGGED");
  }

  decided(event: OrderEvent): void {
    if (this.abandoned || !this.receiver.decided(event)) return;
    this.abandoned = true;
    this.#settled(this);
  }

  /** Its deadline has come, or what the shard decides cannot be followed any more. */
  giveUp(): void {
    this.end(this.mayStand ? "OUTCOME_UNKNOWN" : "NOTHING_LOGGED");
  }

  private end(silence: Silence): void {
    if (this.abandoned) return;
    this.abandoned = true;
    this.#settled(this);
    this.receiver.silent(silence);
  }
}
