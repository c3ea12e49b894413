import { crc32 } from "node:zlib";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { memoryLog } from "@atlas/platform/memory/memory-log";
import { memoryStore } from "@atlas/platform/memory/memory-store";
import { topics } from "@atlas/platform/topic/topics";
import { expect, test } from "vitest";
import { TickDriver, type TickedVenue } from "./tick-driver.ts";
import type { VenueShard } from "./venue-shard.ts";

/** What the driver looks at: the instruments, how many orders of clients are open in each, and whether it still decides. */
function venueOf(
  number: number,
  books: readonly [instrumentId: string, openOrders: number][],
  hasFailed = false,
): TickedVenue {
  const state = {
    tickNumber: 0,
    settings: { shard: number },
    books: books.map(([instrumentId, openOrders]) => ({
      instrument: { instrumentId },
      handleOf: new Map(Array.from({ length: openOrders }, (_, order) => [order, order])),
    })),
  };
  return { shard: { name: `venue/${number}`, state } as unknown as VenueShard, owner: { hasFailed } };
}

test("S10: a shard ticks ten times a second while it is watched or has a client's order, else once; never without a book, nor once it has failed", async () => {
  const clock = manualClock();
  const log = memoryLog({ clock });
  const digest = { sha256: () => new Uint8Array(32), crc32 };
  const ports = { log, store: memoryStore({ clock }), clock, digest, warn: () => undefined, writer: "w" };
  const venues = [
    venueOf(0, [["WATCHED", 0]]),
    venueOf(1, [
      ["QUIET", 0],
      ["TRADED", 1],
    ]),
    venueOf(2, [["ALSO-QUIET", 0]]),
    venueOf(3, []),
    venueOf(4, [["WATCHED", 0]], true),
  ];
  const driver = new TickDriver(ports, venues, { watched: 100, quiet: 1_000 }, (id) => id === "WATCHED");
  driver.start();
  await clock.advance(5_000);
  driver.stop();
  const ticks = await Promise.all(
    venues.map(async (_, number) => (await log.range(topics.venueOrders.name, number)).end),
  );
  expect(ticks).toEqual([50, 50, 5, 0, 0]);
});
