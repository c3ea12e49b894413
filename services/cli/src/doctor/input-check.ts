import { OrderCommandCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import type { OrderCommand } from "@atlas/gen/atlas/log/v1/order_command_pb";
import { isShard } from "@atlas/platform/shard/shard-name";
import { topics } from "@atlas/platform/topic/topics";
import type { Findings } from "./findings.ts";
import { frames, read } from "./frame-walk.ts";
import type { LogSource } from "./log-source.ts";
import { type ShardReading, sequenceRules } from "./order-log-check.ts";
import { unitsOf } from "./shard-books.ts";

/**
 * Every command, report and control input of an order shard that is no repeat on its link has an event that cites it
 * (I18); timers have one only if something was due. What its clearing holds is what venues stamped on their last reports (I1).
 */
export async function checkInputs(
  source: LogSource,
  findings: Findings,
  readings: readonly ShardReading[],
): Promise<void> {
  const rule = findings.rule("I18", "inputs of order shards have an event that cites them");
  const clearing = findings.rule("I1", "sums of accounts, clearing and fees are deposits less withdrawals");
  const { readable } = sequenceRules(findings);
  for (const { partition, causes, lastCause, books } of readings) {
    if (lastCause === undefined) continue;
    const links = new Map<string, number>();
    const stamped = new StampedTotals();
    for await (const { offset: at, frame, header } of frames(source, topics.orderCommands.name, partition, readable)) {
      const offset = header.original === undefined ? at : Number(header.original.offset);
      for (let index = 0; index < frame.count; index++) {
        const isBefore = offset < lastCause.offset || (offset === lastCause.offset && index <= lastCause.index);
        if (!isBefore || !isAdmitted(links, header.source, Number(header.firstNumber), index)) continue;
        // One that cannot be read: an event says so.
        const command = read(frame, index, OrderCommandCodec);
        stamped.take(header.source, command);
        if (causes.has(`${offset}.${index}`)) rule.see();
        else if (command?.command.case !== "timerDue") {
          rule.broken(`oms/${partition}: no event cites the input at ${offset}.${index}`);
        }
      }
    }
    for (const [asset, sum] of stamped.sums()) {
      clearing.see();
      const found = books.assets.get(asset)?.clearing ?? 0n;
      if (found !== sum)
        clearing.broken(`oms/${partition}: clearing holds ${found} e-8 ${asset}, venues stamped ${sum}`);
    }
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
