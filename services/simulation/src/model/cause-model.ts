import type { Position } from "@atlas/gen/atlas/log/v1/frame_pb";
import type { Logged } from "./log-reading.ts";
import type { Violations } from "./violations.ts";

/** An input of a shard that keeps its events. */
interface Input {
  readonly command: { readonly case?: string | undefined };
}

/** An event of such a shard. */
interface Caused {
  readonly cause?: Position | undefined;
  readonly commandId: string;
}

/** An input of a shard that no event has cited yet, nor one behind it. */
interface WaitingInput {
  readonly offset: number;
  readonly index: number;
  /** A repeat, or what jumps over a number, has no effect. */
  readonly hasEffect: boolean;
  readonly name: string;
}

/**
 * Each command, report and control input has an event that cites it, or is a repeat on its link (I18). A shard decides one input after
 * the other: once an event cites one, all before it have had theirs.
 */
export class CauseModel {
  readonly #violations: Violations;
  /** By partition and source: the last number that counted. */
  readonly #last = new Map<string, number>();
  readonly #waiting = new Map<number, WaitingInput[]>();
  /** By command id: the input at which it was decided. */
  readonly #commands = new Map<string, string>();

  constructor(violations: Violations) {
    this.#violations = violations;
  }

  /** An input stands on a shard's partition. */
  takeInput({ partition, offset, index, source, number, message }: Logged<Input>): void {
    if (number === 0) return;
    const link = `${partition} ${source}`;
    const last = this.#last.get(link) ?? 0;
    const isRepeat = number <= last;
    const isJump = source.includes("/") && number > last + 1;
    const hasEffect = !isRepeat && !isJump;
    if (hasEffect) this.#last.set(link, number);
    const waiting = this.#waiting.get(partition) ?? [];
    this.#waiting.set(partition, waiting);
    waiting.push({ offset, index, hasEffect, name: `${message?.command.case} of ${source} #${number}` });
  }

  /** An event that is new, in sequence. */
  takeEvent(partition: number, { cause, commandId }: Caused): void {
    if (cause === undefined) return;
    const offset = Number(cause.offset);
    const { index } = cause;
    const waiting = this.#waiting.get(partition) ?? [];
    for (let [input] = waiting; input !== undefined && isUpTo(input, offset, index); [input] = waiting) {
      waiting.shift();
      this.#settle(partition, input, input.offset === offset && input.index === index);
    }
    if (commandId === "") return;
    const at = `${partition}:${offset}:${index}`;
    const before = this.#commands.get(commandId);
    this.#commands.set(commandId, at);
    const text = () => `command ${commandId} was decided at ${before} and at ${at}`;
    this.#violations.check("I18", before === undefined || before === at, text);
  }

  /** When everything is decided. */
  end(): void {
    for (const [partition, waiting] of this.#waiting) {
      for (const input of waiting.splice(0)) this.#settle(partition, input, false);
    }
  }

  #settle(partition: number, { offset, index, hasEffect, name }: WaitingInput, isCited: boolean): void {
    const at = () => `${name} at ${partition}:${offset}:${index}`;
    this.#violations.check("I18", isCited === hasEffect, () => `${at()} is ${isCited ? "cited twice" : "lost"}`);
  }
}

function isUpTo(input: WaitingInput, offset: number, index: number): boolean {
  return input.offset < offset || (input.offset === offset && input.index <= index);
}
