import { CandleInterval, type MarketEvent } from "@atlas/gen/atlas/market/v1/market_pb";
import { LogUnavailable } from "@atlas/platform/ports/log";
import { topics } from "@atlas/platform/topic/topics";
import { describe, expect, test } from "vitest";
import { imageOf } from "./instrument-image.ts";
import type { InstrumentMarket } from "./instrument-market.ts";
import { delta, frameOf, level, MIDNIGHT, marketWorld, snapshot, trade } from "./market.fixture.ts";

const BTC = "BTC-USD";

function required(market: InstrumentMarket | undefined): InstrumentMarket {
  if (market === undefined) throw new Error("no market");
  return market;
}

describe("a view of market.data", () => {
  test("shows book, ticker, quote and phase after each event", async () => {
    const world = marketWorld();
    const view = await world.startView();
    expect(view.quote(BTC)).toBeUndefined();
    await world.write(BTC, snapshot, delta([level("100", "2")], [level("101", "3")]), trade("101", "1.5"));
    await world.write(BTC, delta([level("99.5", "1")], [level("101", "0")]));
    const market = required(view.market(BTC));
    expect(market.book(10)).toMatchObject({ sequence: 4n, bids: [{ price: "100" }, { price: "99.5" }], asks: [] });
    expect(view.quote(BTC)).toMatchObject({ bid: "100", ask: "", last: "101", marketSequence: 4n });
    expect(view.quote(BTC)?.time?.seconds).toBe(BigInt(MIDNIGHT / 1000));
    expect(market.ticker()).toMatchObject({
      bidQuantity: "2",
      open: "101",
      high: "101",
      volume: "1.5",
      tradeCount: 1n,
    });
  });

  test("a session ends at 00:00 UTC of log time, the last price stays", async () => {
    const world = marketWorld();
    const view = await world.startView();
    world.writer.time = MIDNIGHT - 1;
    await world.write(BTC, snapshot, trade("90", "1"), trade("95", "1"));
    expect(required(view.market(BTC)).ticker()).toMatchObject({ open: "90", high: "95", low: "90", volume: "2" });
    world.writer.time = MIDNIGHT;
    await world.write(BTC, delta([]));
    expect(required(view.market(BTC)).ticker()).toMatchObject({ open: "", high: "", volume: "0", last: "95" });
    await world.write(BTC, trade("94", "0.5"));
    expect(required(view.market(BTC)).ticker()).toMatchObject({ open: "94", high: "94", low: "94", volume: "0.5" });
  });

  test("I19: repeats, in whole frames and in parts of them, change nothing", async () => {
    const world = marketWorld();
    const view = await world.startView();
    const events = [snapshot, trade("100", "1"), trade("101", "1"), trade("102", "1")].map((event) =>
      world.writer.event(BTC, event),
    );
    const heard: bigint[] = [];
    view.subscribe(BTC, (event) => heard.push(event.sequence));
    await world.append(events.slice(0, 3));
    await world.append(events.slice(0, 2));
    await world.append(events.slice(1, 4));
    await world.append(events);
    expect(heard).toEqual([1n, 2n, 3n, 4n]);
    expect(required(view.market(BTC)).session.tradeCount).toBe(3);
  });

  test("S15: at a gap it stops, says so once, and shows nothing from behind it", async () => {
    const world = marketWorld();
    const view = await world.startView();
    const [first, second, third] = [snapshot, trade("100", "1"), trade("101", "1")].map((event) =>
      world.writer.event(BTC, event),
    ) as [MarketEvent, MarketEvent, MarketEvent];
    await world.append([first]);
    await world.append([third]);
    await world.clock.advance(5_000);
    expect(required(view.market(BTC)).sequence).toBe(1);
    expect(world.warnings).toEqual(["the market view stands still"]);
    await world.append([second]);
    await world.clock.advance(5_000);
    expect(required(view.market(BTC)).sequence).toBe(1);
    view.close();
  });

  test("F13: a record that is no frame is passed over, loudly; the hole that it leaves stops the view, its whole copy does not", async () => {
    const world = marketWorld();
    const view = await world.startView();
    const [first, second] = [snapshot, trade("100", "1")].map((event) => world.writer.event(BTC, event));
    const broken = frameOf([first as MarketEvent]);
    broken[broken.length - 1] = (broken.at(-1) ?? 0) ^ 1;
    void world.log.append(topics.marketData.name, 0, broken);
    await world.clock.advance(10);
    expect(world.warnings).toEqual(["a record of the market cannot be read"]);
    await world.append([first as MarketEvent, second as MarketEvent]);
    expect(required(view.market(BTC)).sequence).toBe(2);
    void world.log.append(topics.marketData.name, 0, broken);
    await world.write(BTC, trade("101", "1"));
    expect(required(view.market(BTC)).sequence).toBe(3);
    world.writer.event(BTC, trade("102", "1"));
    await world.write(BTC, trade("103", "1"));
    expect(world.warnings.at(-1)).toBe("the market view stands still");
    view.close();
  });
});

describe("a start", () => {
  /** Trades over some minutes, with an image on the way. */
  async function busyWorld() {
    const world = marketWorld();
    const view = await world.startView();
    await world.write(BTC, snapshot);
    for (let minute = 0; minute < 12; minute++) {
      world.writer.time += 61_000;
      const price = String(100 + ((minute * 7) % 5));
      await world.write(BTC, trade(price, "1"), delta([level(price, `${minute + 1}`)], [level("120", "1")]));
      await world.clock.advance(61_000);
    }
    await world.write(BTC, trade("103.5", "2"));
    return { world, view };
  }

  test("I21: an image and the rest of the log are what the whole log is", async () => {
    const { world, view } = await busyWorld();
    const lived = imageOf(required(view.market(BTC)));
    const again = await world.startView();
    expect(imageOf(required(again.market(BTC)))).toEqual(lived);
    expect(required(again.market(BTC)).series(CandleInterval.MINUTE).range(0, Infinity)).toEqual(
      required(view.market(BTC)).series(CandleInterval.MINUTE).range(0, Infinity),
    );
  });

  test("F14: an image that is not what was written is none: the log has it all, and the next image stands again", async () => {
    const { world, view } = await busyWorld();
    const lived = imageOf(required(view.market(BTC)));
    world.damaged.key = "view/market/0";
    const again = await world.startView();
    expect(imageOf(required(again.market(BTC)))).toEqual(lived);
    expect(world.warnings).toEqual(["the market's image cannot be read"]);
    const before = world.store.everything().get("atlas_shards");
    await world.clock.advance(300_000);
    await world.write(BTC, trade("104", "1"));
    await world.clock.advance(10);
    expect(world.store.everything().get("atlas_shards")).not.toEqual(before);
    expect(world.warnings).toHaveLength(1);
  });

  test("F13: is not kept waiting by a partition that stands still at a hole, which tells", async () => {
    const world = marketWorld();
    await world.write(BTC, snapshot);
    world.writer.event(BTC, trade("100", "1"));
    await world.write(BTC, trade("101", "1"));
    const { view, state } = world.beginView();
    await world.clock.advance(100);
    expect(state()).toBe("started");
    expect(view.problems().join()).toContain("came after 1 (S15)");
  });

  test("reads only what stands behind the image", async () => {
    const { world } = await busyWorld();
    const reads: number[] = [];
    const tail = world.log.tail.bind(world.log);
    world.log.tail = (topic, partition, from, receiver) => {
      reads.push(from);
      return tail(topic, partition, from, receiver);
    };
    await world.startView();
    expect(reads[0]).toBeGreaterThan(10);
  });

  test("F12: goes on as soon as log and store can be asked again, and says meanwhile what it waits for", async () => {
    const world = marketWorld();
    await world.write(BTC, snapshot, trade("100", "1"));
    world.log.setDown(true);
    world.store.setDown(true);
    const { view, state } = world.beginView();
    await world.clock.advance(3_500);
    expect([state(), view.problems()]).toEqual(["starting", ["market.data/0 is not read: the log is down"]]);
    world.log.setDown(false);
    await world.clock.advance(1_000);
    expect([state(), view.problems()]).toEqual(["starting", ["market.data/0 is not read: the store is down"]]);
    world.store.setDown(false);
    await world.clock.advance(1_000);
    expect([state(), view.problems()]).toEqual(["started", []]);
    expect(required(view.market(BTC)).sequence).toBe(2);
    expect(world.warnings).toEqual(["the market view stands still"]);
    view.close();
  });

  test("is over when it is closed, wherever it is", async () => {
    const world = marketWorld();
    await world.write(BTC, snapshot, trade("100", "1"));
    world.log.setDown(true);
    const waiting = world.beginView();
    await world.clock.advance(1_500);
    waiting.view.close();
    await world.clock.settle();
    expect(waiting.state()).toBe("started");
    world.log.setDown(false);
    world.log.read = () => new Promise(() => undefined);
    const reading = world.beginView();
    await world.clock.advance(1_500);
    expect(reading.state()).toBe("starting");
    reading.view.close();
    await world.clock.settle();
    expect(reading.state()).toBe("started");
    expect(world.clock.untilNext()).toBeUndefined();
  });

  test("S28: what is trimmed between its look at the log and its first read is not waited for: it begins where the log does", async () => {
    const world = marketWorld();
    await world.write(BTC, snapshot, trade("100", "1"), trade("101", "1"));
    const range = world.log.range.bind(world.log);
    let looks = 0;
    world.log.range = async (topic, partition) => {
      const seen = await range(topic, partition);
      looks += 1;
      if (looks === 1) await world.log.trim(topic, partition, 2);
      return seen;
    };
    const view = await world.startView();
    await world.clock.advance(1_000);
    expect(required(view.market(BTC)).sequence).toBe(3);
    await world.write(BTC, snapshot);
    expect(required(view.market(BTC))).toMatchObject({ sequence: 4, complete: true });
    view.close();
  });

  test("S28: a view whose next record was trimmed begins anew, and tries again while the log cannot be asked", async () => {
    const world = marketWorld();
    const view = await world.startView();
    await world.write(BTC, snapshot, trade("100", "1"));
    const [lost, next] = [trade("101", "1"), trade("102", "1")].map((event) => world.writer.event(BTC, event));
    const read = world.log.read.bind(world.log);
    world.log.read = async (topic, partition, from, maxBytes) => {
      if (from === 2) await world.log.trim(topic, partition, 3);
      return read(topic, partition, from, maxBytes);
    };
    const range = world.log.range.bind(world.log);
    let looks = 0;
    world.log.range = async (topic, partition) => {
      looks += 1;
      if (looks === 1) throw new LogUnavailable("away");
      return range(topic, partition);
    };
    await world.append([lost as MarketEvent]);
    await world.append([next as MarketEvent]);
    await world.clock.advance(3_000);
    expect(looks).toBe(2);
    expect(required(view.market(BTC))).toMatchObject({ sequence: 4, complete: false });
    expect(required(view.market(BTC)).session.last).toBe("102");
    view.close();
  });
});
