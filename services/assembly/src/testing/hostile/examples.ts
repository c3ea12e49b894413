import { AccountService } from "@atlas/gen/atlas/account/v1/account_service_pb";
import { IdentityService } from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import { MarketModel } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { InstrumentService } from "@atlas/gen/atlas/instrument/v1/instrument_service_pb";
import { MarketService } from "@atlas/gen/atlas/market/v1/market_service_pb";
import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import type { DescMethod, JsonObject, JsonValue } from "@bufbuild/protobuf";

/** A request that would be done, and values of its own that it must not hold: by path, `*` for the first of a list. */
export interface Example {
  readonly method: DescMethod;
  readonly request: JsonObject;
  readonly beyond: Readonly<Record<string, readonly JsonValue[]>>;
}

const ORDER = {
  instrumentId: "BTC-USD",
  side: "SIDE_BUY",
  type: "ORDER_TYPE_LIMIT",
  quantity: "0.01",
  limitPrice: "100",
};
/** Off the lot, off the tick, nothing, more than anybody may. */
const TERMS: Example["beyond"] = {
  "order.quantity": ["0", "0.0", "0.00001", "0.00000001", "0.000000001", "999999999999999999"],
  "order.limitPrice": ["0", "0.001", "100.001", "100.00000001", "999999999999999999", ""],
};
const AMOUNTS: Example["beyond"] = {
  "amount.amount": ["0", "0.0", "-0", "0.000000001", "-5"],
  "amount.asset": ["usd", "US D", "U".repeat(17)],
};
const INSTRUMENT = {
  ...{ instrumentId: "NEW-USD", baseAsset: "NEW", quoteAsset: "USD", tick: "0.01", lot: "0.01" },
  ...{ minimumNotional: "1", maximumNotional: "1000", defaultMaximumQuantity: "10", makerFee: "0", takerFee: "0" },
  ...{ collar: "0.05", marketModel: "MARKET_MODEL_NONE" },
};
const LIMITS = { maximumNotional: "1000000", maximumOpenOrders: 10_000, ordersPerSecond: 1_000, orderBurst: 2_000 };
const GRANT = { accountId: "demo", role: "ROLE_VIEWER" };

function example(method: DescMethod, request: JsonObject, beyond: Example["beyond"] = {}): Example {
  return { method, request, beyond };
}

const { submitOrder, submitOrders, replaceOrder, cancelOrder, cancelOrders, previewOrder } = OrderService.method;
const { createAccount, depositFunds, withdrawFunds, setLimits } = AccountService.method;
const identity = IdentityService.method;
const NAMED = { requestId: "hostile", accountId: "demo" };

/** What a session takes, too. */
export const sessionExamples = (): readonly Example[] =>
  examples.filter(({ method }) => method.parent === OrderService && method !== previewOrder);

/** A step of a recording, for an instrument whose market is one. */
export const recordingExample = example(MarketService.method.playRecording, {
  instrumentId: "REC-USD",
  levels: [{ side: "SIDE_BUY", price: "100", quantity: "1" }],
  trades: [{ takerSide: "SIDE_BUY", price: "100", quantity: "1" }],
});
export const RECORDED_INSTRUMENT = {
  ...{ instrumentId: "REC-USD", baseAsset: "REC", quoteAsset: "USD", tick: "0.01", lot: "0.01" },
  ...{ minimumNotional: "1", maximumNotional: "1000", defaultMaximumQuantity: "10", makerFee: "0", takerFee: "0" },
  ...{ collar: "0.05", marketModel: MarketModel.RECORDED },
  houseFunds: [
    { asset: "REC", amount: "100" },
    { asset: "USD", amount: "10000" },
  ],
};

/** One for every method that changes something, and for the preview, which is checked as strictly. */
export const examples: readonly Example[] = [
  example(submitOrder, { ...NAMED, order: ORDER }, TERMS),
  example(previewOrder, { accountId: "demo", order: ORDER }, TERMS),
  example(
    submitOrders,
    { accountId: "demo", entries: [{ requestId: "hostile", order: ORDER }] },
    {
      "entries.*.order.quantity": TERMS["order.quantity"] as JsonValue[],
      "entries.*.order.limitPrice": TERMS["order.limitPrice"] as JsonValue[],
      "entries.*.requestId": ["", "x".repeat(65), "é", "a\nb"],
    },
  ),
  example(replaceOrder, { ...NAMED, orderId: "01nosuchorder", quantity: "1", limitPrice: "100", expectedVersion: "1" }),
  example(cancelOrder, { ...NAMED, orderId: "01nosuchorder" }),
  example(cancelOrders, { ...NAMED, instrumentId: "BTC-USD", side: "SIDE_BUY" }),
  example(createAccount, { requestId: "hostile", accountId: "hostile", ownerId: "hostile" }),
  example(depositFunds, { ...NAMED, amount: { asset: "USD", amount: "1" } }, AMOUNTS),
  example(withdrawFunds, { ...NAMED, amount: { asset: "USD", amount: "1" } }, AMOUNTS),
  example(setLimits, { ...NAMED, limits: LIMITS }),
  example(
    InstrumentService.method.defineInstrument,
    { requestId: "hostile", instrument: INSTRUMENT },
    {
      "instrument.tick": ["0", "0.000000001"],
      "instrument.lot": ["0", "0.000000001"],
      "instrument.version": ["1"],
    },
  ),
  example(identity.createLoginLink, { userId: "local", lifetime: "60s" }, { lifetime: ["0s", "-1s", "3601s"] }),
  example(identity.redeemLoginLink, { token: "x".repeat(40) }),
  example(identity.refreshToken, { refreshToken: "x".repeat(40) }),
  example(
    identity.createApiKey,
    { requestId: "hostile", userId: "local", label: "x" },
    { expireTime: ["2001-01-01T00:00:00Z"] },
  ),
  example(identity.revokeApiKey, { keyId: "nosuchkey" }),
  example(
    identity.createUser,
    { userId: "hostile", roles: ["ROLE_AUDITOR"] },
    { roles: [["ROLE_TRADER"], ["ROLE_ADMIN", "ROLE_ADMIN"], [0]] },
  ),
  example(identity.setRoles, { userId: "nosuchuser", roles: ["ROLE_AUDITOR"] }, { roles: [["ROLE_VIEWER"], [0]] }),
  example(identity.disableUser, { userId: "nosuchuser" }),
  example(
    identity.grantAccount,
    { userId: "nosuchuser", grant: GRANT },
    { "grant.role": ["ROLE_ADMIN", "ROLE_UNSPECIFIED"] },
  ),
  example(identity.revokeAccountGrant, { userId: "nosuchuser", grant: GRANT }),
];
