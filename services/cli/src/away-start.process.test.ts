import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { newFolder, removeFolder, spawnAtlas } from "./testing/platform-process.ts";

const folder = newFolder("away");
/** Where nobody listens. */
const NOBODY = "127.0.0.1:9";

afterAll(() => removeFolder(folder));

test("F12: a start that waits for log and store ends at the first signal", async () => {
  const atlas = spawnAtlas(["start", "--engines", "distributed", "--data", folder, "--port", "0"], {
    ATLAS_KAFKA_BROKERS: NOBODY,
    ATLAS_DYNAMODB_ENDPOINT: `http://${NOBODY}`,
    ATLAS_S3_BUCKET: "none",
    ...{ AWS_REGION: "nowhere", AWS_ACCESS_KEY_ID: "nobody", AWS_SECRET_ACCESS_KEY: "none" },
  });
  while (!atlas.said().stderr.includes("the start waits")) {
    if (atlas.process.exitCode !== null) throw new Error(JSON.stringify(atlas.said()));
    await sleep(50);
  }
  const began = performance.now();
  atlas.process.kill("SIGTERM");
  const { code, stdout } = await atlas.ended;
  expect(code).toBe(0);
  expect(stdout).toContain("stopping");
  // It would wait for a minute.
  expect(performance.now() - began).toBeLessThan(20_000);
});
