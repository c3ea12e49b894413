import type { OmsRefusal } from "@atlas/domain/limits/refusal";
import { printAmount } from "@atlas/domain/money/amount";
import { type FieldViolation, Reason, type Refusal } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { Duration } from "@bufbuild/protobuf/wkt";

/** What a refusal says, as the contract has it. */
interface Words {
  readonly reason: Reason;
  readonly message: string;
  readonly field?: string;
  readonly facts?: Record<string, string>;
  readonly retryAfter?: Duration;
}

/** The core's refusal with its numbers as decimals. `orderId`: the order that was kept as REJECTED; empty: none was. */
export function wireRefusal(refusal: OmsRefusal, orderId = ""): Refusal {
  const { reason, message, field = "", facts = {}, retryAfter } = wordsOf(refusal);
  const violation: FieldViolation = { $typeName: "atlas.error.v1.FieldViolation", field, reason, message };
  return {
    $typeName: "atlas.error.v1.Refusal",
    ...{ reason, message, field, facts, retryAfter, orderId },
    violations: field === "" ? [] : [violation],
  };
}

function wordsOf(refusal: OmsRefusal): Words {
  return (
    identityWords(refusal) ?? termWords(refusal) ?? marketWords(refusal) ?? limitWords(refusal) ?? orderWords(refusal)
  );
}

/** The request id, who asks, what is named. */
function identityWords(refusal: OmsRefusal): Words | undefined {
  switch (refusal.reason) {
    case "REQUEST_ID_REUSED":
      return { reason: Reason.REQUEST_ID_REUSED, message: "the request id was used with other content" };
    case "REQUEST_ID_AHEAD": {
      const message = `the request id lies ${refusal.aheadMilliseconds} ms in the future: mend the client's clock`;
      return { reason: Reason.REQUEST_ID_AHEAD, message, field: "request_id" };
    }
    case "LOOK_UP_FIRST":
      return { reason: Reason.LOOK_UP_FIRST, message: "the request id is older than the shard remembers" };
    case "COMMAND_EXPIRED": {
      const late = refusal.appendTime - refusal.validUntil;
      return {
        reason: Reason.COMMAND_EXPIRED,
        message: `the command reached its shard ${late} ms too late: send it again`,
      };
    }
    case "PRINCIPAL_REVOKED":
      return { reason: Reason.NOT_SIGNED_IN, message: "the key or its user has been revoked" };
    case "UNKNOWN_ACCOUNT":
      return {
        reason: Reason.UNKNOWN_ACCOUNT,
        message: `there is no account ${refusal.accountId}`,
        field: "account_id",
      };
    case "ACCOUNT_DIFFERS": {
      const message = `account ${refusal.accountId} exists with another owner`;
      return { reason: Reason.CONFLICT, message, field: "owner_id" };
    }
    case "UNKNOWN_INSTRUMENT": {
      const message = `there is no instrument ${refusal.instrumentId}`;
      return { reason: Reason.UNKNOWN_INSTRUMENT, message, field: refusal.field ?? "order.instrument_id" };
    }
    case "UNKNOWN_ASSET": {
      const message = `no instrument trades ${refusal.asset}`;
      return { reason: Reason.INVALID_FIELD, message, field: refusal.field };
    }
    default:
      return undefined;
  }
}

/** Terms that are no order. */
function termWords(refusal: OmsRefusal): Words | undefined {
  switch (refusal.reason) {
    case "MISSING_FIELD":
      return { reason: Reason.INVALID_FIELD, message: `${refusal.field} is required`, field: refusal.field };
    case "FIELD_NOT_USED":
      return {
        reason: Reason.IMPOSSIBLE_COMBINATION,
        message: `${refusal.field} must be empty: ${refusal.because}`,
        field: refusal.field,
      };
    case "NOT_ENUMERATED":
      return { reason: Reason.INVALID_FIELD, message: `${refusal.field} has no known value`, field: refusal.field };
    case "OFF_TICK": {
      const { price, tick, field } = refusal;
      return {
        reason: Reason.OFF_TICK,
        message: `${price} is no multiple of the tick ${tick}`,
        field,
        facts: { price, tick },
      };
    }
    case "OFF_LOT": {
      const { quantity, lot, field } = refusal;
      const message = `${quantity} is no multiple of the lot ${lot}`;
      return { reason: Reason.OFF_LOT, message, field, facts: { quantity, lot } };
    }
    case "BAD_NUMBER":
      return {
        reason: Reason.INVALID_FIELD,
        message: `${refusal.field} ${NUMBERS[refusal.why]}`,
        field: refusal.field,
      };
    case "IMPOSSIBLE_COMBINATION":
      return { reason: Reason.IMPOSSIBLE_COMBINATION, message: refusal.because, field: refusal.field };
    case "NOTHING_TO_CHANGE":
      return { reason: Reason.INVALID_FIELD, message: "quantity or limit_price is required", field: "quantity" };
    case "NOTIONAL_OUT_OF_BOUNDS": {
      const facts = {
        notional: printAmount(refusal.notionalMinor),
        minimum: printAmount(refusal.minimumMinor),
        maximum: printAmount(refusal.maximumMinor),
      };
      const message = `a notional of ${facts.notional} is not between ${facts.minimum} and ${facts.maximum}`;
      return { reason: Reason.NOTIONAL_OUT_OF_BOUNDS, message, field: "order.quantity", facts };
    }
    default:
      return undefined;
  }
}

const NUMBERS: Record<Extract<OmsRefusal, { reason: "BAD_NUMBER" }>["why"], string> = {
  NOT_A_DECIMAL: "is no decimal",
  TOO_MANY_DIGITS: "has more than 18 digits before or behind the point",
  NOT_POSITIVE: "must be above zero",
  OFF_STEP: "has more than 8 decimals",
  TOO_LARGE: "is too large",
  OUT_OF_RANGE: "is out of range",
};

function marketWords(refusal: OmsRefusal): Words | undefined {
  switch (refusal.reason) {
    case "UNSUPPORTED":
      return { reason: Reason.UNSUPPORTED, message: `${refusal.what} is not supported yet`, field: refusal.field };
    case "VENUE_AWAY": {
      const age = refusal.ageMilliseconds;
      const since =
        age === undefined ? "the market has not been heard of" : `the market was last heard of ${age} ms ago`;
      return { reason: Reason.VENUE_AWAY, message: `${since}: send it again` };
    }
    case "NO_QUOTE":
      return { reason: Reason.NO_QUOTE, message: "no quote to set a collar by: send it again" };
    case "NO_LIQUIDITY": {
      const other = refusal.side === "BUY" ? "sells" : "buys";
      return { reason: Reason.NO_LIQUIDITY, message: `nobody ${other}: a MARKET order has nothing to trade with` };
    }
    case "RATE_LIMIT": {
      const message = `above ${refusal.ordersPerSecond} orders a second`;
      return { reason: Reason.RATE_LIMIT, message, retryAfter: durationOf(refusal.retryAfterMicroseconds) };
    }
    default:
      return undefined;
  }
}

function limitWords(refusal: OmsRefusal): Words | undefined {
  switch (refusal.reason) {
    case "QUANTITY_LIMIT": {
      const facts = { quantity: printAmount(refusal.quantityMinor), limit: printAmount(refusal.limitMinor) };
      const message = `quantity ${facts.quantity} is above the limit of ${facts.limit}`;
      return { reason: Reason.QUANTITY_LIMIT, message, field: "order.quantity", facts };
    }
    case "NOTIONAL_LIMIT": {
      const facts = { notional: printAmount(refusal.notionalMinor), limit: printAmount(refusal.limitMinor) };
      const message = `a notional of ${facts.notional} is above the limit of ${facts.limit}`;
      return { reason: Reason.NOTIONAL_LIMIT, message, facts };
    }
    case "OPEN_ORDERS_LIMIT": {
      const facts = { open: String(refusal.open), limit: String(refusal.limit) };
      const message = `${facts.open} orders are open, the limit is ${facts.limit}`;
      return { reason: Reason.OPEN_ORDERS_LIMIT, message, facts };
    }
    case "INSUFFICIENT_FUNDS": {
      const { asset, field } = refusal;
      const facts = {
        asset,
        required: printAmount(refusal.requiredMinor),
        available: printAmount(refusal.availableMinor),
      };
      const message = `${facts.required} ${asset} is needed, ${facts.available} is available`;
      return { reason: Reason.INSUFFICIENT_FUNDS, message, field, facts };
    }
    case "AMOUNT_OUT_OF_RANGE": {
      const message = `the sum of ${refusal.asset} would leave the range of amounts`;
      return { reason: Reason.AMOUNT_OUT_OF_RANGE, message, field: "amount.amount" };
    }
    default:
      return undefined;
  }
}

/** Orders that exist, and the platform's own defects. */
function orderWords(refusal: OmsRefusal): Words {
  switch (refusal.reason) {
    case "NOT_OPEN":
      return { reason: Reason.ORDER_CLOSED, message: `order ${refusal.orderId} is not open`, field: "order_id" };
    case "STALE_VERSION": {
      const facts = { version: String(refusal.version) };
      const message = `the order's version is ${facts.version}`;
      return { reason: Reason.STALE_VERSION, message, field: "expected_version", facts };
    }
    case "REPLACE_PENDING":
      return { reason: Reason.REPLACE_PENDING, message: "a replace is pending: wait for its outcome" };
    case "CANCEL_PENDING":
      return { reason: Reason.CANCEL_PENDING, message: "a cancel is pending: nothing else may change the order" };
    case "CHECK_FAILED": {
      const message = "a check failed by a defect of the platform: nothing was accepted; cancels are not concerned";
      return { reason: Reason.CHECK_FAILED, message };
    }
    default:
      throw new Error(`no words for ${refusal.reason}`);
  }
}

/** Rounded up to the microsecond that it is. */
function durationOf(microseconds: number): Duration {
  const rest = microseconds % 1_000_000;
  return {
    $typeName: "google.protobuf.Duration",
    seconds: BigInt((microseconds - rest) / 1_000_000),
    nanos: rest * 1_000,
  };
}
