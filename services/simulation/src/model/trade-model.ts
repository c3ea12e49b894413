import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { type Fill, SelfTradePrevention, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import type { OrderModel } from "./order-model.ts";
import type { Violations } from "./violations.ts";

interface MatchSide {
  readonly fill: Fill;
  /** Absent: the house. */
  readonly orderId: string | undefined;
}

/** Both sides of every match (I8), and who traded with whom (I12). */
export class TradeModel {
  readonly #violations: Violations;
  readonly #matches = new Map<string, MatchSide[]>();
  readonly #executions = new Set<string>();

  constructor(violations: Violations) {
    this.#violations = violations;
  }

  take(event: OrderEvent): void {
    const body = event.event;
    if (body.case !== "orderFilled" && body.case !== "allotmentTraded") return;
    const { fill } = body.value;
    if (fill === undefined) throw new Error(`${event.eventId} has no fill`);
    const { executionId, matchId } = fill;
    this.#violations.check("I8", !this.#executions.has(executionId), () => `execution ${executionId} is told twice`);
    this.#executions.add(executionId);
    const sides = this.#matches.get(matchId) ?? [];
    this.#matches.set(matchId, [...sides, { fill, orderId: body.case === "orderFilled" ? event.orderId : undefined }]);
  }

  end(orders: OrderModel): void {
    for (const [matchId, sides] of this.#matches) {
      const [one, other] = sides;
      const isPair = sides.length === 2 && one !== undefined && other !== undefined;
      this.#violations.check("I8", isPair, () => `match ${matchId} has ${sides.length} sides`);
      if (one === undefined || other === undefined) continue;
      const equal = one.fill.price === other.fill.price && one.fill.quantity === other.fill.quantity;
      const opposite = [one.fill.side, other.fill.side].sort().join() === [Side.BUY, Side.SELL].sort().join();
      this.#violations.check("I8", equal && opposite, () => `the sides of match ${matchId} differ`);
      this.#notSelf(matchId, one, other, orders);
    }
  }

  /** The maker's report comes first, so the arriving order's mode cannot be told by place: either's may allow it. */
  #notSelf(matchId: string, one: MatchSide, other: MatchSide, { orders }: OrderModel): void {
    const [left, right] = [one, other].map(({ orderId }) => orders.get(orderId ?? "")?.order);
    if (left === undefined || right === undefined) return;
    const allows = [left, right].some(({ selfTradePrevention: mode }) => mode === SelfTradePrevention.ALLOW);
    this.#violations.check(
      "I12",
      left.ownerId !== right.ownerId || allows,
      () => `${left.ownerId} met itself: ${matchId}`,
    );
  }
}
