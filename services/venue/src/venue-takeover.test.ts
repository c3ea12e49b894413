import { ImageManifestCodec } from "@atlas/gen/atlas/log/v1/shard_image_codec";
import { Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { decode } from "@atlas/gen/codec/codec";
import { describe, expect, test } from "vitest";
import { DEFINE, order, VenuePlatform } from "./testing/venue-platform.ts";
import type { OwnedVenue } from "./venue-owner.ts";

const EVERY_INPUT = { changes: 1, milliseconds: 1 };

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
