import type { Instrument } from "@atlas/domain/instrument/instrument";
import { ASSET_DECIMALS } from "@atlas/domain/money/decimal";
import type { LinkIn } from "@atlas/domain/oms/oms-command";
import {
  type ControlApplied,
  type LinkOut,
  OmsEvent,
  type OmsEventBody,
  type OrderFill,
  type OrderMoveKind,
  type SettledRequest,
} from "@atlas/domain/oms/oms-event";
import type { OrderProgress, OrderTerms } from "@atlas/domain/order/open-order";
import type {
  OrderAccepted,
  OrderEvent,
  OrderFilled,
  ReplaceRequested,
  OrderProgress as WireProgress,
} from "@atlas/gen/atlas/log/v1/order_event_pb";
import { FundsMovement } from "@atlas/gen/atlas/log/v1/order_event_pb";
import type { Fill, Order } from "@atlas/gen/atlas/order/v1/order_pb";
import { millisecondsOf } from "../time.ts";
import { lotsOf, minorOf, ticksOf, unitsOf } from "./decimals.ts";
import { limitsOf } from "./limits.ts";
import { changeOf, type FindListing } from "./oms-command.ts";
import { known, liquidities, orderTypes, selfTradeModes, sides, statuses, timesInForce } from "./oms-terms.ts";
import { positionOf } from "./wire-holding.ts";
import { postingOf } from "./wire-posting.ts";

const FEE_DECIMALS = 16;

/**
 * An event that stands on the log, as the core applies it again. Why something was refused is not read: nothing goes by it.
 * Throws for what no shard of this version writes.
 */
export function omsEventOf(wire: OrderEvent, find: FindListing): OmsEvent {
  const logTime = required(millisecondsOf(wire.occurredAt), "occurred_at");
  const { linksOut } = wire;
  if (linksOut.length > 1) throw new RangeError(`${wire.eventId} sends ${linksOut.length} messages`);
  return new OmsEvent(
    Number(wire.sequence),
    Number(wire.cause?.offset ?? 0n),
    wire.cause?.index ?? 0,
    logTime - Number(wire.clockLag),
    logTime,
    wire.commandId,
    wire.accountId,
    wire.orderId,
    wire.instrumentId,
    linkInOf(wire),
    linkOutOf(wire),
    wire.postings.map(postingOf),
    requestOf(wire),
    Number(wire.rateMark),
    bodyOf(wire, find, logTime),
  );
}

function linkInOf({ linkIn }: OrderEvent): LinkIn | undefined {
  if (linkIn === undefined) return undefined;
  return { source: linkIn.source, number: Number(linkIn.number), chain: linkIn.chain };
}

function linkOutOf({ linksOut: [first] }: OrderEvent): LinkOut | undefined {
  return first === undefined ? undefined : { destination: first.destination, number: Number(first.number) };
}

function requestOf({ requestId, contentDigest, requestNumber }: OrderEvent): SettledRequest | undefined {
  return requestId === "" ? undefined : { requestId, contentDigest, number: Number(requestNumber) };
}

function bodyOf(wire: OrderEvent, find: FindListing, logTime: number): OmsEventBody {
  const { event } = wire;
  switch (event.case) {
    case "orderAccepted":
      return acceptedOf(wire, event.value, instrumentOf(wire, find), logTime);
    case "orderDenied":
      return {
        kind: "ORDER_DENIED",
        ownerId: event.value.order?.ownerId ?? "",
        refusal: undefined,
      };
    case "orderFilled":
      return filledOf(event.value, instrumentOf(wire, find));
    case "replaceRequested":
      return replaceOf(event.value, instrumentOf(wire, find));
    case "accountCreated":
      return { kind: "ACCOUNT_CREATED", ownerId: event.value.account?.ownerId ?? "" };
    case "fundsMoved":
      return { kind: "FUNDS_MOVED", movement: movementOf(event.value.movement) };
    case "allotmentTraded": {
      const fill = required(event.value.fill, "fill");
      return { kind: "ALLOTMENT_TRADED", fill: fillOf(fill, instrumentOf(wire, find)) };
    }
    case "limitsSet": {
      const limits = limitsOf(event.value.limits);
      if (typeof limits === "string") throw new RangeError(`${wire.eventId}: ${limits}`);
      return { kind: "LIMITS_SET", limits };
    }
    case "commandAnswered":
      return { kind: "COMMAND_ANSWERED", refusal: undefined };
    case "reportUnmatched":
      return { kind: "REPORT_UNMATCHED" };
    case "workAdvanced": {
      const { cursor, done, side } = event.value;
      return { kind: "WORK_ADVANCED", cursor: Number(cursor), done, side: sides.fromWire[side] };
    }
    case "inputUnreadable":
      return { kind: "INPUT_UNREADABLE", why: event.value.message };
    case "controlApplied":
      return appliedOf(wire.eventId, required(event.value.change, "change"));
    case undefined:
      throw new RangeError(`${wire.eventId} is of no kind`);
    default: {
      const kind = MOVES[event.case];
      return movedOf(kind, required(event.value.progress, "progress"), instrumentOf(wire, find));
    }
  }
}

const MOVES: Record<
  | "orderLive"
  | "cancelRequested"
  | "orderCanceled"
  | "cancelRefused"
  | "orderReplaced"
  | "replaceRefused"
  | "orderRejected"
  | "orderExpired"
  | "orderReduced",
  OrderMoveKind
> = {
  orderLive: "ORDER_LIVE",
  cancelRequested: "CANCEL_REQUESTED",
  orderCanceled: "ORDER_CANCELED",
  cancelRefused: "CANCEL_REFUSED",
  orderReplaced: "ORDER_REPLACED",
  replaceRefused: "REPLACE_REFUSED",
  orderRejected: "ORDER_REJECTED",
  orderExpired: "ORDER_EXPIRED",
  orderReduced: "ORDER_REDUCED",
};

function acceptedOf(wire: OrderEvent, value: OrderAccepted, instrument: Instrument, logTime: number): OmsEventBody {
  const order = required(value.order, "order");
  const terms: OrderTerms = {
    orderId: order.orderId,
    accountId: order.accountId,
    requestId: order.requestId,
    contentDigest: wire.contentDigest,
    clientOrderId: order.clientOrderId,
    sessionId: order.sessionId,
    instrumentId: order.instrumentId,
    side: known(sides.fromWire[order.side], "side"),
    type: known(bookTypes[order.type], "type"),
    timeInForce: known(bookTimes[order.timeInForce], "time_in_force"),
    postOnly: order.postOnly,
    selfTradePrevention: known(selfTradeModes.fromWire[order.selfTradePrevention], "self_trade_prevention"),
    protectionPriceTicks: ticksOf(instrument, value.protectionPrice),
    makerRateE8: unitsOf(value.makerFee, ASSET_DECIMALS),
    takerRateE8: unitsOf(value.takerFee, ASSET_DECIMALS),
    acceptedSequence: Number(wire.sequence),
    createTime: logTime,
  };
  return {
    kind: "ORDER_ACCEPTED",
    terms,
    progress: firstProgress(order, terms, instrument),
    ownerId: order.ownerId,
    validUntil: millisecondsOf(value.validUntil),
  };
}

const bookTypes = orderTypes.fromWire.map((type) => (type === "LIMIT" || type === "MARKET" ? type : undefined));
const bookTimes = timesInForce.fromWire.map((time) =>
  time === "GTC" || time === "DAY" || time === "IOC" || time === "FOK" ? time : undefined,
);

function firstProgress(order: Order, terms: OrderTerms, instrument: Instrument): OrderProgress {
  return {
    side: terms.side,
    status: known(statuses.fromWire[order.status], "status"),
    version: Number(order.version),
    quantityLots: lotsOf(instrument, order.quantity),
    limitPriceTicks: ticksOf(instrument, order.limitPrice),
    cumulativeLots: 0,
    leavesLots: lotsOf(instrument, order.leavesQuantity),
    canceledLots: 0,
    costMinor: 0n,
    feeAccruedE16: 0n,
    feesMinor: 0n,
    reservedMinor: minorOf(order.reserved?.amount ?? ""),
  };
}

function movedOf(kind: OrderMoveKind, progress: WireProgress, instrument: Instrument): OmsEventBody {
  const read = progressOf(progress, instrument);
  return { kind, progress: read, fill: undefined, position: undefined, replacement: undefined };
}

function filledOf(value: OrderFilled, instrument: Instrument): OmsEventBody {
  return {
    kind: "ORDER_FILLED",
    progress: progressOf(required(value.progress, "progress"), instrument),
    fill: fillOf(required(value.fill, "fill"), instrument),
    position: value.position && positionOf(value.position),
    replacement: undefined,
  };
}

function replaceOf(value: ReplaceRequested, instrument: Instrument): OmsEventBody {
  return {
    kind: "REPLACE_REQUESTED",
    progress: progressOf(required(value.progress, "progress"), instrument),
    fill: undefined,
    position: undefined,
    replacement: {
      quantityLots: lotsOf(instrument, value.quantity),
      limitPriceTicks: ticksOf(instrument, value.limitPrice),
    },
  };
}

function progressOf(progress: WireProgress, instrument: Instrument): OrderProgress {
  return {
    side: known(sides.fromWire[progress.side], "side"),
    status: known(statuses.fromWire[progress.status], "status"),
    version: Number(progress.version),
    quantityLots: lotsOf(instrument, progress.quantity),
    limitPriceTicks: ticksOf(instrument, progress.limitPrice),
    cumulativeLots: lotsOf(instrument, progress.cumulativeQuantity),
    leavesLots: lotsOf(instrument, progress.leavesQuantity),
    canceledLots: lotsOf(instrument, progress.canceledQuantity),
    costMinor: minorOf(progress.cost),
    feeAccruedE16: unitsOf(progress.feeAccrued, FEE_DECIMALS),
    feesMinor: minorOf(progress.fees),
    reservedMinor: minorOf(progress.reserved),
  };
}

function fillOf(fill: Fill, instrument: Instrument): OrderFill {
  return {
    executionId: fill.executionId,
    matchId: fill.matchId,
    side: known(sides.fromWire[fill.side], "side"),
    priceTicks: ticksOf(instrument, fill.price),
    quantityLots: lotsOf(instrument, fill.quantity),
    liquidity: known(liquidities.fromWire[fill.liquidity], "liquidity"),
    feeMinor: minorOf(fill.fee?.amount ?? ""),
    occurredAt: millisecondsOf(fill.occurredAt) ?? 0,
  };
}

function movementOf(movement: FundsMovement): "DEPOSIT" | "WITHDRAWAL" | "ALLOTMENT" {
  if (movement === FundsMovement.DEPOSIT) return "DEPOSIT";
  if (movement === FundsMovement.WITHDRAWAL) return "WITHDRAWAL";
  if (movement === FundsMovement.ALLOTMENT) return "ALLOTMENT";
  throw new RangeError(`movement ${movement}`);
}

function appliedOf(eventId: string, wire: Parameters<typeof changeOf>[1]): ControlApplied {
  const change = changeOf("", wire);
  switch (change?.kind) {
    case "DEFINE_INSTRUMENT":
      return { kind: "INSTRUMENT_DEFINED", listing: change.listing };
    case "REVOKE_PRINCIPAL":
      return { kind: "PRINCIPAL_REVOKED", principal: change.principal };
    case "ACTIVATE_ENGINE":
      return { kind: "ENGINE_ACTIVATED", version: change.version };
    default:
      throw new RangeError(`${eventId} applies a change of no kind`);
  }
}

function instrumentOf(wire: OrderEvent, find: FindListing): Instrument {
  return required(find(wire.instrumentId), `instrument ${wire.instrumentId} of ${wire.eventId}`).instrument;
}

function required<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new RangeError(`${name} is missing`);
  return value;
}
