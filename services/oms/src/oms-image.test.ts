import { ImageManifestCodec } from "@atlas/gen/atlas/log/v1/shard_image_codec";
import { decode } from "@atlas/gen/codec/codec";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { memoryStore } from "@atlas/platform/memory/memory-store";
import { ImageStore } from "@atlas/platform/shard/image-store";
import { ImageWriter } from "@atlas/platform/shard/image-writer";
import { SHARDS_TABLE } from "@atlas/platform/shard/output-positions";
import { stateHash } from "@atlas/platform/shard/state-hash";
import { describe, expect, test } from "vitest";
import { OmsShard } from "./oms-shard.ts";
import { digest, ShardFlow } from "./testing/shard-flow.ts";

const MINUTE = 60_000;
const SLAB_IDS = 4_096;
/** More turns than an image of the flows below takes. */
const TURNS = 5;

/** A shard whose images are copied a slab a turn, each turn when it is told to. */
class Copying {
  readonly flow = new ShardFlow();
  readonly #clock = manualClock({ turn: () => new Promise((resolve) => void setImmediate(resolve)) });
  readonly #store = memoryStore({ clock: this.#clock });
  readonly #turns: (() => void)[] = [];
  readonly #warnings: string[] = [];
  readonly #writer: ImageWriter;

  constructor() {
    const { shard } = this.flow;
    const ports = {
      store: this.#store,
      clock: { ...this.#clock, soon: (action: () => void) => void this.#turns.push(action) },
      warn: (message: string) => void this.#warnings.push(message),
      writer: "w-1",
      imagePace: { changes: 1, milliseconds: 1, copyBytes: 1 },
    };
    this.#writer = new ImageWriter(ports, shard.name, shard.slabs);
    this.flow.open("alice", { USD: "60000" });
  }

  /** As many requests are settled: so many ids more are remembered. */
  settle(requests: number): void {
    for (let count = 0; count < requests; count++) {
      this.flow.client("alice", { case: "deposit", value: { amount: { asset: "USD", amount: "1" } } });
    }
  }

  /** Requests are settled until the slab of the last id is full. */
  fillSlab(): void {
    this.settle(SLAB_IDS - (this.flow.shard.state.requests.next % SLAB_IDS));
  }

  /** A new image is begun ... */
  begin(): void {
    const { sequence } = this.flow.shard;
    this.#writer.consider(sequence, { sequence, offset: 0 }, 1);
  }

  /** ... and goes on for so many turns, as far as it comes. */
  turn(count: number): void {
    for (let turns = 0; turns < count; turns++) {
      const { sequence } = this.flow.shard;
      this.#writer.consider(sequence, { sequence, offset: 0 }, 1);
      this.#turns.shift()?.();
    }
  }

  /** The log has everything, and the image stands. */
  async stand(): Promise<void> {
    this.turn(TURNS);
    this.#writer.acknowledged(this.flow.shard.sequence);
    await this.#clock.advance(1_000);
    expect(this.#warnings).toEqual([]);
    expect(this.#turns).toEqual([]);
  }

  /** What recovers from the image and the events behind it is the same shard. */
  async check(): Promise<void> {
    const shard = new OmsShard(0, 1);
    const item = await this.#store.get(SHARDS_TABLE, "oms/0/manifest");
    const { slabs } = decode(ImageManifestCodec, item?.body ?? new Uint8Array());
    const images = new ImageStore(this.#store, "oms/0", "reader");
    for (const entry of slabs) shard.slabs.restore(entry.key, Number(entry.stamp), await images.slab(entry));
    const lowest = Math.min(...slabs.map(({ stamp }) => Number(stamp)));
    for (const event of this.flow.events.slice(lowest)) shard.evolve(event);
    expect(shard.state.requests.forgottenUntil).toBe(this.flow.shard.state.requests.forgottenUntil);
    expect(stateHash(shard.slabs, digest)).toBe(stateHash(this.flow.shard.slabs, digest));
  }
}

describe.each(Array.from({ length: TURNS }, (_, turn) => turn))("after %i turns of an image", (turn) => {
  test("S18, S20, I10: a slab of ids that was never written is forgotten", async () => {
    const copying = new Copying();
    copying.fillSlab();
    copying.settle(4);
    copying.begin();
    copying.turn(turn);
    copying.flow.now += 6 * MINUTE;
    copying.settle(1);
    expect(copying.flow.shard.state.requests.first).toBe(SLAB_IDS + 4);
    await copying.stand();
    await copying.check();
  });

  test("S18, S20, I10: a slab of ids that was written in part is forgotten", async () => {
    const copying = new Copying();
    copying.settle(4_000);
    copying.begin();
    await copying.stand();
    copying.flow.now += MINUTE;
    copying.fillSlab();
    copying.flow.now += 3 * MINUTE;
    copying.settle(4);
    copying.begin();
    copying.turn(turn);
    copying.flow.now += 3 * MINUTE;
    copying.settle(1);
    expect(copying.flow.shard.state.requests.first).toBe(SLAB_IDS);
    await copying.stand();
    await copying.check();
  });

  test("S18, S20, I10: ids are settled and forgotten between the copy of their slab and that of the bounds", async () => {
    const copying = new Copying();
    copying.settle(10);
    copying.begin();
    copying.turn(turn);
    copying.settle(5);
    copying.flow.now += 6 * MINUTE;
    copying.settle(1);
    const { requests } = copying.flow.shard.state;
    expect(requests.first).toBe(requests.next - 1);
    await copying.stand();
    await copying.check();
  });

  test("S18, S20, I10: the first ids of a slab that comes up are forgotten before the bounds are copied", async () => {
    const copying = new Copying();
    copying.fillSlab();
    copying.begin();
    copying.turn(turn);
    copying.settle(5);
    copying.flow.now += 6 * MINUTE;
    copying.settle(1);
    expect(copying.flow.shard.state.requests.first).toBe(SLAB_IDS + 5);
    await copying.stand();
    await copying.check();
  });

  test("S18, S20, I10: a slab of ids and one of accounts come up", async () => {
    const copying = new Copying();
    copying.fillSlab();
    copying.begin();
    copying.turn(turn);
    copying.settle(1);
    copying.flow.open("bob", { USD: "1" });
    copying.settle(1);
    await copying.stand();
    await copying.check();
  });
});
