import { join } from "node:path";
import { freePort } from "@atlas/engines/free-port";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  type AtlasProcess,
  newFolder,
  OLD_BUILD,
  type PlatformProcess,
  removeFolder,
  spawnAtlas,
  spawnStart,
  startPlatformProcess,
} from "./testing/platform-process.ts";

const folder = newFolder("engine");
const data = join(folder, "data");
let platform: PlatformProcess;

beforeAll(async () => {
  platform = await startPlatformProcess({ folder: data, main: OLD_BUILD });
});
afterAll(async () => {
  await platform.kill();
  removeFolder(folder);
});

const variables = () => ({ ATLAS_URL: platform.url, ATLAS_DATA: data });

async function atlas(...args: string[]) {
  const { code, stdout, stderr } = await spawnAtlas(args, variables()).ended;
  return { code, stdout: stdout.trim(), stderr: stderr.trim() };
}

/** An IOC order far from the market, of an account that has as many open orders as it may. */
const passing = () => atlas("submit", "buy", "0.01", "BTC-USD", "--limit", "45000", "--tif", "ioc");

test("S26, F23: an operator replaces the old build, activates its rules, and cannot go back", async () => {
  expect((await atlas("engine", "show")).stdout).toMatch(/^ACTIVE VERSION +SHARDS\n +1 +all 26$/m);
  const refused = await atlas("engine", "activate", "2");
  expect(refused).toMatchObject({ code: 1, stdout: "" });
  expect(refused.stderr).toContain("engine version 2 cannot be activated: not carried by ");

  await platform.stop();
  platform = await startPlatformProcess({ folder: data });
  expect((await atlas("engine", "show")).stdout).toMatch(/^ +1 +all 26$/m);
  expect((await atlas("engine", "activate", "3")).stderr).toContain("version 1 is active: the next is 2, not 3");
  await limitOpenOrders();
  expect((await passing()).stderr).toContain("1 orders are open, the limit is 1");
  expect(await atlas("engine", "activate", "2")).toEqual({ code: 0, stdout: "engine version 2 is active", stderr: "" });
  expect(await atlas("engine", "activate", "2", "--json")).toEqual({ code: 0, stdout: '{"version":2}', stderr: "" });
  expect((await passing()).code).toBe(0);
  expect((await atlas("engine", "show")).stdout).toMatch(/^ +2 +all 26$/m);

  await platform.stop();
  const back = await spawnStart({ folder: data, port: await freePort(), main: OLD_BUILD }).ended;
  expect(back.code).toBe(1);
  expect(back.stderr).toContain("engine version 2 is active, and this build carries 1 only: start a newer one");
  platform = await startPlatformProcess({ folder: data });
  expect((await passing()).code).toBe(0);
  await expectHealthy(spawnAtlas(["doctor"], variables()));
  await platform.stop();
  await expectHealthy(spawnAtlas(["doctor", "--data", data]));
});

/** Every shard is decided once more, by the rules that held at each input. */
async function expectHealthy(doctor: AtlasProcess): Promise<void> {
  const { code, stdout, stderr } = await doctor.ended;
  expect([code, stderr]).toEqual([0, expect.any(String)]);
  expect(stdout).toContain("I10");
}

/** One order rests, and no other may. */
async function limitOpenOrders(): Promise<void> {
  const limits = { maximumNotional: "1000000", maximumOpenOrders: 1, ordersPerSecond: 100, orderBurst: 100 };
  const answer = await fetch(`${platform.url}/atlas.account.v1.AccountService/SetLimits`, {
    method: "POST",
    headers: { authorization: `Bearer ${platform.key}`, "content-type": "application/json" },
    body: JSON.stringify({ requestId: "tight", accountId: "demo", limits }),
  });
  expect(await answer.text()).toContain("maximumOpenOrders");
  expect((await atlas("submit", "buy", "0.01", "BTC-USD", "--limit", "40000")).code).toBe(0);
}
