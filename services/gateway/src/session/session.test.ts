import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { PrincipalSchema, UserSchema } from "@atlas/gen/atlas/identity/v1/identity_pb";
import { type OrderEvent, OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { Role } from "@atlas/gen/atlas/options/v1/options_pb";
import { TradeRequestSchema } from "@atlas/gen/atlas/order/v1/order_session_service_pb";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { seededChance } from "@atlas/platform/memory/seeded-chance";
import type { RefusalError } from "@atlas/platform/refusal/refusal-error";
import { silentJournal } from "@atlas/platform/telemetry/journal";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import type { EventHistory } from "../follow/event-history.ts";
import type { AccountListener, OrderEvents } from "../follow/order-events.ts";
import type { OrderDesk } from "../order/order-desk.ts";
import { USUAL_ROOM } from "../unread-room.ts";
import { Session } from "./session.ts";

/** What a session holds while older events are fetched. */
const MOST = 10_000;

/** A session that resumes 5 events back, and what of the world it hears and says. */
function resuming(position = 10) {
  const ended: (RefusalError | undefined)[] = [];
  const fetched = Promise.withResolvers<readonly OrderEvent[] | undefined>();
  const over: AbortSignal[] = [];
  const history: EventHistory = (_range, _most, signal) => {
    over.push(signal);
    return fetched.promise;
  };
  let listener: AccountListener | undefined;
  const events: Partial<OrderEvents> = {
    shardOf: () => 0,
    position: () => position,
    watch(_accountId, heard) {
      listener = heard;
      return () => {
        listener = undefined;
      };
    },
  };
  const context = {
    ...{ desk: {} as OrderDesk, events: events as OrderEvents, history },
    ...{
      credentials: { watch: () => () => {} },
      clock: manualClock(),
      chance: seededChance(1),
      journal: silentJournal,
      room: USUAL_ROOM,
    },
    over: () => {},
  };
  const user = create(UserSchema, { userId: "ann", grants: [{ accountId: "ann", role: Role.TRADER }] });
  const caller = { principal: create(PrincipalSchema, { userId: "ann" }), user, internal: false };
  const cursors: string[] = [];
  const session = new Session(context, caller, {
    ...{ hold: () => {}, release: () => {}, bufferedBytes: 0 },
    send: ({ cursor }) => void cursors.push(cursor),
    end: (error) => void ended.push(error),
  });
  const value = { accountId: "ann", resumeCursor: "oms/0:5" };
  session.receive(create(TradeRequestSchema, { clientSequence: 1n, request: { case: "open", value } }));
  const hear = (count: number) => {
    for (let one = 1; one <= count; one++)
      listener?.event(create(OrderEventSchema, { sequence: BigInt(10 + one), accountId: "ann", shard: "oms/0" }));
  };
  return { session, hear, ended, cursors, fetched, over };
}

test("F22: a session that catches up holds so many events; one more ends it, with a reason to come again", () => {
  const { hear, ended } = resuming();
  hear(MOST);
  expect(ended).toEqual([]);
  hear(1);
  expect(ended.map((error) => error?.refusal.reason)).toEqual([Reason.BUSY]);
});

test("what was held is told once the older events have come", async () => {
  const { session, hear, ended, cursors, fetched } = resuming();
  hear(MOST);
  fetched.resolve([]);
  await fetched.promise;
  await Promise.resolve();
  const value = { accountId: "ann" };
  session.receive(create(TradeRequestSchema, { clientSequence: 2n, request: { case: "open", value } }));
  expect([cursors.at(0), cursors.at(-1), ended]).toEqual(["oms/0:5", `oms/0:${10 + MOST}`, []]);
});

test("a session of an account whose shard is not followed yet is refused, and may be opened again", () => {
  const { ended, cursors } = resuming(-1);
  expect(ended.map((error) => error?.refusal.reason)).toEqual([Reason.NOT_READY]);
  expect(cursors).toEqual([]);
});

test("S24: what a session misses is read for as long as it is there", () => {
  const { session, over } = resuming();
  const ended = () => over.map(({ aborted }) => aborted);
  expect(ended()).toEqual([false]);
  session.abort();
  expect(ended()).toEqual([true]);
});
