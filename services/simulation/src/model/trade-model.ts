import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { type Fill, Liquidity, SelfTradePrevention, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { e8 } from "./e8.ts";
import type { OrderModel } from "./order-model.ts";
import type { Violations } from "./violations.ts";

interface MatchSide {
  readonly fill: Fill;
  /** Absent: the house. */
  readonly orderId: string | undefined;
}

/** A match between two clients, settled on both sides. */
export interface Match {
  readonly instrumentId: string;
  readonly maker: string;
  readonly taker: string;
  readonly price: bigint;
  readonly quantity: bigint;
}

/** Both sides of every match (I8), and who traded with whom (I12). */
export class TradeModel {
  readonly #violations: Violations;
  readonly #matches = new Map<string, MatchSide[]>();
  readonly #executions = new Set<string>();
  readonly #orders: OrderModel;
  readonly #settled: (match: Match) => void;

  /** `settled` is told of each match between clients when both sides are. */
  constructor(violations: Violations, orders: OrderModel, settled: (match: Match) => void) {
    this.#violations = violations;
    this.#orders = orders;
    this.#settled = settled;
  }

  /** After the orders have taken the event. */
  take(event: OrderEvent): void {
    const body = event.event;
    if (body.case !== "orderFilled" && body.case !== "allotmentTraded") return;
    const { fill } = body.value;
    if (fill === undefined) throw new Error(`${event.eventId} has no fill`);
    const { executionId, matchId } = fill;
    this.#violations.check("I8", !this.#executions.has(executionId), () => `execution ${executionId} is told twice`);
    this.#executions.add(executionId);
    const sides = this.#matches.get(matchId) ?? [];
    const both = [...sides, { fill, orderId: body.case === "orderFilled" ? event.orderId : undefined }];
    this.#matches.set(matchId, both);
    const [one, other] = both;
    if (one === undefined || other === undefined || both.length > 2) return;
    this.#compare(matchId, one, other);
    this.#tell(both);
  }

  #tell(sides: readonly MatchSide[]): void {
    const [maker, taker] = [Liquidity.MAKER, Liquidity.TAKER].map((role) =>
      sides.find(({ fill }) => fill.liquidity === role),
    );
    if (maker?.orderId === undefined || taker?.orderId === undefined) return;
    const { instrumentId, price, quantity } = maker.fill;
    this.#settled({
      ...{ instrumentId, maker: maker.orderId, taker: taker.orderId },
      ...{ price: e8(price), quantity: e8(quantity) },
    });
  }

  /** When nothing is on its way any more. */
  end(): void {
    for (const [matchId, { length }] of this.#matches) {
      this.#violations.check("I8", length === 2, () => `match ${matchId} has ${length} sides`);
    }
  }

  #compare(matchId: string, one: MatchSide, other: MatchSide): void {
    const equal = one.fill.price === other.fill.price && one.fill.quantity === other.fill.quantity;
    const opposite = [one.fill.side, other.fill.side].sort().join() === [Side.BUY, Side.SELL].sort().join();
    this.#violations.check("I8", equal && opposite, () => `the sides of match ${matchId} differ`);
    this.#notSelf(matchId, one, other);
  }

  /** The maker's report comes first, so the arriving order's mode cannot be told by place: either's may allow it. */
  #notSelf(matchId: string, one: MatchSide, other: MatchSide): void {
    const { orders } = this.#orders;
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
