import { manualClock } from "@atlas/platform/memory/manual-clock";
import { notReady } from "@atlas/platform/shard/not-ready";
import type { ShardClient } from "@atlas/platform/shard/shard-client";
import { expect, test } from "vitest";
import { Freshness } from "./freshness.ts";
import type { IdentityView } from "./identity-view.ts";

test("S23: an identity shard that refuses at once is asked again and again, and leaves time for everything else", async () => {
  const clock = manualClock();
  let asked = 0;
  const client = {
    read() {
      asked += 1;
      // As many as a second has are enough to fail: without a pause the clock would never get on.
      if (asked > 1_000) throw new Error("asked without a pause");
      return Promise.reject(notReady("nobody owns it"));
    },
  } as unknown as ShardClient;
  const view = { listen: () => undefined, sequence: 0 } as unknown as IdentityView;
  const freshness = new Freshness(client, view, clock, () => undefined);
  const started = freshness.start();
  await clock.advance(1_000);
  expect(asked).toBeGreaterThan(10);
  expect(asked).toBeLessThan(40);
  freshness.stop();
  await clock.advance(1_000);
  await started;
});
