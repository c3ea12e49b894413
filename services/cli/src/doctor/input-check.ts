import { OrderCommandCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import { isShard } from "@atlas/platform/shard/shard-name";
import { topics } from "@atlas/platform/topic/topics";
import { readMessage } from "@atlas/platform/wire/codec/frame";
import type { Findings } from "./findings.ts";
import { frames } from "./frame-walk.ts";
import type { LogSource } from "./log-source.ts";
import { type ShardReading, sequenceRules } from "./order-log-check.ts";

/**
 * Every command, report and control input of an order shard that is no repeat on its link has an event that cites it
 * (I18); timers have one only if something was due.
 */
export async function checkInputs(
  source: LogSource,
  findings: Findings,
  readings: readonly ShardReading[],
): Promise<void> {
  const rule = findings.rule("I18", "inputs of order shards have an event that cites them");
  const { readable } = sequenceRules(findings);
  for (const { partition, causes, lastCause } of readings) {
    if (lastCause === undefined) continue;
    const links = new Map<string, number>();
    for await (const { offset: at, frame, header } of frames(source, topics.orderCommands.name, partition, readable)) {
      const offset = header.original === undefined ? at : Number(header.original.offset);
      for (let index = 0; index < frame.count; index++) {
        const isBefore = offset < lastCause.offset || (offset === lastCause.offset && index <= lastCause.index);
        if (!isBefore || !isAdmitted(links, header.source, Number(header.firstNumber), index)) continue;
        if (causes.has(`${offset}.${index}`)) rule.see();
        else if (!isTimer(() => readMessage(frame, index, OrderCommandCodec).command.case)) {
          rule.broken(`oms/${partition}: no event cites the input at ${offset}.${index}`);
        }
      }
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

function isTimer(kind: () => string | undefined): boolean {
  try {
    return kind() === "timerDue";
  } catch {
    return false;
  }
}
