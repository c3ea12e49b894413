import { expect, test } from "vitest";
import { MemoryPlatform } from "../simulated/memory-platform.ts";
import { Desk } from "../testing/desk.ts";

test.each(["oms/0", "oms/1", "oms/2", "venue/0", "venue/1", "control/0", "identity/0"])(
  "S19, S20, F14: an image of %s that nobody can read: the next owner is loud about it, and has all from the log",
  async (shard) => {
    const platform = await new MemoryPlatform({ imagePace: { changes: 5, milliseconds: 500 } }).start();
    const desks: Desk[] = [];
    for (const name of ["ada", "bob", "cyd", "dan"]) {
      desks.push(new Desk(platform, await platform.account(name, { USD: "100000" })));
    }
    for (const desk of desks) for (let count = 0; count < 3; count++) await platform.run(desk.submit());
    await platform.clock.advance(3_000);
    const leader = platform.leader();
    leader?.inside.ticks.stop();
    await platform.run(Promise.resolve(leader?.inside.shards.stop(5_000)));
    leader?.process.kill();
    const { store } = platform.world;
    const chunks = await platform.run(
      store.query("atlas_shards", { partition: shard, from: `${shard}/slab/`, to: `${shard}/slab0`, limit: 1_000 }),
    );
    const spoilt = chunks.at(-1);
    if (spoilt === undefined) throw new Error(`${shard} has no image`);
    await platform.run(store.remove("atlas_shards", [spoilt.key]));
    await platform.run(store.put("atlas_shards", { ...spoilt, body: Uint8Array.of(0xff, 0xff) }));
    await platform.startOwner();
    await platform.startGateway();
    for (const desk of desks) {
      await platform.run(desk.submit());
      expect((await platform.run(desk.list())).length).toBe(4);
      expect(await platform.run(desk.holds("USD"))).toBe("91996/8004");
    }
    expect(platform.warnings.filter((warning) => warning.includes("rebuilt from its whole log"))).toHaveLength(1);
    expect(platform.failures).toEqual([]);
  },
);
