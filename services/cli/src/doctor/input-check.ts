import { OrderCommandCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import type { OrderCommand } from "@atlas/gen/atlas/log/v1/order_command_pb";
import type { InputPosition } from "@atlas/platform/shard/arrival";
import { isShard } from "@atlas/platform/shard/shard-name";
import { topics } from "@atlas/platform/topic/topics";
import type { Findings, Rule } from "./findings.ts";
import { frames, type PlacedFrame, read } from "./frame-walk.ts";
import type { LogSource } from "./log-source.ts";
import { sequenceRules } from "./sequence-rules.ts";
import { type ShardBooks, unitsOf } from "./shard-books.ts";

/**
 * Every command, report and control input of an order shard that is no repeat on its link has an event that cites it
 * (I18); timers have one only if something was due. What its clearing holds is what venues stamped on their last reports (I1).
 * A shard decides its inputs in order, so that they are read beside its events, and nothing is kept of either.
 */
export class InputCheck {
  readonly #partition: number;
  readonly #cited: Rule;
  readonly #clearing: Rule;
  readonly #frames: AsyncGenerator<PlacedFrame, undefined>;
  readonly #links = new Map<string, number>();
  readonly #stamped = new StampedTotals();
  /** The one that is looked at now, from this message on. */
  #frame: PlacedFrame | undefined;
  #index = 0;
  #hasBegun = false;

  constructor(source: LogSource, partition: number, findings: Findings) {
    this.#partition = partition;
    this.#cited = findings.rule("I18", "inputs of order shards have an event that cites them");
    this.#clearing = findings.rule("I1", "sums of accounts, clearing and fees are deposits less withdrawals");
    this.#frames = frames(source, topics.orderCommands.name, partition, sequenceRules(findings).readable);
  }

  /** The next event cites the input at this place: nothing cites those that it leaves out. */
  async cite(cause: InputPosition): Promise<void> {
    this.#hasBegun = true;
    for (;;) {
      this.#frame ??= (await this.#frames.next()).value;
      if (this.#frame === undefined || !this.#pass(this.#frame, cause)) return;
      this.#frame = undefined;
      this.#index = 0;
    }
  }

  /** After the last event: what stands behind its cause is not decided, and need only be readable. */
  async end(books: ShardBooks): Promise<void> {
    if (!this.#hasBegun) return;
    for await (const _ of this.#frames);
    for (const [asset, sum] of this.#stamped.sums()) {
      this.#clearing.see();
      const found = books.assets.get(asset)?.clearing ?? 0n;
      if (found !== sum)
        this.#clearing.broken(`oms/${this.#partition}: clearing holds ${found} e-8 ${asset}, venues stamped ${sum}`);
    }
  }

  /** Goes on in a frame; `false`: not to its end, for what follows stands behind the cause. */
  #pass({ offset: at, frame, header }: PlacedFrame, cause: InputPosition): boolean {
    const offset = header.original === undefined ? at : Number(header.original.offset);
    for (; this.#index < frame.count; this.#index++) {
      const index = this.#index;
      if (offset > cause.offset || (offset === cause.offset && index > cause.index)) return false;
      if (!isAdmitted(this.#links, header.source, Number(header.firstNumber), index)) continue;
      // One that cannot be read: an event says so.
      const command = read(frame, index, OrderCommandCodec);
      this.#stamped.take(header.source, command);
      if (offset === cause.offset && index === cause.index) this.#cited.see();
      else if (command?.command.case !== "timerDue") {
        this.#cited.broken(`oms/${this.#partition}: no event cites the input at ${offset}.${index}`);
      }
    }
    return true;
  }
}

/** Repeats are dropped, and so is what jumps ahead on a shard's link (S4). */
function isAdmitted(links: Map<string, number>, source: string, first: number, index: number): boolean {
  if (first === 0) return true;
  const number = first + index;
  const last = links.get(source) ?? 0;
  if (number <= last || (isShard(source) && number > last + 1)) return false;
  links.set(source, number);
  return true;
}

/** What each venue said last that it has moved into the shard's clearing. */
class StampedTotals {
  readonly #totals = new Map<string, Map<string, bigint>>();

  take(source: string, command: OrderCommand | undefined): void {
    if (command?.command.case !== "report") return;
    const totals = this.#totals.get(source) ?? new Map<string, bigint>();
    this.#totals.set(source, totals);
    for (const { asset, amount } of command.command.value.linkTotals) totals.set(asset, unitsOf(amount));
  }

  sums(): Map<string, bigint> {
    const sums = new Map<string, bigint>();
    for (const totals of this.#totals.values()) {
      for (const [asset, total] of totals) sums.set(asset, (sums.get(asset) ?? 0n) + total);
    }
    return sums;
  }
}
