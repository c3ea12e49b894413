import type { Instrument } from "@atlas/domain/instrument/instrument";
import { baseMinor } from "@atlas/domain/instrument/instrument";
import { printQuantity } from "@atlas/domain/instrument/step";
import { printAmount } from "@atlas/domain/money/amount";
import { averagePriceMinor } from "@atlas/domain/money/average-price";
import type { OpenOrder, OrderProgress, OrderTerms } from "@atlas/domain/order/open-order";
import type { Refusal } from "@atlas/gen/atlas/error/v1/refusal_pb";
import {
  type NewOrder,
  type Order,
  OrderStatus,
  OrderType,
  RefusedBy,
  SelfTradePrevention,
  TimeInForce,
} from "@atlas/gen/atlas/order/v1/order_pb";
import { timestampOf } from "../time.ts";
import { canonical, priceText } from "./decimals.ts";
import { orderTypes, selfTradeModes, sides, statuses, timesInForce } from "./oms-terms.ts";

/** An order that is open, or has just ended, as the contract shows it. `refusal`: why it ended. */
export function wireOrder(order: OpenOrder, instrument: Instrument, ownerId: string): Order {
  return orderOf(order.terms, order, instrument, ownerId, order.updateTime);
}

/** An order from its terms and where it stands. */
export function orderOf(
  terms: OrderTerms,
  progress: Omit<OrderProgress, "side">,
  instrument: Instrument,
  ownerId: string,
  updateTime: number,
): Order {
  const { costMinor, cumulativeLots } = progress;
  const asset = terms.side === "BUY" ? instrument.quoteAsset : instrument.baseAsset;
  const filled = cumulativeLots > 0;
  return {
    $typeName: "atlas.order.v1.Order",
    orderId: terms.orderId,
    accountId: terms.accountId,
    ownerId,
    requestId: terms.requestId,
    clientOrderId: terms.clientOrderId,
    sessionId: terms.sessionId,
    instrumentId: terms.instrumentId,
    side: sides.toWire[terms.side],
    type: orderTypes.toWire[terms.type],
    timeInForce: timesInForce.toWire[terms.timeInForce],
    quantity: printQuantity(instrument, progress.quantityLots),
    limitPrice: priceText(instrument, progress.limitPriceTicks),
    stopPrice: "",
    trailing: { case: undefined },
    displayQuantity: "",
    hidden: false,
    minimumQuantity: "",
    peg: undefined,
    expireTime: undefined,
    postOnly: terms.postOnly,
    reduceOnly: false,
    selfTradePrevention: selfTradeModes.toWire[terms.selfTradePrevention],
    groupId: "",
    status: statuses.toWire[progress.status],
    version: BigInt(progress.version),
    cumulativeQuantity: printQuantity(instrument, cumulativeLots),
    leavesQuantity: printQuantity(instrument, progress.leavesLots),
    canceledQuantity: printQuantity(instrument, progress.canceledLots),
    averagePrice: filled ? printAmount(averagePriceMinor(costMinor, baseMinor(instrument, cumulativeLots))) : "",
    fees: printAmount(progress.feesMinor),
    reserved: { $typeName: "atlas.money.v1.Amount", asset, amount: printAmount(progress.reservedMinor) },
    refusal: undefined,
    refusedBy: RefusedBy.UNSPECIFIED,
    createTime: timestampOf(terms.createTime),
    updateTime: timestampOf(updateTime),
  };
}

/** Whose order it is and when it was decided. */
export interface DeniedHead {
  readonly orderId: string;
  readonly accountId: string;
  readonly ownerId: string;
  readonly requestId: string;
  readonly sessionId: string;
  readonly logTime: number;
}

/** An order that the platform refused and keeps, as it was asked for. */
export function deniedOrder(head: DeniedHead, terms: NewOrder, refusal: Refusal, reservedAsset: string): Order {
  const { orderId, accountId, ownerId, requestId, sessionId, logTime } = head;
  const quantity = canonical(terms.quantity);
  return {
    $typeName: "atlas.order.v1.Order",
    ...{ orderId, accountId, ownerId, requestId, sessionId },
    clientOrderId: terms.clientOrderId,
    instrumentId: terms.instrumentId,
    side: terms.side,
    type: terms.type,
    timeInForce: terms.timeInForce || (terms.type === OrderType.MARKET ? TimeInForce.IOC : TimeInForce.GTC),
    quantity,
    limitPrice: canonical(terms.limitPrice),
    stopPrice: canonical(terms.stopPrice),
    trailing: terms.trailing,
    displayQuantity: canonical(terms.displayQuantity),
    hidden: terms.hidden,
    minimumQuantity: canonical(terms.minimumQuantity),
    peg: terms.peg,
    expireTime: terms.expireTime,
    postOnly: terms.postOnly,
    reduceOnly: terms.reduceOnly,
    selfTradePrevention: terms.selfTradePrevention || SelfTradePrevention.CANCEL_NEWEST,
    groupId: terms.groupId,
    status: OrderStatus.REJECTED,
    version: 1n,
    cumulativeQuantity: "0",
    leavesQuantity: "0",
    canceledQuantity: quantity,
    averagePrice: "",
    fees: "0",
    reserved: { $typeName: "atlas.money.v1.Amount", asset: reservedAsset, amount: "0" },
    refusal,
    refusedBy: RefusedBy.PLATFORM,
    createTime: timestampOf(logTime),
    updateTime: timestampOf(logTime),
  };
}
