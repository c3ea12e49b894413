import { systemDigest } from "@atlas/adapters/system/system-digest";
import { Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { VenueCommandCodec } from "@atlas/gen/atlas/venue/v1/venue_codec";
import { VenueCommandSchema } from "@atlas/gen/atlas/venue/v1/venue_pb";
import { encode } from "@atlas/gen/codec/codec";
import { type ManualClock, manualClock } from "@atlas/platform/memory/manual-clock";
import { type AppendFault, type MemoryLog, memoryLog } from "@atlas/platform/memory/memory-log";
import { type MemoryStore, memoryStore } from "@atlas/platform/memory/memory-store";
import type { Log } from "@atlas/platform/ports/log";
import { topics } from "@atlas/platform/topic/topics";
import { encodeFrame } from "@atlas/platform/wire/codec/frame";
import { order } from "@atlas/venue/testing/venue-platform";
import { create } from "@bufbuild/protobuf";
import { beforeEach, expect, test } from "vitest";
import { LeasedShards } from "./leased-shards.ts";
import { LocalDirectory } from "./local-directory.ts";
import type { OwnedShardOptions } from "./owned-shard.ts";
import { turn } from "./simulated/turn.ts";
import { StandbyShards } from "./standby-shards.ts";
import { linesOf } from "./waiting-shards.ts";

const SHARD = "oms/0";
const digest = systemDigest();
/** A field that no version knows stops the shard that reads it (S26). */
const UNKNOWN = Uint8Array.of(0xf8, 0x3f, 1);
const STOPPED = `${SHARD} has stopped: atlas.log.v1.OrderCommand has no field 1023 of this wire type`;

let clock: ManualClock;
let store: MemoryStore;
let log: MemoryLog;
let options: OwnedShardOptions;
let shards: LeasedShards;
let failures: string[];
let warnings: string[];
/** What the journal was told, but for warnings. */
let told: string[];
/** What befalls an append to a partition. */
let fault: (place: string) => AppendFault | undefined;

beforeEach(() => {
  clock = manualClock({ turn });
  store = memoryStore({ clock });
  fault = () => undefined;
  log = memoryLog({ clock, fault: ({ topic, partition }) => fault(`${topic}/${partition}`) });
  failures = [];
  warnings = [];
  told = [];
  // The log may become another one.
  const now: Log = {
    append: (...args) => log.append(...args),
    read: (...args) => log.read(...args),
    range: (...args) => log.range(...args),
    tail: (...args) => log.tail(...args),
    trim: (...args) => log.trim(...args),
  };
  const warn = (message: string) => void warnings.push(message);
  options = {
    ports: { log: now, store, clock, digest, warn, writer: "test" },
    ...{
      partitions: { oms: 1, venue: 1 },
      tickInterval: 100,
      directory: { client: (name: string) => shards.client(name) },
    },
    failed: (shard: string) => void failures.push(shard),
  };
  const journal = { info: (message: string, facts: object) => void told.push(`${message} ${JSON.stringify(facts)}`) };
  shards = new LeasedShards(options, { journal });
});

const waiting = () => linesOf(shards.waiting());

async function poison(): Promise<void> {
  const header = { source: "gNEWER", writer: "gNEWER", firstNumber: 1n };
  await log.append(topics.orderCommands.name, 0, encodeFrame(header, [UNKNOWN], digest));
}

function state(deadline: number) {
  const query = {
    case: "state",
    value: { $typeName: "atlas.operations.v1.StateQuery", withStateHash: false },
  } as const;
  const request = { $typeName: "atlas.operations.v1.ReadRequest", shard: SHARD, notBefore: 0n, query } as const;
  const read = new LocalDirectory(shards, clock).client(SHARD).read(request, clock.monotonic() + deadline);
  let said = "";
  read.then(
    () => {
      said = "answered";
    },
    (error: Error) => {
      said = error.message;
    },
  );
  return () => said;
}

test("F6: a shard that cannot read its image says so until it has, and who asks it meanwhile waits for it", async () => {
  store.setDown(true);
  shards.taken(SHARD);
  expect(waiting()).toEqual([`${SHARD} is being recovered`]);
  const early = state(100);
  const patient = state(60_000);
  await clock.advance(1_500);
  expect(waiting()).toEqual([`${SHARD} cannot be recovered: the store is down`]);
  expect([early(), patient()]).toEqual([`${SHARD} cannot be recovered`, ""]);
  store.setDown(false);
  await clock.advance(2_000);
  expect([waiting(), patient(), failures]).toEqual([[], "answered", []]);
});

/** An event that none before it leads to. */
async function loseEvents(): Promise<void> {
  const header = { source: SHARD, writer: "gONE", firstNumber: 5n };
  await log.append(topics.orderEvents.name, 0, encodeFrame(header, [new Uint8Array(0)], digest));
}

const LOST = `${SHARD} cannot be recovered: event 1 of ${SHARD} is missing on the log`;
/** How often it was tried and failed. */
const trials = () => warnings.filter((warning) => warning === "a shard could not be recovered").length;

test("F13: a damage that no waiting cures is tried less and less, what is only away each second", async () => {
  const before = log;
  await loseEvents();
  shards.taken(SHARD);
  await clock.advance(120_000);
  expect([waiting(), failures]).toEqual([[LOST], []]);
  expect(trials()).toBeGreaterThan(5);
  expect(trials()).toBeLessThan(10);
  const asked = state(60_000);
  await clock.advance(10);
  expect(asked()).toBe(`${SHARD} cannot be recovered`);

  // Another log stands in its place, but it is away: soon after it is back the shard is, too.
  log = memoryLog({ clock });
  log.setDown(true);
  await clock.advance(30_000);
  const tried = trials();
  await clock.advance(10_000);
  expect(trials() - tried).toBe(10);
  log.setDown(false);
  await clock.advance(1_100);
  expect(waiting()).toEqual([]);

  // It ran: what befalls it next is tried as at first.
  await shards.given(SHARD);
  log = before;
  const again = trials();
  shards.taken(SHARD);
  await clock.advance(3_500);
  expect([waiting(), trials() - again]).toEqual([[LOST], 3]);
});

test("F13: one that stops says so for as long as it is owned here, to be served by another or here again", async () => {
  shards.taken(SHARD);
  await clock.advance(1_000);
  expect(waiting()).toEqual([]);
  await poison();
  await clock.advance(1_000);
  expect([waiting(), failures]).toEqual([[STOPPED], [SHARD]]);
  expect(() => shards.client(SHARD)).toThrow(`${SHARD} has stopped`);
  // What it has not shown is no reason to refuse orders elsewhere (S24).
  expect([...shards.storeLags().keys()]).not.toContain(SHARD);
  const given = shards.given(SHARD);
  expect(waiting()).toEqual([]);
  await clock.advance(6_000);
  await given;
  log = memoryLog({ clock });
  shards.taken(SHARD);
  await clock.advance(1_000);
  expect([waiting(), failures]).toEqual([[], [SHARD]]);
});

test("F13: one that stops at every trial says why all the time, refuses at once, and is tried less and less", async () => {
  await poison();
  shards.taken(SHARD);
  await clock.advance(500);
  expect([waiting(), failures.length]).toEqual([[STOPPED], 1]);
  const said = new Set<string>();
  for (let milliseconds = 0; milliseconds < 120_000; milliseconds += 10) {
    await clock.advance(10);
    for (const line of waiting()) said.add(line);
  }
  expect([...said]).toEqual([STOPPED]);
  expect(failures.length).toBeGreaterThan(5);
  expect(failures.length).toBeLessThan(10);
  const asked = state(60_000);
  await clock.advance(10);
  expect(asked()).toBe(`${SHARD} has stopped`);
  const given = shards.given(SHARD);
  await clock.advance(6_000);
  await given;
  const tried = failures.length;
  await clock.advance(60_000);
  expect([waiting(), failures.length]).toEqual([[], tried]);
});

const EVENTS = "orders.events/0";
const UNTAKEN = `${SHARD} waits: the log takes nothing on ${EVENTS}`;
const ofTaking = () =>
  warnings.filter((warning) => warning.startsWith("the log take") || warning.startsWith("the log does"));

/** An input that is no frame: its shard says so in an event. */
async function decideOne(): Promise<void> {
  await log.append(topics.orderCommands.name, 0, Uint8Array.of(1, 2, 3));
}

test.each<[string, AppendFault]>([
  ["refuses events, as for want of copies in sync,", { kind: "refused" }],
  ["answers nothing", { kind: "delayed", milliseconds: 60_000 }],
  ["leaves open what became of them", { kind: "lost" }],
])(
  "F12: of a log that %s a shard with something to say tells after ten seconds, once in the journal, until it goes on",
  async (_, bad) => {
    shards.taken(SHARD);
    await clock.advance(1_000);
    fault = (place) => (place === EVENTS ? bad : undefined);
    await decideOne();
    await clock.advance(9_000);
    expect([waiting(), ofTaking()]).toEqual([[], []]);
    await clock.advance(2_500);
    expect([waiting(), ofTaking()]).toEqual([[UNTAKEN], ["the log does not take what a shard says"]]);
    await clock.advance(30_000);
    expect([waiting(), ofTaking().length]).toEqual([[UNTAKEN], 1]);
    fault = () => undefined;
    await clock.advance(30_000);
    expect([waiting(), ofTaking().slice(1)]).toEqual([[], ["the log takes what a shard says again"]]);
    // Nothing to be said is nothing that waits.
    fault = (place) => (place === EVENTS ? bad : undefined);
    await clock.advance(60_000);
    expect([waiting(), ofTaking().length]).toEqual([[], 2]);
    await clock.advance(6_000);
  },
);

test("F12: one that is given away while the log does not take what it says is not told of any more", async () => {
  shards.taken(SHARD);
  await clock.advance(1_000);
  fault = (place) => (place === EVENTS ? { kind: "refused" } : undefined);
  await decideOne();
  await clock.advance(12_000);
  expect(waiting()).toEqual([UNTAKEN]);
  const given = shards.given(SHARD);
  await clock.advance(6_000);
  await given;
  const before = ofTaking().length;
  await clock.advance(10_000);
  expect([waiting(), ofTaking().length, clock.untilNext()]).toEqual([[], before, undefined]);
});

test("a shard that is served is told in the journal, with how long its recovery took", async () => {
  store.setDown(true);
  shards.taken(SHARD);
  await clock.advance(1_500);
  expect(told).toEqual([]);
  store.setDown(false);
  await clock.advance(2_000);
  expect(told).toEqual([`a shard is served {"shard":"${SHARD}","after":"recovery","milliseconds":0}`]);
});

test("S14, S21, F14: a venue whose standby cannot tell any more what has left is recovered as any other", async () => {
  const venue = "venue/0";
  const owner = new LeasedShards(options, {});
  const standbys = new StandbyShards(options, 1);
  const heir = new LeasedShards(options, {
    standbys,
    journal: { info: (_, facts) => void told.push((facts as { after: string }).after) },
  });
  owner.taken(venue);
  standbys.keep([venue], () => "owner", "heir");
  await clock.advance(1_000);
  // The venue does not know its instrument, and reports so.
  const message = encode(VenueCommandCodec, create(VenueCommandSchema, order("o-1", "a", Side.BUY, 1, 1)));
  const header = { source: SHARD, writer: "w", firstNumber: 1n };
  await log.append(topics.venueOrders.name, 0, encodeFrame(header, [message], digest));
  await clock.advance(5_000);
  const given = owner.given(venue);
  await clock.advance(100);
  await given;
  await store.remove("atlas_shards", [`${venue}/outputs`]);
  heir.taken(venue);
  await clock.advance(1_000);
  expect(linesOf(heir.waiting())).toEqual([]);
  expect([warnings[0], told, failures]).toEqual(["a shard could not be taken over as it stood by", ["recovery"], []]);
});
