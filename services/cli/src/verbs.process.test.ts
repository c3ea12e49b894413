import { freePort } from "@atlas/engines/free-port";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { atlasProgram } from "./program.ts";
import {
  newFolder,
  type PlatformProcess,
  removeFolder,
  spawnAtlas,
  startPlatformProcess,
} from "./testing/platform-process.ts";
import { atlas, json } from "./testing/verb-run.ts";

/** Milliseconds in which a venue has answered, on the slowest machine. */
const SETTLES_WITHIN = 30_000;

const folder = newFolder("verbs");
let platform: PlatformProcess;

beforeAll(async () => {
  platform = await startPlatformProcess({ folder });
  vi.stubEnv("ATLAS_URL", platform.url);
  vi.stubEnv("ATLAS_DATA", folder);
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await platform?.stop();
  removeFolder(folder);
});

async function order(orderId: string): Promise<Record<string, string>> {
  return (await json("order", orderId))[0] ?? {};
}

/** Asks until the order has one of the statuses. */
async function settled(orderId: string, ...statuses: readonly string[]): Promise<Record<string, string>> {
  const one = statuses.map((status) => `ORDER_STATUS_${status}`);
  return vi.waitFor(
    async () => {
      const found = await order(orderId);
      expect(one, `status of ${orderId}`).toContain(found.status);
      return found;
    },
    { timeout: SETTLES_WITHIN, interval: 50 },
  );
}

/** What commander knows: each verb, and those below it. */
function everyVerb(): [verb: string, below: string][] {
  const silent = () => undefined;
  return atlasProgram({ out: silent, err: silent, progress: silent }).commands.flatMap((one) => [
    [one.name(), ""] as [string, string],
    ...one.commands.map((below): [string, string] => [one.name(), below.name()]),
  ]);
}

describe("an order's life on the command line", () => {
  test("is reserved, live, replaced, canceled, and the funds are back (D2)", async () => {
    const before = await json("balances");
    const [made] = await json("submit", "buy", "0.01", "BTC-USD", "--limit", "30000");
    const orderId = made?.orderId ?? "";
    await settled(orderId, "LIVE");
    const during = await json("balances");
    expect(during.find(({ asset }) => asset === "USD")?.reserved).toBe("300.15");
    await json("replace", orderId, "--limit", "29000");
    await settled(orderId, "LIVE");
    expect(await order(orderId)).toMatchObject({ limitPrice: "29000", leavesQuantity: "0.01" });
    expect((await json("orders", "--open")).map((one) => one.orderId)).toEqual([orderId]);
    await json("cancel", orderId);
    expect(await settled(orderId, "CANCELED")).toMatchObject({ canceledQuantity: "0.01", cumulativeQuantity: "0" });
    expect(await json("balances")).toEqual(before);
  });

  test("is filled at the market; fills, postings, positions and trades show it", async () => {
    const [made] = await json("submit", "buy", "0.02", "ETH-USD");
    const orderId = made?.orderId ?? "";
    await settled(orderId, "FILLED");
    const [fill] = await json("fills", "--order", orderId);
    expect(fill).toMatchObject({ quantity: "0.02", liquidity: "LIQUIDITY_TAKER" });
    const reasons = (await json("postings", "--order", orderId)).map((entry) => Object(entry.posting).reason);
    expect(reasons).toContain("POSTING_REASON_TRADE_RECEIVED");
    expect((await json("positions")).find((one) => one.instrumentId === "ETH-USD")).toMatchObject({ quantity: "0.02" });
    const trades = await json("trades", "ETH-USD", "--last", "1000");
    expect(await json("trades", "--instrument", "ETH-USD", "--last", "1000")).not.toEqual([]);
    expect(trades.map((trade) => trade.matchId)).toContain(fill?.matchId);
  });

  test("cancel-all cancels what is open, and only that", async () => {
    const [one] = await json("submit", "buy", "1", "SOL-USD", "--limit", "50");
    const [other] = await json("submit", "buy", "1", "AAPL-USD", "--limit", "150");
    await json("cancel-all", "--instrument", "SOL-USD");
    await settled(one?.orderId ?? "", "CANCELED");
    expect((await settled(other?.orderId ?? "", "LIVE")).instrumentId).toBe("AAPL-USD");
    await json("cancel-all");
    await settled(other?.orderId ?? "", "CANCELED");
  });

  test("the same request id twice is one order (I6)", async () => {
    const terms = ["submit", "buy", "0.01", "BTC-USD", "--limit", "30000", "--request-id", "twice"];
    const [first] = await json(...terms);
    const [second] = await json(...terms);
    expect(second?.orderId).toBe(first?.orderId);
    const other = await atlas(...terms.slice(0, 2), "0.02", ...terms.slice(3));
    expect(other.code).toBe(1);
    expect(other.stderr).toContain("REQUEST_ID_REUSED");
    await json("cancel", first?.orderId ?? "");
  });
});

describe("exit codes", () => {
  const refused: readonly [string, string[]][] = [
    ["INSUFFICIENT_FUNDS", ["submit", "sell", "1", "SOL-USD", "--limit", "110"]],
    ["NOTIONAL_LIMIT", ["submit", "buy", "99", "BTC-USD", "--limit", "50000"]],
    ["OFF_TICK", ["submit", "buy", "0.01", "BTC-USD", "--limit", "50000.001"]],
    ["UNKNOWN_INSTRUMENT", ["book", "XYZ-USD"]],
    ["UNKNOWN_ORDER", ["cancel", "nothing"]],
    ["UNSUPPORTED", ["submit", "buy", "0.01", "BTC-USD", "--type", "stop", "--stop", "60000"]],
    ["UNKNOWN_TOPIC", ["log", "count", "nothing"]],
    ["UNKNOWN_ACCOUNT", ["balances", "--account", "nobody"]],
  ];
  test.each(refused)("1 and the reason on stderr: %s", async (reason, args) => {
    const { code, stdout, stderr } = await atlas(...args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(reason);
  });

  const wrong: readonly string[][] = [
    ["fly"],
    ["submit", "buy"],
    ["submit", "hold", "1", "BTC-USD"],
    ["submit", "buy", "1", "BTC-USD", "--tif", "soon"],
    ["orders", "--colour", "red"],
    ["orders", "--last", "many"],
    ["watch", "weather"],
    ["replay", "/nothing.gz"],
    ["load", "--mode", "fast"],
  ];
  test.each(wrong.map((args) => [args]))("2 for wrong usage: %o", async (args) => {
    const { code, stdout, stderr } = await atlas(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).not.toBe("");
  });

  test("3 when nobody is there, or there is no key", async () => {
    const nobody = { ATLAS_URL: `http://127.0.0.1:${await freePort()}`, ATLAS_KEY: "x" };
    expect((await spawnAtlas(["book", "BTC-USD"], nobody).ended).code).toBe(3);
    expect((await spawnAtlas(["book", "BTC-USD"], { ATLAS_DATA: "/nothing" }).ended).code).toBe(3);
  });

  test("a wrong key is refused", async () => {
    const { code, stderr } = await spawnAtlas(["orders"], { ATLAS_URL: platform.url, ATLAS_KEY: "wrong" }).ended;
    expect(code).toBe(1);
    expect(stderr).toContain("NOT_SIGNED_IN");
  });

  test("0 for --help", async () => {
    const { code, stdout } = await atlas("--help");
    expect(code).toBe(0);
    for (const [verb] of everyVerb()) expect(stdout).toMatch(new RegExp(`^  ${verb} `, "m"));
  });

  test.each(everyVerb())("0 for --help, with what it does, its options and examples: %s %s", async (...words) => {
    const path = words.filter((word) => word !== "");
    const { code, stdout, stderr } = await atlas(...path, "--help");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(`Usage: atlas ${path.join(" ")} `);
    expect(stdout.split("\n\n")[1]).toMatch(/^[A-Z].*\.$/s);
    expect(stdout).toMatch(/^Examples:\n( {2}n.*(\n|$))+/m);
    expect(stdout).not.toContain("9007199254740991");
  });
});

describe("the rest of the verbs", () => {
  test("deposit, accounts, keys and users", async () => {
    await json("accounts", "create", "desk-7", "--owner", "maria");
    await json("deposit", "12.5", "USD", "--account", "desk-7");
    expect(await json("balances", "--account", "desk-7")).toEqual([{ asset: "USD", available: "12.5", reserved: "0" }]);
    expect((await json("accounts")).map((one) => one.accountId)).toContain("desk-7");
    const [made] = await json("keys", "create", "--label", "test");
    const secret = made?.secret ?? "";
    const withKey = { ATLAS_URL: platform.url, ATLAS_KEY: secret };
    expect((await spawnAtlas(["balances"], withKey).ended).code).toBe(0);
    await json("keys", "revoke", Object(made?.apiKey).keyId);
    expect((await spawnAtlas(["balances"], withKey).ended).code).toBe(1);
    const [user] = await json("users", "create", "maria", "--role", "auditor");
    expect(user).toMatchObject({ userId: "maria", roles: ["ROLE_AUDITOR"] });
  });

  test("preview says what submit would do", async () => {
    const [preview] = await json("preview", "buy", "1", "BTC-USD", "--limit", "30000");
    expect(preview).toMatchObject({ required: { asset: "USD", amount: "30015" } });
    const [blocked] = await json("preview", "buy", "99", "BTC-USD", "--limit", "50000");
    expect(Object(blocked?.refusal).reason).toBe("REASON_NOTIONAL_LIMIT");
  });

  test("watch shows what happens, book and trades, and stops after --count", async () => {
    const messages = await json("watch", "book", "ticker", "--instrument", "BTC-USD", "--count", "6");
    expect(messages).toHaveLength(6);
    expect(new Set(messages.map((one) => one.subscriptionId))).toEqual(new Set(["book BTC-USD", "ticker BTC-USD"]));
  });

  test("log counts and shows records", async () => {
    const counts = await json("log", "count", "control.events");
    expect(Number(counts[0]?.endOffset)).toBeGreaterThan(0);
    const [first] = await json("log", "seek", "control.events", "--limit", "1");
    expect(Object(first?.frame)["@type"]).toBe("type.googleapis.com/atlas.log.v1.ControlEventFrame");
  });

  test("load fills everything in each mode, and the doctor finds nothing wrong", async () => {
    for (const mode of ["session", "batch", "unary"]) {
      const { code, stdout, stderr } = await atlas("load", "--orders", "402", "--sessions", "2", "--mode", mode);
      expect(code, stderr).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ orders: 402, lost: 0, doubled: 0, broken: [] });
    }
    const { code, stdout } = await atlas("doctor");
    expect(code, stdout).toBe(0);
  });
});
