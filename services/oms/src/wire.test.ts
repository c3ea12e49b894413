import { OrderEventCodec } from "@atlas/gen/atlas/log/v1/order_event_codec";
import { type OrderEvent, OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { ExecutionReportSchema } from "@atlas/gen/atlas/order/v1/execution_report_pb";
import { ExecutionType, type Order, OrderSchema, OrderStatus, RefusedBy } from "@atlas/gen/atlas/order/v1/order_pb";
import { VenueCommandCodec } from "@atlas/gen/atlas/venue/v1/venue_codec";
import { VenueCommandSchema } from "@atlas/gen/atlas/venue/v1/venue_pb";
import { decode, encode } from "@atlas/gen/codec/codec";
import { advanceOrder, orderMadeBy } from "@atlas/platform/wire/order/advance-order";
import { executionReportOf } from "@atlas/platform/wire/order/execution-report";
import { isFinal } from "@atlas/platform/wire/order/final-status";
import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { createValidator } from "@bufbuild/protovalidate";
import { describe, expect, test } from "vitest";
import { OmsShard } from "./oms-shard.ts";
import { randomFlow } from "./testing/random-flow.ts";
import type { ShardFlow } from "./testing/shard-flow.ts";

const validator = createValidator();

function checkContract<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>): void {
  const { kind, error } = validator.validate(schema, message);
  expect([kind, error?.message, kind === "valid" ? undefined : message]).toEqual(["valid", undefined, undefined]);
}

const flow = randomFlow(11, 500);

describe("S12: whatever leaves the shard is a function of one event", () => {
  test("a shard that knows nothing sends the same to the venues, and reports the same", () => {
    const stranger = new OmsShard(0, 1);
    for (const event of flow.events) {
      const read = decode(OrderEventCodec, encode(OrderEventCodec, event));
      expect(stranger.linkMessages(read)).toEqual(flow.shard.linkMessages(event));
      expect(executionReportOf(read)).toEqual(executionReportOf(event));
    }
  });

  test("I13: what goes to a venue is what was accepted, under numbers without a hole", () => {
    const messages = flow.events.flatMap((event) => flow.shard.linkMessages(event));
    expect(messages.map(({ number }) => number)).toEqual(messages.map((_, index) => index + 1));
    for (const { bytes } of messages) {
      const { command } = decode(VenueCommandCodec, bytes);
      if (command.case !== "place") continue;
      const { orderId, quantity, limitPrice, version } = command.value;
      const made = flow.events.map(orderMadeBy).find((order) => order?.orderId === orderId);
      expect([quantity, limitPrice, version]).toEqual([made?.quantity, made?.limitPrice, made?.version]);
    }
  });
});

test("every event, report and venue command satisfies the contract's own rules", () => {
  for (const event of flow.events) {
    checkContract(OrderEventSchema, event);
    const report = executionReportOf(event);
    if (report !== undefined) checkContract(ExecutionReportSchema, report);
    const order = orderMadeBy(event);
    if (order !== undefined) checkContract(OrderSchema, order);
    for (const { bytes } of flow.shard.linkMessages(event))
      checkContract(VenueCommandSchema, decode(VenueCommandCodec, bytes));
  }
});

test("an order told by its events alone is the order as the shard holds it, at every step", () => {
  const seen = new Map<string, Order>();
  let read = 0;
  const check = ({ shard, events }: ShardFlow) => {
    for (; read < events.length; read++) apply(seen, events[read] as OrderEvent);
    for (const { order } of shard.openOrders()) expect(seen.get(order.orderId)).toEqual(order);
    const open = [...seen.values()].filter(({ status }) => !isFinal(status));
    expect(open).toHaveLength(shard.state.orders.size);
  };
  randomFlow(12, 200, check);
  for (const order of seen.values()) {
    if (order.status === OrderStatus.REJECTED) expect(order.refusedBy).not.toBe(RefusedBy.UNSPECIFIED);
    if (isFinal(order.status) && order.status !== OrderStatus.FILLED) expect(order.refusal).toBeDefined();
  }
});

function apply(seen: Map<string, Order>, event: OrderEvent): void {
  const made = orderMadeBy(event);
  const before = seen.get(event.orderId);
  if (made !== undefined) seen.set(event.orderId, made);
  else if (before !== undefined) {
    const after = advanceOrder(before, event);
    expect(advanceOrder(after, event)).toBe(after);
    seen.set(event.orderId, after);
  }
}

test("a report says what its event says, and each order's begins with its acceptance", () => {
  const reports = flow.events.map(executionReportOf).filter((report) => report !== undefined);
  expect(new Set(reports.map(({ executionId }) => executionId)).size).toBe(reports.length);
  const versions = new Map<string, bigint>();
  for (const report of reports) {
    expect(report.version).toBe((versions.get(report.orderId) ?? 0n) + 1n);
    versions.set(report.orderId, report.version);
    expect(report.lastQuantity !== "").toBe(report.executionType === ExecutionType.TRADE);
    expect(report.averagePrice !== "").toBe(report.cumulativeQuantity !== "0");
  }
});
