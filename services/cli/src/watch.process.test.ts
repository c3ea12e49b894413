import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test, vi } from "vitest";
import { runAtlas } from "./run-atlas.ts";
import { newFolder, type PlatformProcess, removeFolder, startPlatformProcess } from "./testing/platform-process.ts";

const folder = newFolder("watch");
let platform: PlatformProcess | undefined;

afterAll(async () => {
  vi.unstubAllEnvs();
  await platform?.kill();
  removeFolder(folder);
});

interface Line {
  readonly sequence?: string;
  readonly update?: { readonly contents: { readonly trades: readonly { readonly sequence: string }[] } };
}

/** Runs a verb in this process; `heard` gets each line as it comes. */
async function atlas(args: readonly string[], heard: (line: Line) => void): Promise<number> {
  const errors: string[] = [];
  const code = await runAtlas([...args, "--json"], {
    out: (text) => heard(JSON.parse(text)),
    err: (text) => void errors.push(text),
    progress: () => undefined,
  });
  if (code !== 0) throw new Error(errors.join("\n"));
  return code;
}

test("a watched market goes on behind a killed platform, no trade left out or shown twice (I19)", async () => {
  platform = await startPlatformProcess({ folder });
  vi.stubEnv("ATLAS_URL", platform.url);
  vi.stubEnv("ATLAS_DATA", folder);
  const seen: number[] = [];
  const watching = atlas(["watch", "trades", "--instrument", "BTC-USD", "--count", "60"], ({ update }) => {
    for (const trade of update?.contents.trades ?? []) seen.push(Number(trade.sequence));
  });
  while (seen.length < 10) await sleep(50);
  await platform.kill();
  platform = await startPlatformProcess({ folder, port: platform.port });
  await watching;
  const [first = 0, last = 0] = [seen[0], seen.at(-1)];
  const listed: number[] = [];
  await atlas(["trades", "BTC-USD", "--last", "5000"], ({ sequence }) => {
    if (Number(sequence) >= first && Number(sequence) <= last) listed.unshift(Number(sequence));
  });
  expect(seen).toEqual(listed);
  expect(seen.length).toBeGreaterThan(50);
}, 120_000);
