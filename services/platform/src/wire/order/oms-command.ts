import type { CommandHead, ControlChange, OmsCommand, VenueReportInput } from "@atlas/domain/oms/oms-command";
import type { Listing } from "@atlas/domain/order/listing";
import type { VenueExecutionType } from "@atlas/domain/venue/venue-report";
import type { OrderCommand } from "@atlas/gen/atlas/log/v1/order_command_pb";
import { ExecutionType, Side as WireSide } from "@atlas/gen/atlas/order/v1/order_pb";
import type { VenueReport, ControlChange as WireChange } from "@atlas/gen/atlas/venue/v1/venue_pb";
import { millisecondsOf } from "../time.ts";
import { lotsOf, minorOf, ticksOf } from "./decimals.ts";
import { limitsOf } from "./limits.ts";
import { listingOf } from "./listing.ts";
import { newOrderOf, quoteOf } from "./new-order.ts";
import { liquidities, sides } from "./oms-terms.ts";

/** Finds an instrument that the shard knows. */
export type FindListing = (instrumentId: string) => Listing | undefined;

const EXECUTION_TYPES: readonly (VenueExecutionType | undefined)[] = executionTypes();

/** What an order shard decides on, from what stands on its partition. Throws for what no venue or control of ours writes. */
export function omsCommandOf(wire: OrderCommand, find: FindListing): OmsCommand {
  const { command, commandId } = wire;
  switch (command.case) {
    case "submit":
      if (command.value.order === undefined) return nothing(commandId, "a submit without an order");
      return { kind: "SUBMIT", head: headOf(wire), order: newOrderOf(command.value.order) };
    case "replace": {
      const { orderId, quantity, limitPrice, stopPrice, expectedVersion } = command.value;
      const terms = { orderId, quantity, limitPrice, stopPrice, expectedVersion: Number(expectedVersion) };
      return { kind: "REPLACE", head: headOf(wire), ...terms };
    }
    case "cancel":
      return { kind: "CANCEL", head: headOf(wire), orderId: command.value.orderId };
    case "cancelMany": {
      const { instrumentId, side } = command.value;
      const isKnown = side === WireSide.UNSPECIFIED || sides.fromWire[side] !== undefined;
      if (!isKnown) return nothing(commandId, `a cancel of side ${side}`);
      return { kind: "CANCEL_MANY", head: headOf(wire), instrumentId, side: sides.fromWire[side] };
    }
    case "deposit":
    case "withdraw": {
      const { asset, amount } = command.value.amount ?? { asset: "", amount: "" };
      return { kind: command.case === "deposit" ? "DEPOSIT" : "WITHDRAW", head: headOf(wire), asset, amount };
    }
    case "setLimits": {
      const limits = limitsOf(command.value.limits);
      const bad = typeof limits === "string";
      return { kind: "SET_LIMITS", head: headOf(wire), limits: bad ? undefined : limits, field: bad ? limits : "" };
    }
    case "createAccount":
      return { kind: "CREATE_ACCOUNT", head: headOf(wire), ownerId: command.value.ownerId };
    case "allot": {
      const { instrumentId, amounts } = command.value;
      return { kind: "ALLOT", head: headOf(wire), instrumentId, amounts };
    }
    case "timerDue":
      return { kind: "TIMER_DUE", time: millisecondsOf(command.value.time) ?? 0 };
    case "report":
      return reportOf(commandId, command.value, find);
    case "control":
      return changeOf(commandId, command.value) ?? nothing(commandId, "a control change of no kind");
    default:
      return nothing(commandId, "a command of no kind");
  }
}

/** A control change as the core has it; `undefined`: it is of no kind. */
export function changeOf(commandId: string, { change }: WireChange): ControlChange | undefined {
  switch (change.case) {
    case "instrumentDefined":
      return { kind: "DEFINE_INSTRUMENT", commandId, listing: listingOf(change.value) };
    case "principalRevoked": {
      const { userId, keyId } = change.value;
      return { kind: "REVOKE_PRINCIPAL", commandId, principal: { userId, keyId } };
    }
    case "engineActivated":
      return { kind: "ACTIVATE_ENGINE", commandId, version: change.value.version };
    default:
      return undefined;
  }
}

function headOf(wire: OrderCommand): CommandHead {
  const { principal, evidence } = wire;
  return {
    commandId: wire.commandId,
    accountId: wire.accountId,
    requestId: wire.requestId,
    contentDigest: wire.contentDigest,
    principal: principal && { userId: principal.userId, keyId: principal.keyId },
    sessionId: wire.sessionId,
    quote: quoteOf(wire.quote),
    validUntil: millisecondsOf(wire.validUntil),
    evidence: evidence && {
      storeTime: millisecondsOf(evidence.storeTime) ?? 0,
      contentDigest: evidence.absent ? undefined : evidence.contentDigest,
    },
    orderId: wire.orderId,
  };
}

/** Of an instrument that the shard does not know there are no orders: such a report matches nothing, whatever its numbers. */
function reportOf(commandId: string, report: VenueReport, find: FindListing): OmsCommand {
  const executionType = EXECUTION_TYPES[report.executionType];
  if (executionType === undefined) return nothing(commandId, `a report of type ${report.executionType}`);
  const instrument = find(report.instrumentId)?.instrument;
  const lots = (text: string) => (instrument === undefined ? 0 : lotsOf(instrument, text));
  const input: VenueReportInput = {
    kind: "REPORT",
    commandId,
    orderId: report.orderId,
    version: Number(report.version),
    accountId: report.accountId,
    instrumentId: report.instrumentId,
    side: sides.fromWire[report.side],
    executionType,
    lastQuantityLots: lots(report.lastQuantity),
    lastPriceTicks: instrument === undefined ? 0 : ticksOf(instrument, report.lastPrice),
    leavesLots: lots(report.leavesQuantity),
    cumulativeLots: lots(report.cumulativeQuantity),
    liquidity: liquidities.fromWire[report.liquidity],
    matchId: report.matchId,
    linkTotals: report.linkTotals.map(({ asset, amount }) => ({ asset, amountMinor: minorOf(amount) })),
    occurredAt: millisecondsOf(report.occurredAt) ?? 0,
  };
  return input;
}

function nothing(commandId: string, why: string): OmsCommand {
  return { kind: "NOTHING", commandId, why };
}

function executionTypes(): (VenueExecutionType | undefined)[] {
  const names: (VenueExecutionType | undefined)[] = Array.from({ length: ExecutionType.TRADE_CORRECT + 1 });
  names[ExecutionType.NEW] = "NEW";
  names[ExecutionType.TRADE] = "TRADE";
  names[ExecutionType.CANCELED] = "CANCELED";
  names[ExecutionType.CANCEL_REFUSED] = "CANCEL_REFUSED";
  names[ExecutionType.REPLACED] = "REPLACED";
  names[ExecutionType.REPLACE_REFUSED] = "REPLACE_REFUSED";
  names[ExecutionType.REJECTED] = "REJECTED";
  names[ExecutionType.EXPIRED] = "EXPIRED";
  names[ExecutionType.STATUS] = "STATUS";
  return names;
}
