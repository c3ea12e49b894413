import { createHash } from "node:crypto";
import { DepositFundsSchema, WithdrawFundsSchema } from "@atlas/gen/atlas/account/v1/account_pb";
import type { OrderCommand } from "@atlas/gen/atlas/log/v1/order_command_pb";
import { ReplaceOrderSchema, SubmitOrderSchema } from "@atlas/gen/atlas/order/v1/order_command_pb";
import {
  NewOrderSchema,
  OrderSchema,
  OrderType,
  SelfTradePrevention,
  Side,
  TimeInForce,
} from "@atlas/gen/atlas/order/v1/order_pb";
import type { Digest } from "@atlas/platform/ports/digest";
import { orderIdOf } from "@atlas/platform/text/order-id";
import { create, type Message, type MessageInitShape } from "@bufbuild/protobuf";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalDecimal } from "./canonical.ts";
import { contentDigest } from "./content-digest.ts";
import { differingField } from "./difference.ts";
import { needsNoEvidence, requestTime } from "./request-time.ts";

const digest: Digest = { sha256: (content) => createHash("sha256").update(content).digest(), crc32: () => 0 };
type Terms = Omit<Exclude<MessageInitShape<typeof NewOrderSchema>, Message>, "$unknown">;
const terms: Terms = {
  instrumentId: "BTC-USD",
  side: Side.BUY,
  type: OrderType.LIMIT,
  quantity: "1",
  limitPrice: "100",
};

const orderOf = (fields: Terms = {}) => create(NewOrderSchema, { ...terms, ...fields });
const submit = (fields: Terms = {}): OrderCommand["command"] => ({
  case: "submit",
  value: create(SubmitOrderSchema, { order: orderOf(fields) }),
});
const text = (command: OrderCommand["command"]) => Buffer.from(contentDigest(digest, command)).toString("hex");

describe("what a repeat must share (S18)", () => {
  test.each<Terms>([
    { quantity: "1.0" },
    { limitPrice: "100.000" },
    { timeInForce: TimeInForce.GTC },
    { selfTradePrevention: SelfTradePrevention.CANCEL_NEWEST },
  ])("%o is the same content", (fields) => {
    expect(text(submit(fields))).toBe(text(submit()));
  });

  test.each<Terms>([
    { quantity: "1.1" },
    { limitPrice: "" },
    { side: Side.SELL },
    { timeInForce: TimeInForce.DAY },
    { postOnly: true },
    { clientOrderId: "x" },
    { hidden: true },
    { trailing: { case: "trailingOffsetPrice", value: "1" } },
    { peg: { reference: 1 } },
    { expireTime: { seconds: 1n } },
    { groupId: "g" },
  ])("%o is other content, and the field is named", (fields) => {
    expect(text(submit(fields))).not.toBe(text(submit()));
    const order = create(OrderSchema, { ...terms, timeInForce: TimeInForce.GTC, selfTradePrevention: 1 });
    const named = differingField(order, orderOf(fields));
    const key = Object.keys(fields)[0] ?? "";
    const inner =
      { trailing: "trailing_offset_price", peg: "peg.reference" }[key] ??
      key.replace(/[A-Z]/g, (one) => `_${one.toLowerCase()}`);
    expect(named).toBe(`order.${inner}`);
  });

  test("the same amount in and out, or the same change by another method, is other content", () => {
    const amount = { asset: "USD", amount: "1.50" };
    const deposit = text({ case: "deposit", value: create(DepositFundsSchema, { amount }) });
    expect(deposit).not.toBe(text({ case: "withdraw", value: create(WithdrawFundsSchema, { amount }) }));
    expect(deposit).toBe(
      text({ case: "deposit", value: create(DepositFundsSchema, { amount: { ...amount, amount: "1.5" } }) }),
    );
    const replace = (quantity: string) =>
      text({ case: "replace", value: create(ReplaceOrderSchema, { orderId: "o", quantity }) });
    expect(replace("2.0")).toBe(replace("2"));
    expect(replace("")).not.toBe(replace("2"));
  });

  test("a decimal has one canonical text, of the same value", () => {
    const digits = fc.stringMatching(/^-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,9})?$/);
    fc.assert(
      fc.property(digits, fc.nat(5), (decimal, zeros) => {
        const longer = decimal.includes(".") ? decimal + "0".repeat(zeros) : decimal;
        expect(canonicalDecimal(longer)).toBe(canonicalDecimal(decimal));
        expect(Number(canonicalDecimal(decimal))).toBe(Number(decimal) + 0);
        expect(canonicalDecimal(decimal)).not.toMatch(/\.$|\.\d*0$|^-0$/);
      }),
    );
  });
});

describe("ids", () => {
  test("an order's id is its shard and a hash of account and request, and nothing else", () => {
    const id = orderIdOf(digest, 10, "demo", "r1");
    expect(id).toMatch(/^0a[A-Za-z0-9_-]{20}$/);
    expect(orderIdOf(digest, 10, "demo", "r1")).toBe(id);
    const others = [
      orderIdOf(digest, 10, "demo", "r2"),
      orderIdOf(digest, 10, "demor", "1"),
      orderIdOf(digest, 10, "dem", "or1"),
    ];
    expect(new Set([id, ...others]).size).toBe(4);
  });

  test.each([
    ["0189d5c4-7c1e-7a8b-9c3d-5e6f7a8b9c0d", 0x0189d5c47c1e],
    ["0189D5C4-7C1E-7A8B-9C3D-5E6F7A8B9C0D", 0x0189d5c47c1e],
    ["0189d5c4-7c1e-4a8b-9c3d-5e6f7a8b9c0d", undefined],
    ["0189d5c4-7c1e-7a8b-cc3d-5e6f7a8b9c0d", undefined],
    ["0189d5c47c1e7a8b9c3d5e6f7a8b9c0d", undefined],
    ["an order", undefined],
  ])("the time of request id %s is %s", (id, time) => {
    expect(requestTime(id)).toBe(time);
    if (time === undefined) expect(needsNoEvidence(id, 0)).toBe(false);
    else expect([needsNoEvidence(id, time + 200_000), needsNoEvidence(id, time + 300_000)]).toEqual([true, false]);
  });
});
