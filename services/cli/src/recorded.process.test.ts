import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gunzipSync } from "node:zlib";
import { type Order, OrderStatus, OrderType, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { afterAll, describe, expect, test } from "vitest";
import { type AtlasClient, atlasClient } from "./client/atlas-client.ts";
import {
  newFolder,
  type PlatformProcess,
  removeFolder,
  spawnAtlas,
  startPlatformProcess,
} from "./testing/platform-process.ts";
import { until } from "./testing/users.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const EXAMPLE = join(ROOT, "examples", "market", "binance_spot_btcusdt_20240808.gz");
const LINES = 400;
/** What the example's prices are far above. */
const LOW = 20_000;

const folder = newFolder("recorded");
const cut = join(folder, "cut");
writeFileSync(cut, gunzipSync(readFileSync(EXAMPLE)).toString().split("\n").slice(0, LINES).join("\n"));
const stranger = join(folder, "stranger");
writeFileSync(
  stranger,
  [
    `0 {"lastUpdateId":1,"bids":[["10000.00","1"]],"asks":[["10001.00","1"]]}`,
    `1500000000 {"data":{"e":"depthUpdate","u":2,"b":[["9999.00","1"]],"a":[]}}`,
  ].join("\n"),
);

describe("atlas replay into a platform that was started without a recorded market", () => {
  let platform: PlatformProcess;
  afterAll(async () => {
    await platform?.kill();
  });

  test("defines BTC-USDT, plays a cut of the example, and plays it again", async () => {
    platform = await startPlatformProcess({ folder: join(folder, "simulated") });
    for (let time = 0; time < 2; time++) {
      const { code, stdout, stderr } = await replay(platform, cut, "--speed", "0");
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).toMatch(/^played \d{2,} steps$/m);
    }
    await withClient(platform, async (atlas) => {
      await until("the book shows it", async () => (await bestBid(atlas)) > LOW);
    });
  });

  test("that nobody plays it at the next start, and its book has one side, keeps nothing from being ready", async () => {
    const oneSided = join(folder, "one-sided");
    writeFileSync(oneSided, `0 {"lastUpdateId":1,"bids":[["10000.00","1"]],"asks":[]}`);
    expect((await replay(platform, oneSided)).code).toBe(0);
    await withClient(platform, async (atlas) => {
      await until("the book has one side", async () => (await bestBid(atlas)) === 10_000);
    });
    await platform.kill();
    platform = await startPlatformProcess({ folder: platform.folder });
    expect((await fetch(`${platform.url}/readyz`)).status).toBe(200);
  });
});

describe("a platform that plays a recorded market", () => {
  let platform: PlatformProcess;
  const begin = async () => {
    platform = await startPlatformProcess({ folder: join(folder, "it's recorded"), args: ["--market", "recorded"] });
  };
  afterAll(async () => {
    await platform?.kill();
    removeFolder(folder);
  });

  test("fills a market order, and has the same balances after kill -9", async () => {
    await begin();
    const before = await withClient(platform, async (atlas) => {
      const order = { instrumentId: "BTC-USDT", side: Side.BUY, type: OrderType.MARKET, quantity: "0.01" };
      const made = (await atlas.orders.submitOrder({ requestId: "bought", accountId: "demo", order })).order as Order;
      await until("it is filled and settled", async () => {
        const { order: now } = await atlas.orders.getOrder({ accountId: "demo", orderId: made.orderId });
        return now?.status === OrderStatus.FILLED && (await balances(atlas)).every((text) => text.endsWith(" 0"));
      });
      return balances(atlas);
    });
    expect(before).toContain("BTC 50.01 0");
    await platform.kill();
    await begin();
    expect(await withClient(platform, balances)).toEqual(before);
  });

  test("prints three commands that work, for the recorded instrument, whatever the data folder is called", async () => {
    const last = () => platform.said().stdout.trimEnd().split("\n").slice(-3);
    // It is ready a moment before it says so.
    await until("it says what to try", async () => last().every((line) => line.startsWith("  ")));
    const lines = last();
    const said = [];
    for (const line of lines) said.push(await runLine(line.replace(/ watch .*/, "$& --count 3")));
    expect(said[0]).toMatch(/^book /m);
    expect(said[2]).toContain("BTC-USDT");
    expect(lines).toHaveLength(3);
  });

  test("gives way to a recording by atlas replay, and goes on when that is over", async () => {
    await withClient(platform, async (atlas) => {
      await until("its own is played", async () => (await bestBid(atlas)) > LOW);
      const replayed = replay(platform, stranger);
      await until("the other is played", async () => (await bestBid(atlas)) === 10_000);
      expect(await replayed).toMatchObject({ code: 0, stdout: "played 2 steps\n", stderr: "" });
      await until("its own is played again", async () => (await bestBid(atlas)) > LOW);
    });
    expect(platform.said().stderr).toBe("");
  });
});

function replay({ url, folder: data }: PlatformProcess, ...args: readonly string[]) {
  return spawnAtlas(["replay", ...args], { ATLAS_URL: url, ATLAS_DATA: data }).ended;
}

async function runLine(line: string): Promise<string> {
  return (await promisify(execFile)("bash", ["-c", line], { cwd: ROOT })).stdout;
}

async function withClient<Result>(
  { url, key }: PlatformProcess,
  action: (atlas: AtlasClient) => Promise<Result>,
): Promise<Result> {
  const atlas = atlasClient(url, key);
  return action(atlas).finally(() => atlas.close());
}

async function bestBid(atlas: AtlasClient): Promise<number> {
  const { book } = await atlas.market.getBook({ instrumentId: "BTC-USDT", depth: 1 });
  return Number(book?.bids[0]?.price ?? 0);
}

async function balances(atlas: AtlasClient): Promise<string[]> {
  const { balances: held } = await atlas.accounts.listBalances({ accountId: "demo" });
  return held.map(({ asset, available, reserved }) => `${asset} ${available} ${reserved}`);
}
