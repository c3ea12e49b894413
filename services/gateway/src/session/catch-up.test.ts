import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { PrincipalSchema, UserSchema } from "@atlas/gen/atlas/identity/v1/identity_pb";
import { type OrderEvent, OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { Role } from "@atlas/gen/atlas/options/v1/options_pb";
import { TradeRequestSchema } from "@atlas/gen/atlas/order/v1/order_session_service_pb";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { memoryStore } from "@atlas/platform/memory/memory-store";
import { seededChance } from "@atlas/platform/memory/seeded-chance";
import { OwnerMemory } from "@atlas/platform/query/testing/owner-memory";
import type { RefusalError } from "@atlas/platform/refusal/refusal-error";
import { silentJournal } from "@atlas/platform/telemetry/journal";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { type EventHistory, eventHistory } from "../follow/event-history.ts";
import type { AccountListener, OrderEvents } from "../follow/order-events.ts";
import type { OrderDesk } from "../order/order-desk.ts";
import { USUAL_ROOM } from "../unread-room.ts";
import { Session } from "./session.ts";

const accountId = "ann";
/** More than anything here reads at once, and than it ever did. */
const BEHIND = 110_000;
const accepted = create(OrderEventSchema, {
  ...{ accountId, shard: "oms/0" },
  event: { case: "orderAccepted", value: { order: { accountId } } },
});
const eventAt = (sequence: number): OrderEvent => ({ ...accepted, sequence: BigInt(sequence) });

/** A session of an account, which resumes from a cursor while its gateway has heard of everything up to `position`. */
function resume(after: number, position: number, history: EventHistory) {
  const clock = manualClock({ turn: () => new Promise((resolve) => void setImmediate(resolve)) });
  const ended: (Reason | undefined)[] = [];
  const told: number[] = [];
  let heard = position;
  let listener: AccountListener | undefined;
  const events: Partial<OrderEvents> = {
    shardOf: () => 0,
    position: () => heard,
    watch(_accountId, one) {
      listener = one;
      return () => {
        listener = undefined;
      };
    },
  };
  const sink = {
    bufferedBytes: 0,
    ...{ hold: () => {}, release: () => {} },
    end: (error: RefusalError | undefined) => void ended.push(error?.refusal.reason),
    /** Hears of each report. */
    report: () => {},
    send({ response }: { response: { case?: string | undefined; value?: unknown } }) {
      if (response.case !== "report") return;
      told.push(Number((response.value as { sequence: bigint }).sequence));
      this.report();
    },
  };
  const context = {
    ...{ desk: {} as OrderDesk, events: events as OrderEvents, history, clock },
    ...{ credentials: { watch: () => () => {} }, chance: seededChance(1), journal: silentJournal, room: USUAL_ROOM },
    over: () => {},
  };
  const user = create(UserSchema, { userId: "ann", grants: [{ accountId, role: Role.TRADER }] });
  const caller = { principal: create(PrincipalSchema, { userId: "ann" }), user, internal: false };
  const session = new Session(context, caller, sink);
  const value = { accountId, resumeCursor: `oms/0:${after}` };
  session.receive(create(TradeRequestSchema, { clientSequence: 1n, request: { case: "open", value } }));
  /** The gateway hears of the account's next events. */
  const hear = (through: number) => {
    while (heard < through) listener?.event(eventAt(++heard));
  };
  const until = async (done: () => boolean) => {
    for (let turn = 0; turn < 1_000 && !done() && ended.length === 0; turn++) await clock.advance(1);
  };
  return { session, clock, sink, told, ended, hear, until };
}

/** The history of an account whose owner has every event, from 1 through the last, a part of them stored. */
async function kept(last: number, stored: number): Promise<{ owner: OwnerMemory; history: EventHistory }> {
  const store = memoryStore({ clock: manualClock() });
  const owner = new OwnerMemory(
    accountId,
    store,
    Array.from({ length: last }, (_, index) => eventAt(index + 1)),
  );
  await owner.storeThrough(stored);
  return { owner, history: eventHistory({} as OrderEvents, owner.shards, store) };
}

/** The history of an account with events at these sequences, and each range that was asked for. */
function scattered(sequences: readonly number[]) {
  const asked: { readonly after: number; readonly through: number; readonly found: number }[] = [];
  const history: EventHistory = async ({ after, through }, limit) => {
    const found = sequences.filter((sequence) => sequence > after && sequence <= through);
    asked.push({ after, through, found: found.length });
    return found.length > limit ? undefined : found.map(eventAt);
  };
  return { history, asked };
}

const inOrder = (after: number, through: number) =>
  Array.from({ length: through - after }, (_, index) => after + index + 1);

test("S15: a session is told of all that is behind its cursor, however much, in order and once, and of what comes meanwhile", async () => {
  const last = BEHIND + 1_000;
  const { owner, history } = await kept(last, BEHIND / 2);
  const { told, ended, hear, until } = resume(5, BEHIND, history);
  let through = BEHIND;
  owner.asked = () => {
    through = Math.min(last, through + 40);
    hear(through);
  };
  await until(() => told.length === last - 5 && through === last);
  expect([ended, through]).toEqual([[], last]);
  expect(told).toEqual(inOrder(5, last));
});

test("S24: a client that goes away in the middle of what it missed ends the reading", async () => {
  const { owner, history } = await kept(BEHIND, 0);
  const { session, sink, clock, told } = resume(5, BEHIND, history);
  let read = 0;
  sink.report = () => {
    if (told.length < 100) return;
    read = owner.given.length;
    session.abort();
  };
  await clock.advance(1_000);
  expect([told.length, owner.given.length - read]).toEqual([100, 0]);
  expect(read).toBeGreaterThan(0);
});

test("F22: the next page of what a session missed is read when the client has taken most of the one before", async () => {
  const { history, asked } = scattered(inOrder(0, 20_000));
  const { told, ended, sink, clock } = resume(0, 20_000, history);
  sink.report = () => {
    sink.bufferedBytes = USUAL_ROOM.sessionBytes / 2 + 1;
  };
  await clock.advance(5_000);
  const first = told.length;
  const calls = asked.length;
  expect([first > 0, first < 20_000]).toEqual([true, true]);
  sink.bufferedBytes = 0;
  await clock.advance(5_000);
  expect([told.length > first, asked.length]).toEqual([true, calls + 1]);
  await clock.advance(15_000);
  expect([ended, asked.length]).toEqual([[Reason.BUSY], calls + 1]);
  expect(told).toEqual(inOrder(0, told.length));
});

test.each([
  ["few events in many sequences are read at once", [7, 3_000_000, 59_999_999], 1],
  ["many behind which few follow", [...inOrder(0, 12_000), ...inOrder(0, 1_000).map((one) => one * 60_000)], 40],
])("%s", async (_, sequences, most) => {
  const last = 60_000_000;
  const sorted = [...new Set(sequences)].sort((left, right) => left - right);
  const { history, asked } = scattered(sorted);
  const { told, ended, until } = resume(0, last, history);
  await until(() => told.length === sorted.length);
  expect([told, ended]).toEqual([sorted, []]);
  expect(asked.length).toBeLessThanOrEqual(most);
  expect(asked.at(-1)?.through).toBe(last);
});

test("F22: a session that goes through pages holds nothing of what comes meanwhile: it is read with those that follow", async () => {
  const sequences = inOrder(0, 100_000);
  const { history, asked } = scattered(sequences);
  const { told, ended, sink, clock, hear } = resume(0, 20_000, history);
  sink.report = () => {
    sink.bufferedBytes = USUAL_ROOM.sessionBytes / 2 + 1;
  };
  await clock.advance(1_000);
  expect([told.length > 0, asked.at(-1)?.through === 20_000]).toEqual([true, false]);
  hear(100_000);
  sink.report = () => {};
  sink.bufferedBytes = 0;
  await clock.advance(1_000);
  expect(ended).toEqual([]);
  expect(told).toEqual(sequences);
});
