import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { PrincipalSchema, UserSchema } from "@atlas/gen/atlas/identity/v1/identity_pb";
import { Channel, SubscribeRequestSchema } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { RefusalError } from "@atlas/platform/refusal/refusal-error";
import { silentJournal } from "@atlas/platform/telemetry/journal";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { USUAL_ROOM } from "../unread-room.ts";
import type { ClientStream } from "./client-stream.ts";
import { MarketGroups } from "./market-groups.ts";
import type { MarketSource } from "./market-source.ts";
import type { StreamContext } from "./stream-context.ts";
import { StreamDesk } from "./stream-desk.ts";

/** Groups that nobody watches go on for so long. */
const LINGER = 30_000;

/** Levels and updates a second of a book. */
type Terms = readonly [depth: number, maxUpdatesPerSecond: number];

function world() {
  const clock = manualClock();
  const counts = { groups: 0, streams: 0 };
  const source: Partial<MarketSource> = {
    market: () => undefined,
    subscribe: () => {
      counts.groups += 1;
      return () => {
        counts.groups -= 1;
      };
    },
  };
  const context: Partial<StreamContext> = {
    markets: new MarketGroups(source as MarketSource, clock),
    isDefined: () => true,
    room: USUAL_ROOM,
    clock,
    journal: silentJournal,
    metrics: { streams: (count) => Object.assign(counts, { streams: count }), resynced: () => undefined },
  };
  const desk = new StreamDesk(context as StreamContext);
  return {
    clock,
    counts,
    open(userId: string, books: readonly Terms[]): ClientStream | RefusalError {
      const subscriptions = books.map(([depth, maxUpdatesPerSecond], index) => {
        return { subscriptionId: `${index}`, channel: Channel.BOOK, instrumentId: "X", depth, maxUpdatesPerSecond };
      });
      const principal = create(PrincipalSchema, { userId });
      const caller = { principal, user: create(UserSchema, { userId }), internal: false };
      try {
        return desk.open(caller, create(SubscribeRequestSchema, { subscriptions }));
      } catch (error) {
        if (error instanceof RefusalError) return error;
        throw error;
      }
    },
  };
}

const books = (depth: number): Terms[] => Array.from({ length: 64 }, (_, perSecond) => [depth, perSecond] as const);
const told = (opened: ClientStream | RefusalError) =>
  opened instanceof RefusalError ? [opened.refusal.reason, opened.refusal.facts] : "open";
const REFUSED = [Reason.OPEN_STREAMS_LIMIT, { open: "128", limit: "128" }];

test("F22: streams of a user watch 128 different things of markets at most, one that is refused leaves nothing behind, and places are free again", async () => {
  const { clock, counts, open } = world();
  const streams = Array.from({ length: 20 }, (_, depth) => open("ann", books(depth + 1)));
  expect(streams.map(told)).toEqual(["open", "open", ...Array.from({ length: 18 }, () => REFUSED)]);
  expect(counts).toEqual({ groups: 128, streams: 2 });
  const again = open("ann", books(1));
  const others = [open("bob", books(2)), open("bob", books(3))];
  expect([again, ...others].map(told)).toEqual(["open", "open", "open"]);
  expect([told(open("ann", books(4))), told(open("bob", [[4, 0]]))]).toEqual([REFUSED, REFUSED]);
  for (const opened of [...streams, again, ...others]) if (!(opened instanceof RefusalError)) opened.close();
  await clock.advance(LINGER);
  expect(counts).toEqual({ groups: 0, streams: 0 });
  expect([open("ann", books(4)), open("ann", books(5)), open("ann", books(6))].map(told)).toEqual([
    ...["open", "open"],
    REFUSED,
  ]);
});

test("F22: what somebody watches may be joined by whoever is at the bound, and counts for each as long as it is in", () => {
  const { counts, open } = world();
  const opened = [open("ann", books(1)), open("ann", books(2)), open("bob", books(3))];
  expect(told(open("ann", books(3)))).toBe("open");
  expect(counts).toEqual({ groups: 192, streams: 4 });
  // Bob keeps what ann opened, and she has places of her own again.
  expect(told(open("bob", books(1)))).toBe("open");
  for (const one of opened) (one as ClientStream).close();
  expect(told(open("ann", books(4)))).toBe("open");
  expect([told(open("ann", [[5, 0]])), told(open("bob", books(5)))]).toEqual([REFUSED, "open"]);
});
