import { e8 } from "./e8.ts";
import { inSequence, type Logged, type LogReading } from "./log-reading.ts";
import type { OrderModel } from "./order-model.ts";
import type { Violations } from "./violations.ts";

/** Everything that stands on the log more than once stands there as the same bytes (I20), and nothing is missing (I19). */
export function checkSequences(reading: LogReading, violations: Violations): void {
  sameBytes("I20", reading.orderEvents, violations);
  sameBytes("I20", reading.marketData, violations);
  sameBytes(
    "I20",
    reading.reports.map((one) => ({ ...one, number: Number(one.message?.sequence ?? 0n) })),
    violations,
  );
  sameBytes("I20", ofShards(reading.venueOrders), violations);
  sameBytes("I20", ofShards(reading.orderCommands), violations);
  gapless("I19", reading.orderEvents, violations);
  gapless("I19", reading.marketData, violations);
}

/** Each command, report and control input has an event that cites it, or is a repeat on its link (I18). */
export function checkCauses(reading: LogReading, violations: Violations): void {
  const cited = new Set<string>();
  for (const { partition, message } of reading.orderEvents) {
    if (message?.cause !== undefined) cited.add(`${partition}:${message.cause.offset}:${message.cause.index}`);
  }
  const last = new Map<string, number>();
  for (const input of reading.orderCommands) {
    const { partition, offset, index, source, number, message } = input;
    if (number === 0) continue;
    const link = `${partition} ${source}`;
    const isRepeat = number <= (last.get(link) ?? 0);
    const isJump = source.includes("/") && number > (last.get(link) ?? 0) + 1;
    if (!isRepeat && !isJump) last.set(link, number);
    const isCited = cited.has(`${partition}:${offset}:${index}`);
    const at = () => `${message?.command.case} of ${source} #${number} at ${partition}:${offset}:${index}`;
    violations.check("I18", isCited !== (isRepeat || isJump), () => `${at()} is ${isCited ? "cited twice" : "lost"}`);
  }
  citedOnce(reading, violations);
}

/** No order reaches a venue that was not accepted with that content (I13). */
export function checkVenueOrders(reading: LogReading, { orders }: OrderModel, violations: Violations): void {
  const placed = new Set<string>();
  for (const { message, source, number } of inLinkOrder(reading.venueOrders)) {
    const command = message?.command;
    if (command?.case !== "place") continue;
    const { orderId, quantity, limitPrice, side, accountId } = command.value;
    const accepted = orders.get(orderId)?.order;
    const matches =
      accepted !== undefined &&
      e8(accepted.quantity) === e8(quantity) &&
      e8(accepted.limitPrice) === e8(limitPrice) &&
      accepted.side === side &&
      accepted.accountId === accountId;
    violations.check("I13", matches, () => `${source} #${number} places ${orderId} as it was not accepted`);
    violations.check("I13", !placed.has(orderId), () => `${orderId} is placed twice`);
    placed.add(orderId);
  }
}

function citedOnce(reading: LogReading, violations: Violations): void {
  const commands = new Map<string, string>();
  for (const [partition, events] of inSequence(reading.orderEvents)) {
    for (const { message } of events) {
      if (message?.cause === undefined || message.commandId === "") continue;
      const cause = `${partition}:${message.cause.offset}:${message.cause.index}`;
      const before = commands.get(message.commandId);
      commands.set(message.commandId, cause);
      const text = () => `command ${message.commandId} was decided at ${before} and at ${cause}`;
      violations.check("I18", before === undefined || before === cause, text);
    }
  }
}

function sameBytes(id: string, all: readonly Logged<unknown>[], violations: Violations): void {
  const first = new Map<string, Logged<unknown>>();
  for (const one of all) {
    const key = `${one.partition} ${one.source} ${one.number}`;
    const before = first.get(key);
    if (before === undefined) first.set(key, one);
    else
      violations.check(id, equal(before.bytes, one.bytes), () => `${key}: ${before.writer} and ${one.writer} differ`);
  }
}

function gapless(id: string, all: readonly Logged<unknown>[], violations: Violations): void {
  const last = new Map<number, number>();
  for (const { partition, number, writer } of all) {
    const before = last.get(partition) ?? 0;
    violations.check(id, number <= before + 1, () => `${writer} wrote ${number} after ${before} in ${partition}`);
    last.set(partition, Math.max(before, number));
  }
}

/** Messages between shards; a tick stands under no number. */
function ofShards<M>(all: readonly Logged<M>[]): Logged<M>[] {
  return all.filter(({ source, number }) => source.includes("/") && number > 0);
}

/** As a receiver lets them pass: each link's numbers once, without a hole. */
function inLinkOrder<M>(all: readonly Logged<M>[]): Logged<M>[] {
  const last = new Map<string, number>();
  return ofShards(all).filter(({ partition, source, number }) => {
    const link = `${partition} ${source}`;
    if (number !== (last.get(link) ?? 0) + 1) return false;
    last.set(link, number);
    return true;
  });
}

function equal(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
