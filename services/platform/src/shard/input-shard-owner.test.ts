import { OrderCommandCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import { OrderCommandFrameSchema } from "@atlas/gen/atlas/log/v1/order_command_pb";
import { OrderEventCodec } from "@atlas/gen/atlas/log/v1/order_event_codec";
import { OrderEventFrameSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { expect, test } from "vitest";
import { manualClock } from "../memory/manual-clock.ts";
import { memoryLog } from "../memory/memory-log.ts";
import { memoryStore, type StoreCall, type StoreFault } from "../memory/memory-store.ts";
import { topicOf } from "../topic/topic.ts";
import { ImageStore } from "./image-store.ts";
import type { InputShard } from "./input-shard.ts";
import { InputShardOwner } from "./input-shard-owner.ts";
import { OutputPositions } from "./output-positions.ts";
import { digest } from "./testing/tally-platform.ts";

const NAME = "venue/0";

// Two parts of two chunks each: what is checked only between parts reads a chunk too many.
test.each([
  ["the manifest", 150, 2],
  ["a chunk of a part", 250, 3],
  ["the last chunk", 550, 6],
])(
  "S20: a start that is stopped while it fetches %s fetches nothing more, and restores nothing",
  async (_, after, most) => {
    const clock = manualClock();
    let fetches: number | undefined;
    const fault = ({ operation }: StoreCall): StoreFault | undefined => {
      if (fetches === undefined || operation !== "get") return undefined;
      fetches += 1;
      return { kind: "delayed", milliseconds: 100 };
    };
    const store = memoryStore({ clock, fault });
    const parts = ["one", "two"].map((key) => ({ key, stamp: 7, bytes: new Uint8Array(300_000) }));
    const written = new ImageStore(store, NAME, "w-1").write(parts, { sequence: 7, eventsOffset: 0, nextInput: 7 });
    const positions = new OutputPositions(store, clock, NAME, () => ({ sequence: 0, offset: 0 }));
    positions.raise("orders.events", 1, 0n);
    await clock.advance(2_000);
    await written;
    let restored = 0;
    const shard = { name: NAME, restore: () => void restored++ } as unknown as InputShard<never, never>;
    const kind = {
      inputs: { topic: topicOf(OrderCommandFrameSchema), codec: OrderCommandCodec },
      published: { topic: topicOf(OrderEventFrameSchema), codec: OrderEventCodec },
      ...{ sequenceOf: () => 0, fresh: () => shard },
    };
    const ports = { log: memoryLog({ clock }), store, clock, digest, warn: () => undefined, writer: "w-2" };
    const owner = new InputShardOwner(ports, kind as never, shard, 0, {
      ...{ decided: () => undefined, answer: () => ({}) as never, failed: () => undefined },
    });
    fetches = 0;
    const outcome = owner.start().catch((error: Error) => error.message);
    await clock.advance(after);
    const stopped = owner.stop(0);
    await clock.advance(60_000);
    await stopped;
    expect(await outcome).toBe("venue/0 has stopped");
    expect([fetches, restored]).toEqual([most, 0]);
  },
);
