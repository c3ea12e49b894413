import { ProcessBeatSchema } from "@atlas/gen/atlas/log/v1/lease_pb";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { manualClock } from "../memory/manual-clock.ts";
import { memoryStore } from "../memory/memory-store.ts";
import { LeaseTable } from "./lease-table.ts";
import { LeaseView } from "./lease-view.ts";

const beat = create(ProcessBeatSchema, { process: "one", address: "http://one", roles: ["oms"] });

test("F12 while the table cannot be read nobody grows silent; once it can, who does not beat does", async () => {
  const clock = manualClock();
  const store = memoryStore({ clock });
  const table = new LeaseTable(store);
  const view = new LeaseView(table, clock);
  await table.beat(beat, 1);
  await view.look();
  expect(view.silenceOf("one")).toBe(0);

  store.setDown(true);
  for (let second = 0; second < 60; second++) {
    await clock.advance(1_000);
    await view.look().catch(() => undefined);
  }
  expect(view.silenceOf("one")).toBeLessThan(4_000);
  expect(view.living(4_000).map(({ process }) => process)).toEqual(["one"]);

  store.setDown(false);
  for (let look = 0; look < 20; look++) {
    await clock.advance(500);
    await view.look();
  }
  expect(view.silenceOf("one")).toBeGreaterThan(4_000);
  expect(view.living(4_000)).toEqual([]);
});
