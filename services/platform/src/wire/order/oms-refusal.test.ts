import type { OmsRefusal } from "@atlas/domain/limits/refusal";
import { Reason, RefusalSchema } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { createValidator } from "@bufbuild/protovalidate";
import { expect, test } from "vitest";
import { wireRefusal } from "./oms-refusal.ts";

type RowOf<R> = R extends OmsRefusal ? readonly [R, Reason, Record<string, string>?] : never;
/** One row for each reason: the type refuses a table that lacks one. */
const ROWS: { readonly [R in OmsRefusal["reason"]]: RowOf<Extract<OmsRefusal, { reason: R }>> } = {
  REQUEST_ID_REUSED: [{ reason: "REQUEST_ID_REUSED" }, Reason.REQUEST_ID_REUSED],
  REQUEST_ID_AHEAD: [{ reason: "REQUEST_ID_AHEAD", aheadMilliseconds: 60_001 }, Reason.REQUEST_ID_AHEAD],
  LOOK_UP_FIRST: [{ reason: "LOOK_UP_FIRST", forgottenUntil: 5 }, Reason.LOOK_UP_FIRST],
  COMMAND_EXPIRED: [{ reason: "COMMAND_EXPIRED", validUntil: 1, appendTime: 3 }, Reason.COMMAND_EXPIRED],
  PRINCIPAL_REVOKED: [{ reason: "PRINCIPAL_REVOKED" }, Reason.NOT_SIGNED_IN],
  UNKNOWN_ACCOUNT: [{ reason: "UNKNOWN_ACCOUNT", accountId: "a" }, Reason.UNKNOWN_ACCOUNT],
  ACCOUNT_DIFFERS: [{ reason: "ACCOUNT_DIFFERS", accountId: "a" }, Reason.CONFLICT],
  UNKNOWN_INSTRUMENT: [{ reason: "UNKNOWN_INSTRUMENT", instrumentId: "X" }, Reason.UNKNOWN_INSTRUMENT],
  UNKNOWN_ASSET: [{ reason: "UNKNOWN_ASSET", asset: "X", field: "amount.asset" }, Reason.INVALID_FIELD],
  MISSING_FIELD: [{ reason: "MISSING_FIELD", field: "order.quantity" }, Reason.INVALID_FIELD],
  FIELD_NOT_USED: [{ reason: "FIELD_NOT_USED", field: "order.peg", because: "x" }, Reason.IMPOSSIBLE_COMBINATION],
  NOT_ENUMERATED: [{ reason: "NOT_ENUMERATED", field: "order.side" }, Reason.INVALID_FIELD],
  OFF_TICK: [
    { reason: "OFF_TICK", field: "f", price: "1.001", tick: "0.01" },
    Reason.OFF_TICK,
    { price: "1.001", tick: "0.01" },
  ],
  OFF_LOT: [
    { reason: "OFF_LOT", field: "f", quantity: "1.5", lot: "1" },
    Reason.OFF_LOT,
    { quantity: "1.5", lot: "1" },
  ],
  BAD_NUMBER: [{ reason: "BAD_NUMBER", field: "f", why: "NOT_A_DECIMAL" }, Reason.INVALID_FIELD],
  IMPOSSIBLE_COMBINATION: [
    { reason: "IMPOSSIBLE_COMBINATION", field: "f", because: "x" },
    Reason.IMPOSSIBLE_COMBINATION,
  ],
  NOTIONAL_OUT_OF_BOUNDS: [
    {
      reason: "NOTIONAL_OUT_OF_BOUNDS",
      notionalMinor: 50_000_000n,
      minimumMinor: 100_000_000n,
      maximumMinor: 10n ** 15n,
    },
    Reason.NOTIONAL_OUT_OF_BOUNDS,
    { notional: "0.5", minimum: "1", maximum: "10000000" },
  ],
  UNSUPPORTED: [{ reason: "UNSUPPORTED", field: "order.type", what: "order type STOP" }, Reason.UNSUPPORTED],
  VENUE_AWAY: [{ reason: "VENUE_AWAY", ageMilliseconds: undefined }, Reason.VENUE_AWAY],
  NO_QUOTE: [{ reason: "NO_QUOTE", side: "BUY" }, Reason.NO_QUOTE],
  NO_LIQUIDITY: [{ reason: "NO_LIQUIDITY", side: "SELL" }, Reason.NO_LIQUIDITY],
  RATE_LIMIT: [{ reason: "RATE_LIMIT", retryAfterMicroseconds: 1_500_000, ordersPerSecond: 5 }, Reason.RATE_LIMIT],
  QUANTITY_LIMIT: [
    { reason: "QUANTITY_LIMIT", quantityMinor: 250_000_000n, limitMinor: 100_000_000n },
    Reason.QUANTITY_LIMIT,
    { quantity: "2.5", limit: "1" },
  ],
  NOTIONAL_LIMIT: [
    { reason: "NOTIONAL_LIMIT", notionalMinor: 250_000_000n, limitMinor: 100_000_000n },
    Reason.NOTIONAL_LIMIT,
    { notional: "2.5", limit: "1" },
  ],
  OPEN_ORDERS_LIMIT: [
    { reason: "OPEN_ORDERS_LIMIT", open: 5, limit: 5 },
    Reason.OPEN_ORDERS_LIMIT,
    { open: "5", limit: "5" },
  ],
  INSUFFICIENT_FUNDS: [
    { reason: "INSUFFICIENT_FUNDS", field: "order.quantity", asset: "USD", requiredMinor: 2n, availableMinor: 1n },
    Reason.INSUFFICIENT_FUNDS,
    { asset: "USD", required: "0.00000002", available: "0.00000001" },
  ],
  AMOUNT_OUT_OF_RANGE: [{ reason: "AMOUNT_OUT_OF_RANGE", asset: "USD" }, Reason.AMOUNT_OUT_OF_RANGE],
  NOT_OPEN: [{ reason: "NOT_OPEN", orderId: "o" }, Reason.ORDER_CLOSED],
  STALE_VERSION: [{ reason: "STALE_VERSION", version: 7 }, Reason.STALE_VERSION, { version: "7" }],
  REPLACE_PENDING: [{ reason: "REPLACE_PENDING", status: "PENDING_REPLACE" }, Reason.REPLACE_PENDING],
  CANCEL_PENDING: [{ reason: "CANCEL_PENDING", status: "PENDING_CANCEL" }, Reason.CANCEL_PENDING],
  NOTHING_TO_CHANGE: [{ reason: "NOTHING_TO_CHANGE" }, Reason.INVALID_FIELD],
  CHECK_FAILED: [{ reason: "CHECK_FAILED" }, Reason.CHECK_FAILED],
};

test.each(Object.entries(ROWS))("%s is told with its documented facts", (_, [refusal, reason, facts = {}]) => {
  const wire = wireRefusal(refusal, "00order");
  expect(wire).toMatchObject({ reason, facts, orderId: "00order" });
  expect(wire.message).not.toBe("");
  expect(wire.violations.map(({ field }) => field)).toEqual(wire.field === "" ? [] : [wire.field]);
  expect(createValidator().validate(RefusalSchema, wire).kind).toBe("valid");
});

test("the rate's refusal says when to come again", () => {
  const [refusal] = ROWS.RATE_LIMIT;
  expect(wireRefusal(refusal).retryAfter).toMatchObject({ seconds: 1n, nanos: 500_000_000 });
});
