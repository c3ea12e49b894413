import { encode } from "@atlas/gen/codec/codec";
import { expect, test } from "vitest";
import { EventOutputs } from "./event-outputs.ts";
import type { EventsPlace } from "./output-positions.ts";
import { digest, TallyPlatform } from "./testing/tally-platform.ts";
import { tallyKind } from "./testing/tally-shard.ts";

test("S14, S21: events that stand by another's hand are acknowledged as they are decided, and not put there again", async () => {
  const platform = new TallyPlatform();
  const { shard } = await platform.own();
  await platform.send(["a", "b", "a", "c", "b"], 1);
  const events = await platform.events();
  const before = (await platform.frames("orders.events")).length;
  const { log, store, clock } = platform;
  const places: EventsPlace[] = [];
  const ports = { log, store, clock, digest, warn: () => undefined, writer: "heir" };
  const outputs = new EventOutputs(ports, tallyKind, shard, 0, (place) => void places.push(place));
  const encoded = events.map((event) => encode(tallyKind.events.codec, event));
  outputs.takeOver({ events: events.slice(0, 2), encoded: encoded.slice(0, 2), ends: [1, 2] }, 4);
  outputs.emit(events.slice(2, 3), encoded.slice(2, 3), [1]);
  expect(places.map(({ sequence }) => sequence)).toEqual([2, 3]);
  outputs.emit(events.slice(3), encoded.slice(3), [1, 2]);
  expect(places.map(({ sequence }) => sequence)).toEqual([2, 3, 4]);
  await platform.clock.advance(100);
  expect(outputs.eventsPlace().sequence).toBe(5);
  const added = (await platform.frames("orders.events")).slice(before);
  expect(added.map(({ header, count }) => [Number(header.firstNumber), count])).toEqual([[5, 1]]);
});
