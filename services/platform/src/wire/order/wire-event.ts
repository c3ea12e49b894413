import type { Instrument } from "@atlas/domain/instrument/instrument";
import { printQuantity } from "@atlas/domain/instrument/step";
import { printAmount } from "@atlas/domain/money/amount";
import { ASSET_DECIMALS, printScaled } from "@atlas/domain/money/decimal";
import type { OmsEvent, OrderAccepted, OrderDenied, OrderFill, OrderMoved } from "@atlas/domain/oms/oms-event";
import { worstRateE8 } from "@atlas/domain/order/listing";
import type { OrderProgress } from "@atlas/domain/order/open-order";
import { Reason, type Refusal } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { LinkIn, LinkOut, Position } from "@atlas/gen/atlas/log/v1/frame_pb";
import type { OrderCommand } from "@atlas/gen/atlas/log/v1/order_command_pb";
import {
  FundsMovement,
  type OrderEvent,
  type OrderProgress as WireProgress,
} from "@atlas/gen/atlas/log/v1/order_event_pb";
import { type Fill, Side as WireSide } from "@atlas/gen/atlas/order/v1/order_pb";
import { timestampOf } from "../time.ts";
import { priceText } from "./decimals.ts";
import { wireLimits } from "./limits.ts";
import type { FindListing } from "./oms-command.ts";
import { wireRefusal } from "./oms-refusal.ts";
import { liquidities, sides, statuses } from "./oms-terms.ts";
import { wirePosition } from "./wire-holding.ts";
import { deniedOrder, orderOf } from "./wire-order.ts";
import { wirePosting } from "./wire-posting.ts";

type Body = OrderEvent["event"];

/** Exact sums of rate x notional have so many decimals. */
const FEE_DECIMALS = 16;
const NO_BYTES = new Uint8Array(0);
const NO_PARTS: [] = [];

/** An event of a shard as it stands on the log. `cause` is the input's command, of which some events repeat a part. */
export function wireEvent(
  event: OmsEvent,
  shard: string,
  cause: OrderCommand | undefined,
  find: FindListing,
): OrderEvent {
  const { sequence, request, linkIn, linkOut, postings, accountId } = event;
  const orderId = event.orderId;
  return {
    $typeName: "atlas.log.v1.OrderEvent",
    eventId: `${shard}:${sequence}`,
    shard,
    sequence: BigInt(sequence),
    cause: causeOf(event),
    commandId: event.commandId,
    occurredAt: timestampOf(event.logTime),
    accountId,
    orderId,
    linkIn: linkIn === undefined ? undefined : wireLinkIn(linkIn),
    linksOut: linkOut === undefined ? NO_PARTS : [wireLinkOut(linkOut)],
    postings: postings.length === 0 ? NO_PARTS : postings.map((posting) => wirePosting(posting, accountId, orderId)),
    requestId: request === undefined ? "" : request.requestId,
    contentDigest: request === undefined ? NO_BYTES : request.contentDigest,
    rateMark: BigInt(event.rateMark),
    instrumentId: event.instrumentId,
    requestNumber: request === undefined ? 0n : BigInt(request.number),
    clockLag: event.logTime === event.appendTime ? 0n : BigInt(event.logTime - event.appendTime),
    event: bodyOf(event, cause, find),
  };
}

function causeOf(event: OmsEvent): Position {
  return { $typeName: "atlas.log.v1.Position", offset: BigInt(event.offset), index: event.index };
}

function wireLinkIn({ source, number, chain }: NonNullable<OmsEvent["linkIn"]>): LinkIn {
  return { $typeName: "atlas.log.v1.LinkIn", source, number: BigInt(number), chain };
}

function wireLinkOut({ destination, number }: NonNullable<OmsEvent["linkOut"]>): LinkOut {
  return { $typeName: "atlas.log.v1.LinkOut", destination, number: BigInt(number) };
}

function bodyOf(event: OmsEvent, cause: OrderCommand | undefined, find: FindListing): Body {
  const { body } = event;
  switch (body.kind) {
    case "ORDER_ACCEPTED":
      return acceptedBody(event, body, instrumentOf(event, find));
    case "ORDER_DENIED":
      return deniedBody(event, body, cause, find);
    case "COMMAND_ANSWERED": {
      const refusal = body.refusal === undefined ? undefined : wireRefusal(body.refusal);
      const { orderId } = event;
      return { case: "commandAnswered", value: { $typeName: "atlas.log.v1.CommandAnswered", refusal, orderId } };
    }
    case "REPORT_UNMATCHED": {
      if (cause?.command.case !== "report") throw new Error(`event ${event.sequence} is caused by no report`);
      return {
        case: "reportUnmatched",
        value: { $typeName: "atlas.log.v1.ReportUnmatched", report: cause.command.value },
      };
    }
    case "WORK_ADVANCED": {
      const side = body.side === undefined ? WireSide.UNSPECIFIED : sides.toWire[body.side];
      const cursor = BigInt(body.cursor);
      return { case: "workAdvanced", value: { $typeName: "atlas.log.v1.WorkAdvanced", cursor, done: body.done, side } };
    }
    case "INPUT_UNREADABLE":
      return {
        case: "inputUnreadable",
        value: { $typeName: "atlas.log.v1.InputUnreadable", message: body.why.slice(0, 512) },
      };
    case "ACCOUNT_CREATED":
    case "LIMITS_SET":
    case "FUNDS_MOVED":
      return accountBody(event);
    case "ALLOTMENT_TRADED": {
      const { instrumentId } = event;
      const fill = wireFill(event, body.fill, instrumentOf(event, find));
      return { case: "allotmentTraded", value: { $typeName: "atlas.log.v1.AllotmentTraded", instrumentId, fill } };
    }
    case "INSTRUMENT_DEFINED":
    case "PRINCIPAL_REVOKED":
    case "ENGINE_ACTIVATED": {
      if (cause?.command.case !== "control") throw new Error(`event ${event.sequence} is caused by no control change`);
      return {
        case: "controlApplied",
        value: { $typeName: "atlas.log.v1.ControlApplied", change: cause.command.value },
      };
    }
    default:
      return movedBody(event, body, cause, instrumentOf(event, find));
  }
}

function acceptedBody(event: OmsEvent, body: OrderAccepted, instrument: Instrument): Body {
  const { terms, progress, validUntil } = body;
  const rate = (rateE8: bigint) => printScaled(rateE8, ASSET_DECIMALS);
  return {
    case: "orderAccepted",
    value: {
      $typeName: "atlas.log.v1.OrderAccepted",
      order: orderOf(terms, progress, instrument, body.ownerId, event.logTime),
      protectionPrice: priceText(instrument, terms.protectionPriceTicks),
      validUntil: validUntil === undefined ? undefined : timestampOf(validUntil),
      reservedFeeRate: rate(worstRateE8(terms.makerRateE8, terms.takerRateE8)),
      makerFee: rate(terms.makerRateE8),
      takerFee: rate(terms.takerRateE8),
    },
  };
}

function deniedBody(event: OmsEvent, body: OrderDenied, cause: OrderCommand | undefined, find: FindListing): Body {
  const terms = cause?.command.case === "submit" ? cause.command.value.order : undefined;
  if (cause === undefined || terms === undefined || body.refusal === undefined) {
    throw new Error(`event ${event.sequence} is caused by no submit`);
  }
  const { orderId, accountId, logTime } = event;
  const { requestId, sessionId } = cause;
  const { baseAsset, quoteAsset } = instrumentOf(event, find);
  const head = { orderId, accountId, ownerId: body.ownerId, requestId, sessionId, logTime };
  const asset = terms.side === WireSide.SELL ? baseAsset : quoteAsset;
  const order = deniedOrder(head, terms, wireRefusal(body.refusal, orderId), asset);
  return { case: "orderDenied", value: { $typeName: "atlas.log.v1.OrderDenied", order } };
}

function accountBody(event: OmsEvent): Body {
  const { body, accountId, postings, instrumentId } = event;
  if (body.kind === "ACCOUNT_CREATED") {
    const { ownerId } = body;
    const createTime = timestampOf(event.logTime);
    const account = { $typeName: "atlas.account.v1.Account" as const, accountId, ownerId, createTime };
    return { case: "accountCreated", value: { $typeName: "atlas.log.v1.AccountCreated", account } };
  }
  if (body.kind === "LIMITS_SET") {
    return { case: "limitsSet", value: { $typeName: "atlas.log.v1.LimitsSet", limits: wireLimits(body.limits) } };
  }
  if (body.kind !== "FUNDS_MOVED") throw new Error(`event ${event.sequence} concerns no account`);
  const amounts = postings.map(({ asset, amountMinor }) => ({
    $typeName: "atlas.money.v1.Amount" as const,
    asset,
    amount: printAmount(amountMinor),
  }));
  const movement = FundsMovement[body.movement];
  return { case: "fundsMoved", value: { $typeName: "atlas.log.v1.FundsMoved", movement, amounts, instrumentId } };
}

function movedBody(event: OmsEvent, body: OrderMoved, cause: OrderCommand | undefined, instrument: Instrument): Body {
  const progress = wireProgress(body.progress, instrument);
  const refusal = cause?.command.case === "report" ? cause.command.value.refusal : undefined;
  switch (body.kind) {
    case "ORDER_LIVE":
      return { case: "orderLive", value: { $typeName: "atlas.log.v1.OrderLive", progress } };
    case "ORDER_FILLED": {
      const fill = body.fill && wireFill(event, body.fill, instrument);
      const position = body.position && wirePosition(body.position);
      return { case: "orderFilled", value: { $typeName: "atlas.log.v1.OrderFilled", progress, fill, position } };
    }
    case "CANCEL_REQUESTED":
      return {
        case: "cancelRequested",
        value: { $typeName: "atlas.log.v1.CancelRequested", progress, byClient: true },
      };
    case "ORDER_CANCELED":
      return {
        case: "orderCanceled",
        value: { $typeName: "atlas.log.v1.OrderCanceled", progress, refusal: refusal ?? asked() },
      };
    case "CANCEL_REFUSED":
      return { case: "cancelRefused", value: { $typeName: "atlas.log.v1.CancelRefused", progress, refusal } };
    case "REPLACE_REQUESTED": {
      const quantity = printQuantity(instrument, body.replacement?.quantityLots ?? 0);
      const limitPrice = priceText(instrument, body.replacement?.limitPriceTicks ?? 0);
      return {
        case: "replaceRequested",
        value: { $typeName: "atlas.log.v1.ReplaceRequested", progress, quantity, limitPrice },
      };
    }
    case "ORDER_REPLACED":
      return { case: "orderReplaced", value: { $typeName: "atlas.log.v1.OrderReplaced", progress } };
    case "REPLACE_REFUSED":
      return { case: "replaceRefused", value: { $typeName: "atlas.log.v1.ReplaceRefused", progress, refusal } };
    case "ORDER_REJECTED":
      return { case: "orderRejected", value: { $typeName: "atlas.log.v1.OrderRejected", progress, refusal } };
    case "ORDER_EXPIRED":
      return { case: "orderExpired", value: { $typeName: "atlas.log.v1.OrderExpired", progress, refusal } };
    case "ORDER_REDUCED":
      return { case: "orderReduced", value: { $typeName: "atlas.log.v1.OrderReduced", progress, refusal } };
  }
}

function wireProgress(progress: OrderProgress, instrument: Instrument): WireProgress {
  return {
    $typeName: "atlas.log.v1.OrderProgress",
    status: statuses.toWire[progress.status],
    version: BigInt(progress.version),
    quantity: printQuantity(instrument, progress.quantityLots),
    cumulativeQuantity: printQuantity(instrument, progress.cumulativeLots),
    leavesQuantity: printQuantity(instrument, progress.leavesLots),
    canceledQuantity: printQuantity(instrument, progress.canceledLots),
    cost: printAmount(progress.costMinor),
    feeAccrued: printScaled(progress.feeAccruedE16, FEE_DECIMALS),
    fees: printAmount(progress.feesMinor),
    reserved: printAmount(progress.reservedMinor),
    limitPrice: priceText(instrument, progress.limitPriceTicks),
    side: sides.toWire[progress.side],
  };
}

function wireFill(event: OmsEvent, fill: OrderFill, instrument: Instrument): Fill {
  const { orderId, instrumentId } = event;
  return {
    $typeName: "atlas.order.v1.Fill",
    executionId: fill.executionId,
    matchId: fill.matchId,
    orderId,
    instrumentId,
    side: sides.toWire[fill.side],
    price: priceText(instrument, fill.priceTicks),
    quantity: printQuantity(instrument, fill.quantityLots),
    liquidity: liquidities.toWire[fill.liquidity],
    fee: { $typeName: "atlas.money.v1.Amount", asset: instrument.quoteAsset, amount: printAmount(fill.feeMinor) },
    occurredAt: timestampOf(fill.occurredAt),
  };
}

/** The venue says no reason when it withdraws an order as it was told to. */
function asked(): Refusal {
  return {
    $typeName: "atlas.error.v1.Refusal",
    reason: Reason.REQUESTED,
    message: "canceled as asked",
    field: "",
    violations: [],
    facts: {},
    retryAfter: undefined,
    orderId: "",
  };
}

function instrumentOf(event: OmsEvent, find: FindListing): Instrument {
  const listing = find(event.instrumentId);
  if (listing === undefined) throw new Error(`event ${event.sequence}: there is no instrument ${event.instrumentId}`);
  return listing.instrument;
}
