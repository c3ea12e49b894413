import { type OrderCommand, OrderCommandSchema } from "@atlas/gen/atlas/log/v1/order_command_pb";
import { OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { CauseModel } from "./cause-model.ts";
import type { Logged } from "./log-reading.ts";
import { Violations } from "./violations.ts";

const GATEWAY = "gA";
const SHARD = "venue/0";

function input(offset: number, source: string, number: number): Logged<OrderCommand> {
  const message = create(OrderCommandSchema, {});
  const place = { partition: 0, offset, index: 0, appendTime: 0, writer: source };
  return { ...place, source, number, message, bytes: new Uint8Array() };
}

/** What is found with these inputs, and events that cite these offsets. */
function found(inputs: readonly Logged<OrderCommand>[], cited: readonly number[], isOver = false): string[] {
  const violations = new Violations();
  const model = new CauseModel(violations);
  for (const one of inputs) model.takeInput(one);
  for (const offset of cited) {
    const cause = { offset: BigInt(offset), index: 0 };
    model.takeEvent(0, create(OrderEventSchema, { cause, commandId: "same" }));
  }
  if (isOver) model.end();
  return violations.found;
}

const TWO = [input(0, GATEWAY, 1), input(1, GATEWAY, 2)];

test("D27, I18: an input that has no event is seen as one behind it has its own", () => {
  expect(found(TWO, [1])).toEqual(["I18: undefined of gA #1 at 0:0:0 is lost"]);
});

test("D27, I18: an input may wait for its event; at the end none does", () => {
  expect(found(TWO, [0])).toEqual([]);
  expect(found(TWO, [0], true)).toEqual(["I18: undefined of gA #2 at 0:1:0 is lost"]);
});

test("D27, I18: a repeat, or what jumps over a number of a shard's link, has no event", () => {
  const all = [...TWO, input(2, GATEWAY, 2), input(3, SHARD, 1), input(4, SHARD, 3)];
  expect(found(all.slice(2), [2, 3], true)).toEqual(["I18: command same was decided at 0:2:0 and at 0:3:0"]);
  expect(found([input(2, GATEWAY, 2), input(3, GATEWAY, 2)], [2, 3])[0]).toMatch(/#2 at 0:3:0 is cited twice$/);
  expect(found([input(3, SHARD, 1), input(4, SHARD, 3)], [3, 4])[0]).toMatch(/#3 at 0:4:0 is cited twice$/);
});

test("D27, I18: a command that was decided at two inputs is seen", () => {
  expect(found(TWO, [0, 1])).toEqual(["I18: command same was decided at 0:0:0 and at 0:1:0"]);
});

test("I18: several events may cite one input", () => {
  expect(found(TWO.slice(0, 1), [0, 0, 0], true)).toEqual([]);
});
