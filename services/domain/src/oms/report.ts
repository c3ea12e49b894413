import type { OpenOrder, OrderProgress } from "../order/open-order.ts";
import { nextStatus, type OrderStatus, type OrderStep } from "../order/order-status.ts";
import { tradeAllotment } from "./allotment.ts";
import { fillOrder } from "./fill.ts";
import { makeEvent, NO_POSTINGS } from "./make-event.ts";
import { adjustReserve, exposureOf, givenAsset, progressOf, reservedIn } from "./move-order.ts";
import type { OmsInput, VenueReportInput } from "./oms-command.ts";
import type { OmsEvent, OrderMoveKind } from "./oms-event.ts";
import type { OmsState } from "./oms-state.ts";

/** What a report that is no fill does: which arrow, told by which event. */
interface Effect {
  readonly step: OrderStep;
  readonly kind: OrderMoveKind;
}

const EFFECTS: Record<Exclude<VenueReportInput["executionType"], "TRADE">, Effect> = {
  NEW: { step: "REST", kind: "ORDER_LIVE" },
  CANCELED: { step: "CANCEL", kind: "ORDER_CANCELED" },
  STATUS: { step: "REDUCE", kind: "ORDER_REDUCED" },
  REPLACED: { step: "REPLACE", kind: "ORDER_REPLACED" },
  REJECTED: { step: "REJECT", kind: "ORDER_REJECTED" },
  EXPIRED: { step: "EXPIRE", kind: "ORDER_EXPIRED" },
  CANCEL_REFUSED: { step: "REFUSE_CANCEL", kind: "CANCEL_REFUSED" },
  REPLACE_REFUSED: { step: "REFUSE_REPLACE", kind: "REPLACE_REFUSED" },
};

/**
 * What a venue tells of an order. A report for an order that is not open, or that does not fit the order as it stands, has no
 * effect but to be counted (S17).
 */
export function decideReport(state: OmsState, input: OmsInput, report: VenueReportInput): OmsEvent {
  const order = state.orders.get(report.orderId);
  if (order === undefined || order.terms.accountId !== report.accountId) {
    return tradeAllotment(state, input, report) ?? unmatched(state, input, report);
  }
  if (report.executionType === "TRADE") {
    return fillOrder(state, input, report, order) ?? unmatched(state, input, report);
  }
  const { step, kind } = EFFECTS[report.executionType];
  const status = nextStatus(order.status, step, order.cumulativeLots > 0);
  if (status === undefined || !fits(order, report, step)) return unmatched(state, input, report);
  return changeOrder(state, input, report, order, step, kind, status);
}

/** Whether the venue and the shard speak of the same order in the same shape. */
function fits(order: OpenOrder, report: VenueReportInput, step: OrderStep): boolean {
  switch (step) {
    case "REPLACE":
      return (
        order.replaceVersion === report.version &&
        report.cumulativeLots === order.cumulativeLots &&
        report.leavesLots <= order.replaceQuantityLots - order.cumulativeLots
      );
    case "REFUSE_REPLACE":
      return order.replaceVersion === report.version;
    case "REDUCE":
      // One from before a replace tells of an order that is no more, however well its figures fit.
      return (
        report.version >= order.leastReductionVersion &&
        report.leavesLots <= order.leavesLots &&
        report.cumulativeLots === order.cumulativeLots
      );
    case "CANCEL":
    case "EXPIRE":
      return report.cumulativeLots === order.cumulativeLots;
    case "REJECT":
      return order.cumulativeLots === 0;
    default:
      return true;
  }
}

function changeOrder(
  state: OmsState,
  input: OmsInput,
  report: VenueReportInput,
  order: OpenOrder,
  step: OrderStep,
  kind: OrderMoveKind,
  status: OrderStatus,
): OmsEvent {
  const { instrumentId } = order.terms;
  const progress = progressAfter(state, report, order, step, status);
  const before = order.reservedMinor;
  const listing = state.listing(instrumentId);
  const postings =
    progress.reservedMinor === before
      ? NO_POSTINGS
      : adjustReserve(givenAsset(listing, order), before, progress.reservedMinor);
  return makeEvent(state, input, {
    commandId: report.commandId,
    accountId: order.terms.accountId,
    orderId: report.orderId,
    instrumentId,
    linkOut: undefined,
    postings,
    request: undefined,
    rateMark: 0,
    body: { kind, progress, fill: undefined, position: undefined, replacement: undefined },
  });
}

function progressAfter(
  state: OmsState,
  report: VenueReportInput,
  order: OpenOrder,
  step: OrderStep,
  status: OrderStatus,
): OrderProgress {
  const listing = state.listing(order.terms.instrumentId);
  let { quantityLots, limitPriceTicks, leavesLots } = order;
  let exposure = exposureOf(order);
  switch (step) {
    case "CANCEL":
    case "EXPIRE":
    case "REJECT":
      leavesLots = 0;
      break;
    case "REDUCE":
      leavesLots = report.leavesLots;
      exposure = reduced(order, leavesLots, exposure);
      break;
    case "REPLACE":
      quantityLots = order.replaceQuantityLots;
      limitPriceTicks = order.replaceLimitPriceTicks;
      leavesLots = report.leavesLots;
      exposure = { ...exposure, leavesLots, priceTicks: exposure.replacePriceTicks, replaceLeavesLots: -1 };
      break;
    case "REFUSE_REPLACE":
      exposure = { ...exposure, replaceLeavesLots: -1 };
  }
  const reservedMinor =
    step === "REST" || step === "REFUSE_CANCEL" ? order.reservedMinor : reservedIn(listing, status, exposure);
  const canceledLots = quantityLots - order.cumulativeLots - leavesLots;
  return progressOf(order, { status, quantityLots, limitPriceTicks, leavesLots, canceledLots, reservedMinor });
}

/** What self-trade prevention took off is off what a replace on its way would leave, too. */
function reduced(order: OpenOrder, leavesLots: number, exposure: ReturnType<typeof exposureOf>) {
  const { replaceLeavesLots } = exposure;
  const less = order.leavesLots - leavesLots;
  return { ...exposure, leavesLots, replaceLeavesLots: order.hasReplace ? replaceLeavesLots - less : -1 };
}

function unmatched(state: OmsState, input: OmsInput, report: VenueReportInput): OmsEvent {
  return makeEvent(state, input, {
    commandId: report.commandId,
    accountId: report.accountId,
    orderId: report.orderId,
    instrumentId: report.instrumentId,
    linkOut: undefined,
    postings: NO_POSTINGS,
    request: undefined,
    rateMark: 0,
    body: { kind: "REPORT_UNMATCHED" },
  });
}
