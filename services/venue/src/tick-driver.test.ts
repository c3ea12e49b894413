import { crc32 } from "node:zlib";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { memoryLog } from "@atlas/platform/memory/memory-log";
import { memoryStore } from "@atlas/platform/memory/memory-store";
import { topics } from "@atlas/platform/topic/topics";
import { expect, test } from "vitest";
import { TickDriver } from "./tick-driver.ts";
import type { VenueShard } from "./venue-shard.ts";

/** What the driver looks at: the instruments, and how many orders of clients are open in each. */
function shardOf(number: number, books: readonly [instrumentId: string, openOrders: number][]): VenueShard {
  const state = {
    tickNumber: 0,
    settings: { shard: number },
    books: books.map(([instrumentId, openOrders]) => ({
      instrument: { instrumentId },
      handleOf: new Map(Array.from({ length: openOrders }, (_, order) => [order, order])),
    })),
  };
  return { name: `venue/${number}`, state } as unknown as VenueShard;
}

test("S10: a shard ticks ten times a second while it is watched or has a client's order, else once; never without a book", async () => {
  const clock = manualClock();
  const log = memoryLog({ clock });
  const digest = { sha256: () => new Uint8Array(32), crc32 };
  const ports = { log, store: memoryStore({ clock }), clock, digest, warn: () => undefined, writer: "w" };
  const shards = [
    shardOf(0, [["WATCHED", 0]]),
    shardOf(1, [
      ["QUIET", 0],
      ["TRADED", 1],
    ]),
    shardOf(2, [["ALSO-QUIET", 0]]),
    shardOf(3, []),
  ];
  const driver = new TickDriver(ports, shards, { watched: 100, quiet: 1_000 }, (id) => id === "WATCHED");
  driver.start();
  await clock.advance(5_000);
  driver.stop();
  const ticks = await Promise.all(
    shards.map(async (_, number) => (await log.range(topics.venueOrders.name, number)).end),
  );
  expect(ticks).toEqual([50, 50, 5, 0]);
});
