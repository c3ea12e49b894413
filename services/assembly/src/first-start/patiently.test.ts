import { manualClock } from "@atlas/platform/memory/manual-clock";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { patiently } from "./patiently.ts";

test("F9 a start goes on as long as shards are away, and says so once", async () => {
  const clock = manualClock();
  const warnings: string[] = [];
  const failures = [Code.DeadlineExceeded, Code.Unavailable, Code.Unavailable];
  const work = async () => {
    const code = failures.shift();
    if (code !== undefined) throw new ConnectError("send the same again", code);
    return "done";
  };
  const { signal } = new AbortController();
  const done = patiently(work, { clock, warn: (message) => void warnings.push(message), signal });
  await clock.advance(5_000);
  expect(await done).toBe("done");
  expect(warnings).toHaveLength(1);
});

test("what no repeat cures ends the start", async () => {
  const refused = new ConnectError("no", Code.PermissionDenied);
  const ports = { clock: manualClock(), warn: () => undefined, signal: new AbortController().signal };
  const done = patiently(() => Promise.reject(refused), ports);
  await expect(done).rejects.toBe(refused);
});
