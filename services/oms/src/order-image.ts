import { OpenOrder, type OrderProgress, type OrderTerms } from "@atlas/domain/order/open-order";
import type { OrderImage } from "@atlas/gen/atlas/log/v1/order_image_pb";
import { known, orderTypes, selfTradeModes, sides, statuses, timesInForce } from "@atlas/platform/wire/order/oms-terms";

/** An open order as it stands in an image, in the core's own units. */
export function writeOrder(order: OpenOrder): OrderImage {
  const { terms } = order;
  return {
    $typeName: "atlas.log.v1.OrderImage",
    orderId: terms.orderId,
    requestId: terms.requestId,
    clientOrderId: terms.clientOrderId,
    sessionId: terms.sessionId,
    instrumentId: terms.instrumentId,
    side: sides.toWire[terms.side],
    type: orderTypes.toWire[terms.type],
    timeInForce: timesInForce.toWire[terms.timeInForce],
    postOnly: terms.postOnly,
    selfTradePrevention: selfTradeModes.toWire[terms.selfTradePrevention],
    quantityLots: BigInt(order.quantityLots),
    limitPriceTicks: BigInt(order.limitPriceTicks),
    protectionPriceTicks: BigInt(terms.protectionPriceTicks),
    makerRateE8: terms.makerRateE8,
    takerRateE8: terms.takerRateE8,
    status: statuses.toWire[order.status],
    version: BigInt(order.version),
    cumulativeLots: BigInt(order.cumulativeLots),
    leavesLots: BigInt(order.leavesLots),
    canceledLots: BigInt(order.canceledLots),
    costMinor: String(order.costMinor),
    feeAccruedE16: String(order.feeAccruedE16),
    feesMinor: String(order.feesMinor),
    reservedMinor: String(order.reservedMinor),
    replaceVersion: BigInt(order.replaceVersion),
    replaceQuantityLots: BigInt(order.replaceQuantityLots),
    replaceLimitPriceTicks: BigInt(order.replaceLimitPriceTicks),
    acceptedSequence: BigInt(terms.acceptedSequence),
    createTime: BigInt(terms.createTime),
    updateTime: BigInt(order.updateTime),
    contentDigest: terms.contentDigest,
    leastReductionVersion: BigInt(order.leastReductionVersion),
  };
}

export function readOrder(image: OrderImage, accountId: string): OpenOrder {
  const terms = readTerms(image, accountId);
  const order = new OpenOrder(terms, readProgress(image, terms));
  order.leastReductionVersion = Number(image.leastReductionVersion);
  order.replaceVersion = Number(image.replaceVersion);
  order.replaceQuantityLots = Number(image.replaceQuantityLots);
  order.replaceLimitPriceTicks = Number(image.replaceLimitPriceTicks);
  order.updateTime = Number(image.updateTime);
  return order;
}

function readTerms(image: OrderImage, accountId: string): OrderTerms {
  return {
    orderId: image.orderId,
    accountId,
    requestId: image.requestId,
    contentDigest: image.contentDigest,
    clientOrderId: image.clientOrderId,
    sessionId: image.sessionId,
    instrumentId: image.instrumentId,
    side: known(sides.fromWire[image.side], "side"),
    type: known(orderTypes.fromWire[image.type], "type") as OrderTerms["type"],
    timeInForce: known(timesInForce.fromWire[image.timeInForce], "time_in_force") as OrderTerms["timeInForce"],
    postOnly: image.postOnly,
    selfTradePrevention: known(selfTradeModes.fromWire[image.selfTradePrevention], "self_trade_prevention"),
    protectionPriceTicks: Number(image.protectionPriceTicks),
    makerRateE8: image.makerRateE8,
    takerRateE8: image.takerRateE8,
    acceptedSequence: Number(image.acceptedSequence),
    createTime: Number(image.createTime),
  };
}

function readProgress(image: OrderImage, terms: OrderTerms): OrderProgress {
  return {
    side: terms.side,
    status: known(statuses.fromWire[image.status], "status"),
    version: Number(image.version),
    quantityLots: Number(image.quantityLots),
    limitPriceTicks: Number(image.limitPriceTicks),
    cumulativeLots: Number(image.cumulativeLots),
    leavesLots: Number(image.leavesLots),
    canceledLots: Number(image.canceledLots),
    costMinor: BigInt(image.costMinor),
    feeAccruedE16: BigInt(image.feeAccruedE16),
    feesMinor: BigInt(image.feesMinor),
    reservedMinor: BigInt(image.reservedMinor),
  };
}
