import { systemClock } from "@atlas/adapters/system/system-clock";
import { systemDigest } from "@atlas/adapters/system/system-digest";
import type { Codec } from "@atlas/gen/codec/codec";
import { memoryLog } from "@atlas/platform/memory/memory-log";
import type { Digest } from "@atlas/platform/ports/digest";
import type { InputPosition } from "@atlas/platform/shard/arrival";
import type { EventShard } from "@atlas/platform/shard/event-shard";
import type { EventShardKind } from "@atlas/platform/shard/event-shard-kind";
import type { Topic } from "@atlas/platform/topic/topic";
import { encodeFrame } from "@atlas/platform/wire/codec/frame";
import { describe, expect, test } from "vitest";
import { redecideEventShard } from "./replay-event-shard.ts";

/** So many entries V8 puts into a Map. */
const MAP_ENTRIES = 2 ** 24;
const SHARD = "control/0";
const INPUTS = { name: "control.commands" } as Topic;
const EVENTS = { name: "control.events" } as Topic;
/** As a checksum the length does: what is counted here has no bytes, and is to be counted quickly. */
const digest: Digest = { ...systemDigest(), crc32: ({ length }) => length };
const TRUE = new Uint8Array();
const FORGED = Uint8Array.of(8);

const codec: Codec<number> = {
  typeName: "",
  write: () => undefined,
  read: (reader, end) => {
    reader.pos = end;
    return 0;
  },
};
const kind: EventShardKind<number, number, never> = {
  inputs: { topic: INPUTS, codec },
  events: { topic: EVENTS, codec },
  reports: undefined,
  sequenceOf: (event) => event,
  respond: () => {
    throw new Error("nobody follows");
  },
};

/** Each input makes so many events, which are their sequences; so many were made before the first. */
function counter(each: number, before: number): EventShard<number, number> {
  let sequence = before;
  let cause: InputPosition | undefined;
  return {
    ...{ name: SHARD, logTime: 0, engineVersion: 1, workOpen: false, nextDeadline: undefined },
    get sequence() {
      return sequence;
    },
    get cause() {
      return cause;
    },
    link: () => undefined,
    decide: ({ position }) => {
      cause = position;
      return Array.from({ length: each }, () => ++sequence);
    },
    advance: () => [],
    decideUnreadable: () => [],
    evolve: () => undefined,
    linkMessages: () => [],
    slabs: {
      ...{ keys: () => [], changedAt: () => 0, copy: () => TRUE },
      ...{ restore: () => undefined, clear: () => undefined },
    },
  };
}

/** A log with so many inputs. */
async function logOf(inputs: number) {
  const log = memoryLog({ clock: systemClock() });
  const append = (topic: Topic, firstNumber: number, messages: readonly Uint8Array[]) => {
    const fields = { source: SHARD, writer: "w", firstNumber: BigInt(firstNumber) };
    return log.append(topic.name, 0, encodeFrame(fields, messages, digest));
  };
  for (let input = 0; input < inputs; input++) await append(INPUTS, 0, [TRUE]);
  return {
    /** A frame of events from this sequence on; those that are named are not what is decided. */
    events: (first: number, count: number, forged: readonly number[] = []) =>
      append(
        EVENTS,
        first,
        Array.from({ length: count }, (_, index) => (forged.includes(first + index) ? FORGED : TRUE)),
      ),
    broken: () => log.append(EVENTS.name, 0, Uint8Array.of(1, 2, 3)),
    trim: (before: number) => log.trim(EVENTS.name, 0, before),
    async redecided(each: number, before = 0) {
      const ports = { log, digest, warn: () => undefined };
      const { compared, differences, missing } = await redecideEventShard(
        ports,
        kind,
        counter(each, before),
        0,
        inputs,
      );
      return { compared, differences, missing };
    },
  };
}

const otherwise = (sequence: number) => `${sequence} is decided otherwise than it stands on the log`;

test("I10: events behind more of them than a Map has entries are compared", async () => {
  const log = await logOf(2);
  const count = MAP_ENTRIES / 16;
  for (let first = 1; first <= MAP_ENTRIES; first += count) await log.events(first, count);
  await log.events(MAP_ENTRIES + 1, 3, [MAP_ENTRIES + 3]);
  const differences = [otherwise(MAP_ENTRIES + 3)];
  expect(await log.redecided(2, MAP_ENTRIES)).toEqual({ compared: 3, differences, missing: 0 });
});

describe("I10: four inputs make ten events each", () => {
  test("and what stands on the log in frames of whatever size is compared", async () => {
    const log = await logOf(4);
    for (const [first, count] of [
      [1, 1],
      [2, 17],
      [19, 22],
    ] as const)
      await log.events(first, count, [1, 18, 40]);
    expect(await log.redecided(10)).toEqual({ compared: 40, differences: [1, 18, 40].map(otherwise), missing: 0 });
  });

  test("and what had not left yet is not compared", async () => {
    const log = await logOf(4);
    await log.events(1, 12);
    expect(await log.redecided(10)).toEqual({ compared: 12, differences: [], missing: 0 });
  });

  test("S16: of two owners' copies the first stands", async () => {
    const log = await logOf(4);
    for (const [first, count] of [
      [1, 6],
      [4, 9],
      [1, 2],
      [7, 14],
    ] as const)
      await log.events(first, count);
    await log.events(15, 26, [20, 21]);
    await log.events(1, 40, [5, 30]);
    expect(await log.redecided(10)).toEqual({ compared: 40, differences: [otherwise(21)], missing: 0 });
  });

  test("F13: what a damaged record took is counted, unless a copy stands behind it", async () => {
    const log = await logOf(4);
    await log.events(1, 4);
    await log.broken();
    await log.events(1, 12);
    await log.broken();
    await log.events(28, 13, [28]);
    expect(await log.redecided(10)).toEqual({ compared: 25, differences: [otherwise(28)], missing: 15 });
  });

  test("F13: what the first record took is counted, and what stood before a damaged one that was trimmed to is not", async () => {
    const log = await logOf(4);
    await log.broken();
    await log.events(13, 10);
    await log.broken();
    await log.events(25, 16, [40]);
    expect(await log.redecided(10)).toEqual({ compared: 26, differences: [otherwise(40)], missing: 14 });
    await log.trim(2);
    expect(await log.redecided(10)).toEqual({ compared: 16, differences: [otherwise(40)], missing: 0 });
  });

  test("S28: what was trimmed is not missing", async () => {
    const log = await logOf(4);
    await log.events(1, 14);
    await log.events(15, 26, [15]);
    await log.trim(1);
    expect(await log.redecided(10)).toEqual({ compared: 26, differences: [otherwise(15)], missing: 0 });
  });
});
