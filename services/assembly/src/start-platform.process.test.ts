import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { systemDigest } from "@atlas/adapters/system/system-digest";
import { partitionOf } from "@atlas/domain/partition/partition";
import { type Journal, silentJournal } from "@atlas/platform/telemetry/journal";
import { topics } from "@atlas/platform/topic/topics";
import { encodeFrame } from "@atlas/platform/wire/codec/frame";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openFolderColumn } from "./column.ts";
import { PARTITIONS } from "./platform-terms.ts";
import { type RunningPlatform, startPlatform } from "./start-platform.ts";

const WAITS = { timeout: 60_000, interval: 50 };
/** A field that no version knows stops the shard that reads it (S26). */
const UNKNOWN = Uint8Array.of(0xf8, 0x3f, 1);
const OTHER = "ada";
const BROKEN = partitionOf("demo", PARTITIONS.oms);

let folder: string;
let platform: RunningPlatform;
/** What was written as an error. */
let errors: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "atlas-starting-"));
  errors = [];
  platform = await start();
  await platform.started;
});

afterEach(async () => {
  await platform.stop();
  await rm(folder, { recursive: true, force: true });
});

function start(): Promise<RunningPlatform> {
  const archivePace = { bytes: 4_194_304, milliseconds: 600_000 };
  const journal: Journal = {
    ...silentJournal,
    error: (message, facts) => void errors.push(`${message} ${facts.shard}`),
  };
  return startPlatform({
    ...{ host: "127.0.0.1", port: 0, dataFolder: folder, archivePace, journal },
    progress: () => undefined,
  });
}

async function get(path: string): Promise<{ status: number; lines: string[] }> {
  const response = await fetch(`${platform.url}${path}`);
  return { status: response.status, lines: (await response.text()).trimEnd().split("\n") };
}

/** How a call ends, by the local key: `ok`, or Connect's code with what the platform says. */
async function call(method: string, request: object): Promise<string> {
  const key = (await readFile(join(folder, "cli.key"), "utf8")).trim();
  const response = await fetch(`${platform.url}/atlas.${method}`, {
    ...{ method: "POST", body: JSON.stringify(request), signal: AbortSignal.timeout(30_000) },
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
  });
  const { code, message } = (await response.json()) as { readonly code?: string; readonly message?: string };
  return response.ok ? "ok" : `${code} ${message}`;
}

const deposit = (accountId: string, requestId: string) =>
  call("account.v1.AccountService/DepositFunds", { requestId, accountId, amount: { asset: "USD", amount: "1" } });

/** Puts on the log of the platform at rest what stops the shard of `demo`. */
async function breakShard(): Promise<void> {
  const closers: (() => Promise<void> | void)[] = [];
  const { log } = await openFolderColumn(folder, (close) => void closers.push(close));
  const header = { source: "gNEWER", writer: "gNEWER", firstNumber: 1n };
  await log.append(topics.orderCommands.name, BROKEN, encodeFrame(header, [UNKNOWN], systemDigest()));
  for (const close of closers.reverse()) await close();
}

test("F13: a shard that stops at its start keeps only its own accounts waiting: the port is open, and says which", async () => {
  expect(partitionOf(OTHER, PARTITIONS.oms)).not.toBe(BROKEN);
  const account = { requestId: "create", accountId: OTHER, ownerId: OTHER };
  expect(await call("account.v1.AccountService/CreateAccount", account)).toBe("ok");
  await platform.stop();
  await breakShard();

  platform = await start();
  expect(await get("/livez")).toEqual({ status: 200, lines: ["alive"] });
  const ready = await get("/readyz");
  expect([ready.status, ready.lines.length > 0]).toEqual([503, true]);
  await expect.poll(() => deposit(OTHER, "one"), WAITS).toBe("ok");
  expect(await deposit("demo", "two")).toBe(`unavailable oms/${BROKEN} is not followed here yet`);
  expect(await call("account.v1.AccountService/ListBalances", { accountId: "demo" })).toBe(
    `unavailable oms/${BROKEN} has stopped`,
  );
  const { status, lines } = await get("/readyz");
  expect([status, lines.filter((line) => line.startsWith("oms/"))]).toEqual([
    503,
    [expect.stringMatching(new RegExp(`^oms/${BROKEN} has stopped: .*1023`))],
  ]);
  expect(errors).toEqual([`a shard has stopped oms/${BROKEN}`]);
  expect((await get("/livez")).status).toBe(200);
});

test("the start of a platform that is stopped meanwhile is over, and says so", async () => {
  await platform.stop();
  platform = await start();
  const started = platform.started.then(
    () => "done",
    (error: Error) => error.message,
  );
  await platform.stop();
  expect(await Promise.race([started, sleep(5_000, "hangs")])).toBe("Atlas was stopped while it started");
});
