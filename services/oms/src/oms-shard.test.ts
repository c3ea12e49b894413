import { OrderEventCodec } from "@atlas/gen/atlas/log/v1/order_event_codec";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { decode, encode } from "@atlas/gen/codec/codec";
import { stateHash } from "@atlas/platform/shard/state-hash";
import { describe, expect, test } from "vitest";
import { OmsShard } from "./oms-shard.ts";
import { dice, randomFlow } from "./testing/random-flow.ts";
import { bytesOf, decideLogged, digest, type ShardFlow } from "./testing/shard-flow.ts";

interface Slab {
  readonly key: string;
  readonly stamp: number;
  readonly bytes: Uint8Array;
}

const STEPS = 400;

/** Events as who reads the log gets them. */
function logged(events: readonly OrderEvent[]): OrderEvent[] {
  return events.map((event) => decode(OrderEventCodec, encode(OrderEventCodec, event)));
}

describe("I10 D6: a shard is a function of its inputs", () => {
  test("decided again from the start, it says the same bytes and comes to the same state", () => {
    const flow = randomFlow(1, STEPS);
    const again = new OmsShard(0, 1);
    const events = flow.inputs.flatMap((input) => decideLogged(again, input));
    expect(firstDifference(events, flow.events)).toBeUndefined();
    expect(stateHash(again.slabs, digest)).toBe(stateHash(flow.shard.slabs, digest));
  });

  test("its events alone bring another to the same state", () => {
    const flow = randomFlow(2, STEPS);
    const again = new OmsShard(0, 1);
    for (const event of logged(flow.events)) again.evolve(event);
    expect(stateHash(again.slabs, digest)).toBe(stateHash(flow.shard.slabs, digest));
    expect(again.cause).toEqual(flow.shard.cause);
    expect(again.logTime).toBe(flow.shard.logTime);
  });

  test("a repeat of an event changes nothing", () => {
    const flow = randomFlow(3, 100);
    const before = stateHash(flow.shard.slabs, digest);
    for (const event of logged(flow.events)) flow.shard.evolve(event);
    expect(stateHash(flow.shard.slabs, digest)).toBe(before);
  });

  test("I21 S20: from any image, its slabs of different moments, it goes on as if it had never stopped", () => {
    for (const seed of [4, 5, 6, 7]) {
      const roll = dice(seed);
      const images: Map<string, Slab>[] = [];
      const kept = new Map<string, Slab>();
      const flow = randomFlow(seed, STEPS, ({ shard }) => {
        const keys = shard.slabs.keys();
        if (roll(4) === 0) keep(shard, kept, keys[roll(keys.length)] as string);
        if (roll(40) !== 0) return;
        for (const key of keys) if (!kept.has(key)) keep(shard, kept, key);
        images.push(new Map(kept));
      });
      for (const image of images) checkRecovery(flow, image, roll);
    }
  });
});

/** Events of one input stand in one frame (S13): an end of the log never parts them. */
function wholeInputs(events: readonly OrderEvent[], count: number): number {
  let end = count;
  while (end > 0 && end < events.length && events[end]?.cause?.offset === events[end - 1]?.cause?.offset) end++;
  return end;
}

/** The first pair of events that are not the same bytes. */
function firstDifference(left: readonly OrderEvent[], right: readonly OrderEvent[]): unknown {
  const [one, other] = [bytesOf(left), bytesOf(right)];
  const at = one.findIndex((bytes, index) => bytes !== other[index]);
  if (at >= 0) return [left[at], right[at]];
  return left.length === right.length ? undefined : [left.length, right.length];
}

function keep(shard: OmsShard, kept: Map<string, Slab>, key: string): void {
  kept.set(key, { key, stamp: shard.sequence, bytes: shard.slabs.copy(key) });
}

/** Gives up half an image, restores it whole, applies the events above its stamps up to some point, then decides on. */
function checkRecovery(flow: ShardFlow, image: Map<string, Slab>, roll: (bound: number) => number): void {
  const shard = new OmsShard(0, 1);
  const slabs = [...image.values()];
  const stamps = slabs.map(({ stamp }) => stamp);
  const highest = Math.max(...stamps);
  const end = wholeInputs(flow.events, highest + roll(flow.events.length - highest + 1));
  for (const { key, stamp, bytes } of slabs.slice(roll(slabs.length))) shard.slabs.restore(key, stamp, bytes);
  shard.slabs.clear();
  expect(stateHash(shard.slabs, digest)).toBe(stateHash(new OmsShard(0, 1).slabs, digest));
  for (const { key, stamp, bytes } of slabs) shard.slabs.restore(key, stamp, bytes);
  for (const event of logged(flow.events.slice(Math.min(...stamps), end))) shard.evolve(event);
  while (shard.workOpen) shard.advance();
  const cause = shard.cause?.offset ?? -1;
  const decided = flow.inputs.slice(cause + 1).flatMap((input) => decideLogged(shard, input));
  const before = flow.events.length - decided.length;
  expect(firstDifference(decided, flow.events.slice(before))).toBeUndefined();
  expect(stateHash(shard.slabs, digest)).toBe(stateHash(flow.shard.slabs, digest));
}

test("I18 S13: every input of a client or a venue has an event that cites its position and its command", () => {
  const { events, inputs } = randomFlow(8, STEPS);
  const cited = new Set(events.map(({ cause }) => Number(cause?.offset)));
  expect(inputs.map((_, offset) => cited.has(offset))).toEqual(inputs.map(() => true));
  for (const [index, event] of events.entries()) {
    expect(Number(event.sequence)).toBe(index + 1);
    expect(event.eventId).toBe(`oms/0:${index + 1}`);
  }
});

test("a changed slab says so: what is copied at its last change equals what is copied later", () => {
  const copies = new Map<string, { at: number; text: string }>();
  const check = ({ shard }: ShardFlow) => {
    for (const key of shard.slabs.keys()) {
      const text = Buffer.from(shard.slabs.copy(key)).toString("base64");
      const at = shard.slabs.changedAt(key);
      const before = copies.get(key);
      if (before?.at === at) expect([key, text === before.text]).toEqual([key, true]);
      copies.set(key, { at, text });
    }
  };
  randomFlow(9, 150, check);
});
