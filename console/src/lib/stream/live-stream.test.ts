import { Channel } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { LiveStream } from "./live-stream.ts";
import { retryDelay } from "./retry-delay.ts";
import { FakeWorld, HEARTBEAT, liveStream, Notes, RESYNC, settle, snapshot, update } from "./stream-world.fixture.ts";

const LOST = new ConnectError("gone", Code.Unavailable);

describe("what a watch is told", () => {
  test("a snapshot comes whole, however many parts it has, and updates after it", async () => {
    const world = new FakeWorld();
    const notes = new Notes();
    new LiveStream(world).watch({ channel: Channel.NOTICES }, notes);
    await world.pass(0);
    await world.last.say(snapshot("a", false), 0);
    expect(notes.lines).toEqual([]);
    await world.last.say(snapshot("b"), 0, "c1");
    await world.last.say(update("c"), 0, "c2");
    expect(notes.lines).toEqual(["snapshot a+b", "update c"]);
  });

  // Fails when a first snapshot counts as one, and when only a resync does.
  test("a second snapshot is told of: nobody knows what came in between", async () => {
    const world = new FakeWorld();
    new LiveStream(world).watch({ channel: Channel.TICKER, instrumentId: "BTC-USD" }, new Notes());
    await world.pass(0);
    await world.last.say(snapshot("a"), 0, "c1");
    await world.last.end(LOST);
    await world.pass(0);
    await world.last.say(update("b"), 0, "c2");
    expect(world.anew).toEqual([]);
    await world.last.end(LOST);
    await world.pass(250);
    await world.last.say(snapshot("c"), 0, "c9");
    expect(world.anew).toEqual(["BTC-USD"]);
  });

  test("a resync voids what is held, and its cursor with it", async () => {
    const { world, notes } = await liveStream();
    await world.last.say(RESYNC, 0);
    await world.last.end(LOST);
    await world.pass(0);
    expect(world.last.request.subscriptions?.[0]?.cursor).toBe("");
    await world.last.say(snapshot("b"), 0, "c9");
    expect(notes.lines).toEqual(["snapshot a", "resync", "snapshot b"]);
  });
});

describe("one stream for all", () => {
  test("watches made together open one stream; a change opens another beside it, with the cursors held", async () => {
    const { world, stream, notes } = await liveStream();
    const [first] = world.opened;
    const others = [new Notes(), new Notes()];
    for (const other of others) stream.watch({ channel: Channel.TICKER, instrumentId: "BTC-USD" }, other);
    await world.pass(0);
    expect(world.opened).toHaveLength(2);
    expect(world.last.request.subscriptions?.map(({ cursor }) => cursor)).toEqual(["c1", "", ""]);
    expect(first?.signal.aborted).toBe(false);

    await first?.say(update("b"), 0, "c2");
    expect(notes.lines).toEqual(["snapshot a"]);
    await world.last.say(update("b"), 0, "c2");
    expect(first?.signal.aborted).toBe(true);
    expect(notes.lines).toEqual(["snapshot a", "update b"]);
  });

  test("when the stream beside it fails, the old one goes on where it stood", async () => {
    const { world, stream, notes } = await liveStream();
    const [first] = world.opened;
    stream.watch({ channel: Channel.TICKER, instrumentId: "BTC-USD" }, new Notes());
    await world.pass(0);
    await first?.say(update("b"), 0, "c2");
    await world.last.end(LOST);
    expect(notes.lines).toEqual(["snapshot a", "update b"]);
    expect(stream.status.phase).toBe("live");
    await world.pass(0);
    expect(world.opened).toHaveLength(3);
    expect(world.last.request.subscriptions?.[0]?.cursor).toBe("c2");
  });

  // Fails when what is held waits for the successor until that is taken for dead.
  test("what the old one brings waits half a second for its successor, then it is told and another is asked for", async () => {
    const { world, stream, notes } = await liveStream();
    const [first] = world.opened;
    stream.watch({ channel: Channel.TICKER, instrumentId: "BTC-USD" }, new Notes());
    await world.pass(0);
    await world.pass(2_000);
    await first?.say(update("b"), 0, "c2");
    await world.pass(499);
    expect([world.opened.length, notes.lines.length]).toEqual([2, 1]);
    await world.pass(1);
    expect(notes.lines).toEqual(["snapshot a", "update b"]);
    expect(world.opened).toHaveLength(3);
    expect(world.opened[1]?.signal.aborted).toBe(true);
    expect(world.last.request.subscriptions?.[0]?.cursor).toBe("c2");
    // The next one is given longer, for a line that is slow and not dead.
    await first?.say(update("c"), 0, "c3");
    await world.pass(900);
    await world.last.say(update("c"), 0, "c3");
    expect(notes.lines).toEqual(["snapshot a", "update b", "update c"]);
    expect([world.opened.length, first?.signal.aborted]).toEqual([3, true]);
  });

  // Fails when what is held by a stream that has ended still counts.
  test("when the old one ends meanwhile, its successor is waited for as long as any", async () => {
    const { world, stream, notes } = await liveStream();
    const [first] = world.opened;
    stream.watch({ channel: Channel.TICKER, instrumentId: "BTC-USD" }, new Notes());
    await world.pass(0);
    await first?.say(update("b"), 0, "c2");
    await first?.end(LOST);
    await world.pass(2_000);
    expect([world.opened.length, world.last.signal.aborted]).toEqual([2, false]);
    await world.last.say(update("b"), 0, "c2");
    expect(notes.lines).toEqual(["snapshot a", "update b"]);
  });

  test("what is held is told before another successor is asked for", async () => {
    const { world, stream, notes } = await liveStream();
    const [first] = world.opened;
    stream.watch({ channel: Channel.TICKER, instrumentId: "BTC-USD" }, new Notes());
    await world.pass(0);
    await first?.say(update("b"), 0, "c2");
    stream.watch({ channel: Channel.TICKER, instrumentId: "ETH-USD" }, new Notes());
    await world.pass(0);
    expect(notes.lines).toEqual(["snapshot a", "update b"]);
    expect(world.last.request.subscriptions?.[0]?.cursor).toBe("c2");
  });

  test("without anything to watch there is no stream", async () => {
    const world = new FakeWorld();
    const stream = new LiveStream(world);
    const end = stream.watch({ channel: Channel.NOTICES }, new Notes());
    await world.pass(0);
    end();
    await world.pass(0);
    expect(world.last.signal.aborted).toBe(true);
    expect(stream.status.phase).toBe("idle");
  });
});

describe("a lost connection", () => {
  test("is opened again at once, by cursor, and brings what was missed", async () => {
    const { world, notes, stream } = await liveStream();
    await world.last.end(LOST);
    expect(stream.status).toMatchObject({ phase: "waiting", words: "The platform cannot be reached." });
    await world.pass(0);
    expect(world.last.request.subscriptions?.[0]?.cursor).toBe("c1");
    await world.last.say(update("b"), 0, "c2");
    expect(notes.lines).toEqual(["snapshot a", "update b"]);
    expect(stream.status.phase).toBe("live");
  });

  test("is tried again later and later", async () => {
    const { world, stream } = await liveStream();
    await world.last.end(LOST);
    await world.pass(0);
    for (const delay of [250, 500, 1000]) {
      const tries = world.opened.length;
      await world.last.end(LOST);
      expect(stream.status.retryAt).toBe(world.now() + delay);
      await world.pass(delay - 1);
      expect(world.opened).toHaveLength(tries);
      await world.pass(1);
      expect(world.opened).toHaveLength(tries + 1);
    }
  });

  test("is tried later and later too when every stream ends right after its first message", async () => {
    const { world, stream } = await liveStream();
    await world.last.end(LOST);
    await world.pass(0);
    for (const delay of [250, 500, 1000]) {
      await world.last.say(HEARTBEAT);
      expect(stream.status.phase).toBe("live");
      await world.last.end();
      expect(stream.status.retryAt).toBe(world.now() + delay);
      await world.pass(delay);
    }
  });

  test("is tried at once after a stream that lived for some seconds", async () => {
    const { world, stream } = await liveStream();
    for (let failure = 0; failure < 3; failure += 1) {
      await world.last.end(LOST);
      await world.pass(1_000);
    }
    for (let second = 0; second < 6; second += 1) {
      await world.last.say(HEARTBEAT);
      await world.pass(1_000);
    }
    await world.last.end(LOST);
    expect(stream.status.retryAt).toBe(world.now());
  });

  test("beside one that is well it is tried later and later", async () => {
    const { world, stream } = await liveStream();
    const [first] = world.opened;
    await world.pass(4_500);
    await first?.say(HEARTBEAT);
    await world.pass(500);
    await first?.say(HEARTBEAT);
    stream.watch({ channel: Channel.TICKER, instrumentId: "BTC-USD" }, new Notes());
    await world.pass(0);
    for (const delay of [0, 250, 500]) {
      const tries = world.opened.length;
      await world.last.end(LOST);
      await first?.say(HEARTBEAT);
      if (delay > 0) await world.pass(delay - 1);
      if (delay > 0) expect(world.opened).toHaveLength(tries);
      await world.pass(1);
      expect(world.opened).toHaveLength(tries + 1);
    }
  });

  test("a half-told snapshot is forgotten", async () => {
    const world = new FakeWorld();
    const notes = new Notes();
    new LiveStream(world).watch({ channel: Channel.NOTICES }, notes);
    await world.pass(0);
    await world.last.say(snapshot("a", false), 0);
    await world.last.end(LOST);
    await world.pass(0);
    await world.last.say(snapshot("b"), 0, "c1");
    expect(notes.lines).toEqual(["snapshot b"]);
  });

  test("a cursor that the platform does not know is given up", async () => {
    const { world } = await liveStream();
    await world.last.end(new ConnectError("cursor", Code.InvalidArgument));
    await world.pass(0);
    expect(world.last.request.subscriptions?.[0]?.cursor).toBe("");
  });

  test("silence of five seconds is one; heartbeats are none", async () => {
    const { world } = await liveStream();
    for (let second = 0; second < 8; second += 1) {
      await world.pass(1_000);
      await world.last.say(HEARTBEAT);
    }
    expect(world.opened).toHaveLength(1);
    await world.pass(7_000);
    expect(world.opened.length).toBeGreaterThan(1);
    expect(world.opened[0]?.signal.aborted).toBe(true);
  });
});

describe("coming back", () => {
  test("after sleep a silent connection is not waited for", async () => {
    const { world, stream } = await liveStream();
    world.sleep(3_600_000);
    stream.wake();
    expect(world.opened).toHaveLength(2);
    expect(world.last.request.subscriptions?.[0]?.cursor).toBe("c1");
    expect(world.opened[0]?.signal.aborted).toBe(true);
  });

  test("a connection that speaks is left alone", async () => {
    const { world, stream } = await liveStream();
    await world.pass(500);
    stream.wake();
    expect(world.opened).toHaveLength(1);
  });

  test("what waits for its next try tries now", async () => {
    const { world, stream } = await liveStream();
    for (let failure = 0; failure < 4; failure += 1) {
      await world.last.end(LOST);
      await world.pass(failure === 0 ? 0 : 250 * 2 ** (failure - 1));
    }
    const tries = world.opened.length;
    await world.last.end(LOST);
    stream.wake();
    expect(world.opened).toHaveLength(tries + 1);
    await world.pass(4_000);
    expect(world.opened).toHaveLength(tries + 1);
  });
});

describe("the credential", () => {
  test("one that ended is renewed, and the stream goes on", async () => {
    const { world, notes } = await liveStream();
    world.renewals = [true];
    await world.last.end(new ConnectError("expired", Code.Unauthenticated));
    await settle();
    await world.pass(0);
    await world.last.say(update("b"), 0, "c2");
    expect(notes.lines).toEqual(["snapshot a", "update b"]);
  });

  test("one that cannot be renewed ends it", async () => {
    const { world, stream } = await liveStream();
    await world.last.end(new ConnectError("expired", Code.Unauthenticated));
    await world.pass(60_000);
    expect(stream.status).toMatchObject({ phase: "refused", words: "You are signed out." });
    expect(world.opened).toHaveLength(1);
  });

  test("a new one takes over before the old one ends", async () => {
    const { world, stream } = await liveStream();
    stream.renewed();
    expect(world.opened).toHaveLength(2);
    expect(world.opened[0]?.signal.aborted).toBe(false);
    await world.last.say(HEARTBEAT);
    expect(world.opened[0]?.signal.aborted).toBe(true);
  });
});

test.each([
  [1, 0, 125],
  [1, 1, 250],
  [3, 0.5, 750],
  [50, 1, 8_000],
])("after %i failures, with a chance of %d, %i ms", (failures, chance, delay) => {
  expect(retryDelay(failures, chance)).toBe(delay);
});
