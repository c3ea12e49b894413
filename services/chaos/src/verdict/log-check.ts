import { OrderStatus } from "@atlas/gen/atlas/order/v1/order_pb";
import { OWN_INSTRUMENTS } from "../load/prepare.ts";
import { e8 } from "./e8.ts";
import type { LoggedFill, LogModel } from "./log-model.ts";
import type { Losses } from "./losses.ts";

const ENDS: readonly OrderStatus[] = [
  OrderStatus.FILLED,
  OrderStatus.CANCELED,
  OrderStatus.REJECTED,
  OrderStatus.EXPIRED,
];
/** Nobody else trades there: both sides are on the log of these accounts. */
const OWN = new Set(OWN_INSTRUMENTS.map(({ instrumentId }) => instrumentId));

/** Every order has ended and is what its fills sum up to (I5); every fill stands once, every trade has two sides (I8). */
export function checkLog(log: LogModel, losses: Losses): void {
  const sums = losses.rule("I5", "states of orders that clients were told stand on the log");
  for (const [orderId, { states, fills }] of log.orders) {
    sums.see();
    const last = states.at(-1);
    if (last === undefined || !ENDS.includes(last.status)) sums.broken(`${orderId} has not ended`);
    const versions = Object.keys(states).length;
    if (versions < states.length) losses.lose(sums, `${orderId} lacks ${states.length - versions} versions`);
    const filled = fills.reduce((sum, { quantity }) => sum + e8(quantity), 0n);
    if (filled !== e8(last?.cumulative ?? "")) sums.broken(`${orderId}: its fills are not ${last?.cumulative}`);
  }
  const once = losses.rule("I8", "fills that sessions told stand on the log");
  const sides = new Map<string, LoggedFill[]>();
  for (const { fill, times } of log.fills.values()) {
    once.see();
    if (times > 1) losses.double(once, `fill ${fill.executionId} stands on the log ${times} times`);
    if (OWN.has(fill.instrumentId)) sides.set(fill.matchId, [...(sides.get(fill.matchId) ?? []), fill]);
  }
  for (const [matchId, [one, other, more]] of sides) {
    once.see();
    if (one === undefined || other === undefined) losses.lose(once, `trade ${matchId} has one side`);
    else if (more !== undefined) losses.double(once, `trade ${matchId} has more than two sides`);
    else if (one.side === other.side || one.price !== other.price || one.quantity !== other.quantity) {
      once.broken(`the sides of trade ${matchId} differ`);
    }
  }
}
