import { OrderCommandCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import { ImageManifestCodec } from "@atlas/gen/atlas/log/v1/shard_image_codec";
import { Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { decode } from "@atlas/gen/codec/codec";
import type { LinkPosition } from "@atlas/platform/shard/arrival";
import { InputLoop } from "@atlas/platform/shard/input-loop";
import { describe, expect, test } from "vitest";
import { DEFINE, digest, order, VenuePlatform } from "./testing/venue-platform.ts";
import type { OwnedVenue } from "./venue-owner.ts";

const EVERY_INPUT = { changes: 1, milliseconds: 1 };
const PARTITIONS = [0, 1];

/** The first input that the image that stands does not hold, and where the inputs end. */
async function imageAndEnd({ store, log, clock }: VenuePlatform): Promise<[image: number | undefined, end: number]> {
  const asked = [store.get("atlas_shards", "venue/0/manifest"), log.range("venue.orders", 0)] as const;
  await clock.settle();
  const [manifest, { end }] = await Promise.all(asked);
  return [manifest && Number(decode(ImageManifestCodec, manifest.body).nextInput?.offset), end];
}

let orders = 0;

/** An order, and time for its report to be kept as said. */
async function send(platform: VenuePlatform, milliseconds = 2_000): Promise<void> {
  await platform.send(order(`o-${++orders}`, "a", Side.BUY, 1, 1));
  await platform.clock.advance(milliseconds);
}

async function serve({ clock }: VenuePlatform, { owner }: OwnedVenue): Promise<string> {
  const served = outcomeOf(owner.serve());
  await clock.settle();
  return served;
}

/** Why it was refused; empty: it was not. */
function outcomeOf(done: Promise<void>): Promise<string> {
  return done.then(
    () => "",
    ({ message }: Error) => message,
  );
}

async function forgetPositions({ store, clock }: VenuePlatform): Promise<void> {
  const removed = store.remove("atlas_shards", ["venue/0/outputs"]);
  await clock.settle();
  await removed;
}

/** What the order shards take of the venue's reports, until one stops. */
function receive({ log }: VenuePlatform): { readonly numbers: number[]; readonly failures: string[] } {
  const [numbers, failures]: [number[], string[]] = [[], []];
  for (const partition of PARTITIONS) {
    let last: LinkPosition | undefined;
    const loop = new InputLoop(
      { log, digest, warn: (message) => void failures.push(message) },
      { topic: "orders.commands", partition },
      OrderCommandCodec,
      {
        link: () => last,
        arrive: ({ link }) => {
          last = link;
          numbers.push(link?.number ?? 0);
        },
        unreadable: ({ reason }) => void failures.push(reason),
        missing: () => undefined,
        broken: () => undefined,
        settled: () => undefined,
        failed: ({ message }) => void failures.push(message),
      },
    );
    loop.start(undefined);
  }
  return { numbers, failures };
}

/** The next question for the manifest waits until it is let go. */
function holdManifest({ store }: VenuePlatform): () => void {
  const get = store.get.bind(store);
  const held = Promise.withResolvers<void>();
  store.get = (table, key) => {
    if (!key.endsWith("/manifest")) return get(table, key);
    store.get = get;
    return held.promise.then(() => get(table, key));
  };
  return held.resolve;
}

describe("images of a venue", () => {
  test("S19, S21: the last one is written over one that the owner before wrote while this one stood by", async () => {
    const platform = new VenuePlatform();
    platform.imagePace = EVERY_INPUT;
    const before = await platform.own();
    await platform.send(DEFINE);
    platform.imagePace = undefined;
    const standby = await platform.own(undefined, "standBy");
    await send(platform);
    expect(await imageAndEnd(platform)).toEqual([2, 2]);
    await platform.kill(before);
    expect(await serve(platform, standby)).toBe("");
    await send(platform);
    const stopped = standby.owner.stop(5_000);
    await platform.clock.advance(100);
    await stopped;
    expect(await imageAndEnd(platform)).toEqual([3, 3]);
    expect(platform.problems).toEqual([]);
  });

  test("S19, F6: one that the store refuses is tried again after five seconds, and not before, whatever the pace", async () => {
    const platform = new VenuePlatform();
    platform.imagePace = { changes: 3, milliseconds: 600_000 };
    await platform.own();
    await platform.send(DEFINE);
    await send(platform);
    platform.storeFault = ({ operation }) => (operation === "putAll" ? { kind: "refused" } : undefined);
    await send(platform, 1_000);
    platform.storeFault = () => undefined;
    await send(platform, 3_900);
    await send(platform, 200);
    expect(await imageAndEnd(platform)).toEqual([undefined, 5]);
    await send(platform, 100);
    expect(await imageAndEnd(platform)).toEqual([6, 6]);
    expect(platform.problems).toEqual(["an image could not be written"]);
  });
});

describe("a venue of which nobody knows what it has said (S14, F14)", () => {
  test("its standby, which has let go of what was said, does not serve; who recovers it says all again, and its receivers go on", async () => {
    const platform = new VenuePlatform();
    const heard = receive(platform);
    const owner = await platform.own();
    await platform.send(DEFINE);
    await send(platform);
    const standby = await platform.own(undefined, "standBy");
    for (let round = 0; round < 2; round++) {
      await send(platform);
      const looked = standby.owner.keepUp();
      await platform.clock.settle();
      expect(await looked).toBe(true);
    }
    await platform.kill(owner);
    await forgetPositions(platform);
    expect(await serve(platform, standby)).toBe("venue/0 does not know any more what has left");
    await platform.kill(standby);
    await platform.own();
    await send(platform);
    expect(heard).toEqual({ numbers: [1, 2, 3, 4], failures: [] });
  });

  test("its standby serves as long as it has kept all that it decided", async () => {
    const platform = new VenuePlatform();
    const heard = receive(platform);
    const owner = await platform.own();
    await platform.send(DEFINE);
    await send(platform);
    const standby = await platform.own(undefined, "standBy");
    await send(platform);
    await platform.kill(owner);
    await forgetPositions(platform);
    expect(await serve(platform, standby)).toBe("");
    await send(platform);
    expect(heard).toEqual({ numbers: [1, 2, 3], failures: [] });
  });

  test("an owner whose image is ahead of the positions that it knows does not start; the next one does without the image", async () => {
    const platform = new VenuePlatform();
    const heard = receive(platform);
    platform.imagePace = EVERY_INPUT;
    const before = await platform.own();
    await platform.send(DEFINE);
    await send(platform);
    const letGo = holdManifest(platform);
    const late = platform.prepare();
    const started = outcomeOf(late.owner.start());
    await platform.clock.advance(100);
    await send(platform);
    await platform.kill(before);
    await forgetPositions(platform);
    letGo();
    await platform.clock.advance(100);
    expect(await started).toBe("venue/0 does not know any more what has left");
    await platform.kill(late);
    await platform.own();
    await send(platform);
    expect(heard).toEqual({ numbers: [1, 2, 3], failures: [] });
  });

  test("an owner that is stopped before it has its image keeps no positions: the next one would go on from the image", async () => {
    const platform = new VenuePlatform();
    const heard = receive(platform);
    platform.imagePace = EVERY_INPUT;
    const before = await platform.own();
    await platform.send(DEFINE);
    await send(platform);
    await platform.kill(before);
    await forgetPositions(platform);
    const letGo = holdManifest(platform);
    const late = platform.prepare();
    const started = outcomeOf(late.owner.start());
    await platform.clock.advance(100);
    await platform.kill(late);
    letGo();
    await platform.clock.advance(100);
    expect(await started).toBe("venue/0 has stopped");
    await platform.own();
    await send(platform);
    expect(heard).toEqual({ numbers: [1, 2], failures: [] });
  });
});
