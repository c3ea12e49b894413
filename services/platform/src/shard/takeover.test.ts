import { ShardOutputsCodec } from "@atlas/gen/atlas/log/v1/shard_image_codec";
import { decode } from "@atlas/gen/codec/codec";
import { describe, expect, test } from "vitest";
import { kill, serve } from "./testing/end-of-owner.ts";
import { type Owned, TallyPlatform } from "./testing/tally-platform.ts";

/** The output positions as they are kept: through where everything has left, and through where the events stand. */
async function positions(platform: TallyPlatform): Promise<{ through: number; events: number }> {
  const asked = platform.store.get("atlas_shards", "oms/0/outputs");
  await platform.clock.settle();
  const { eventsThrough, positions } = decode(ShardOutputsCodec, (await asked)?.body as Uint8Array);
  const events = positions.find(({ destination }) => destination === "orders.events");
  return { through: Number(eventsThrough), events: Number(events?.number) };
}

/** Ten events stand on the log, the reports of the last five do not; the standby, which hears `late`, has decided six. */
async function behind(late: number): Promise<{ platform: TallyPlatform; standby: Owned }> {
  let away = false;
  const platform = new TallyPlatform({
    append: (topic) => (away && topic === "exec.reports" ? { kind: "refused" } : undefined),
  });
  const owner = await platform.own();
  const standby = await platform.standBy(undefined, late);
  await platform.send(["a", "b", "a", "c", "b"], 1);
  await platform.clock.advance(2_000 + late);
  away = true;
  await platform.send(["a"], 6);
  await platform.clock.advance(late);
  await platform.send(["a", "b", "b", "c"], 7);
  await kill(platform, owner);
  expect([await positions(platform), standby.shard.sequence]).toEqual([{ through: 5, events: 10 }, 6]);
  away = false;
  return { platform, standby };
}

describe("a standby that is behind when its owner dies (S21)", () => {
  test("S19, S20, I1, I21: its last image is stamped with what it holds, so that no event is applied twice", async () => {
    const { platform, standby } = await behind(500);
    const serving = standby.owner.serve();
    await platform.clock.advance(500);
    await serving;
    await platform.clock.advance(2_000);
    expect(standby.shard.sequence).toBe(10);
    const stopping = standby.owner.stop(5_000);
    await platform.clock.advance(100);
    await stopping;
    const whole = await new TallyPlatform().own();
    for (const event of await platform.events()) whole.shard.evolve(event);
    const next = await platform.own();
    expect(platform.hash(next.shard)).toBe(platform.hash(whole.shard));
    expect(await positions(platform)).toEqual({ through: 10, events: 10 });
  });

  test("S14: it serves once it has decided what stands on the log by its owner's hand", async () => {
    const { platform, standby } = await behind(500);
    let served = 0;
    const serving = standby.owner.serve().then(() => {
      served = standby.shard.sequence;
    });
    await platform.clock.advance(400);
    expect(served).toBe(0);
    await platform.clock.advance(100);
    await serving;
    expect(served).toBe(10);
  });

  test("one that does not come so far within a second is no owner: it has said nothing", async () => {
    const { platform, standby } = await behind(3_000);
    const serving = standby.owner.serve().catch(({ message }: Error) => message);
    await platform.clock.advance(1_100);
    expect(await serving).toBe("oms/0 has not come so far in time");
    expect(platform.writes.get(standby.writer)).toBeUndefined();
  });
});

describe("a look of a standby that is answered once it has taken over (S21)", () => {
  /** Its question where the inputs end waits for the log until it is let go. */
  function hold(platform: TallyPlatform): () => void {
    const { log } = platform;
    const range = log.range.bind(log);
    const held = Promise.withResolvers<void>();
    log.range = (topic, partition) => {
      log.range = range;
      return held.promise.then(() => range(topic, partition));
    };
    return held.resolve;
  }

  test("S14: takes nothing back of what has left by its hand", async () => {
    const platform = new TallyPlatform();
    const owner = await platform.own();
    const standby = await platform.standBy();
    await platform.send(["a", "b"], 1);
    await platform.clock.advance(2_000);
    const letGo = hold(platform);
    const looking = standby.owner.keepUp();
    await kill(platform, owner);
    await serve(platform, standby);
    await platform.send(["a"], 3);
    letGo();
    await platform.clock.settle();
    expect(await looking).toBe(false);
    await platform.clock.advance(2_000);
    expect(await positions(platform)).toEqual({ through: 3, events: 3 });
  });

  test("lets go of nothing that is being taken over, whatever another has said meanwhile", async () => {
    const { platform, standby } = await behind(500);
    const letGo = hold(platform);
    const looking = standby.owner.keepUp();
    const serving = standby.owner.serve();
    await kill(platform, await platform.own());
    expect(await positions(platform)).toEqual({ through: 10, events: 10 });
    letGo();
    await platform.clock.advance(500);
    expect(await looking).toBe(false);
    await serving;
    await platform.send(["c"], 11);
    await platform.clock.advance(2_000);
    expect(await positions(platform)).toEqual({ through: 11, events: 11 });
  });
});
