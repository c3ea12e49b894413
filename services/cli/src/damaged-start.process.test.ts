import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { systemDigest } from "@atlas/adapters/system/system-digest";
import { openFolderColumn } from "@atlas/assembly/column";
import { PARTITIONS } from "@atlas/assembly/platform-terms";
import { partitionOf } from "@atlas/domain/partition/partition";
import { freePort } from "@atlas/engines/free-port";
import { topics } from "@atlas/platform/topic/topics";
import { encodeFrame } from "@atlas/platform/wire/codec/frame";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import {
  type AtlasProcess,
  newFolder,
  removeFolder,
  spawnAtlas,
  startPlatformProcess,
} from "./testing/platform-process.ts";

/** Milliseconds in which a start has come to what it cannot do. */
const SAID_WITHIN = 60_000;
/** A field that no version knows stops the shard that reads it (S26). */
const UNKNOWN = Uint8Array.of(0xf8, 0x3f, 1);
const BROKEN = partitionOf("demo", PARTITIONS.oms);

const folder = newFolder("damaged-start");
/** A platform at rest. */
const whole = join(folder, "whole");
const site = join(folder, "console");
let atlas: AtlasProcess;

beforeAll(async () => {
  mkdirSync(site);
  writeFileSync(join(site, "index.html"), "<!doctype html>");
  const platform = await startPlatformProcess({ folder: whole });
  await platform.stop();
});

afterEach(() => void atlas.process.kill("SIGKILL"));
afterAll(() => removeFolder(folder));

/** Puts a frame into a copy of the folder. */
async function damaged(name: string, topic: string, partition: number, firstNumber: bigint): Promise<string> {
  const copy = join(folder, name);
  cpSync(whole, copy, { recursive: true });
  const closers: (() => Promise<void> | void)[] = [];
  const { log } = await openFolderColumn(copy, (close) => void closers.push(close));
  const header = { source: "gNEWER", writer: "gNEWER", firstNumber };
  await log.append(topic, partition, encodeFrame(header, [UNKNOWN], systemDigest()));
  for (const close of closers.reverse()) await close();
  return copy;
}

/** Answers where it is. */
async function start(data: string): Promise<string> {
  const port = await freePort();
  const settings = { ATLAS_PORT: `${port}`, ATLAS_DATA: data, ATLAS_CONSOLE: site, ATLAS_LOG_LEVEL: "silent" };
  atlas = spawnAtlas(["start"], settings);
  return `http://127.0.0.1:${port}`;
}

const ROWS: readonly [what: string, topic: string, firstNumber: bigint, said: RegExp][] = [
  [
    "control has lost an event",
    topics.controlEvents.name,
    1_000n,
    /^atlas: control\/0 cannot be recovered: event \d+ of control\/0 is missing on the log\. /,
  ],
  [
    "identity has lost one",
    topics.identityEvents.name,
    1_000n,
    /^atlas: identity\/0 cannot be recovered: event \d+ of identity\/0 is missing on the log\. /,
  ],
  [
    "identity stops at what nobody can read",
    topics.identityCommands.name,
    1n,
    /^atlas: identity\/0 has stopped: atlas\.log\.v1\.IdentityCommand has no field 1023 .*\. /,
  ],
];

test.each(ROWS)("F13: a start without which nobody is served ends and says why: %s", async (_, topic, number, said) => {
  const data = await damaged(topic, topic, 0, number);
  await start(data);
  const timer = setTimeout(() => atlas.process.kill("SIGKILL"), SAID_WITHIN);
  const { code, stderr } = await atlas.ended;
  clearTimeout(timer);
  expect({ code, lines: stderr.trimEnd().split("\n").length }).toEqual({ code: 1, lines: 1 });
  expect(stderr).toMatch(said);
  expect(stderr).toContain(`npx atlas doctor --data ${data}`);
});

test("F13: with an order shard that cannot run the rest is served, and the link is printed that signs in", async () => {
  const url = await start(await damaged("order-shard", topics.orderCommands.name, BROKEN, 1n));
  const link = () => /\/login#([\w-]{43})$/m.exec(atlas.said().stdout)?.[1] ?? "";
  await expect.poll(link, { timeout: SAID_WITHIN }).not.toBe("");
  const response = await fetch(`${url}/atlas.identity.v1.IdentityService/RedeemLoginLink`, {
    ...{ method: "POST", body: JSON.stringify({ token: link() }) },
    headers: { "content-type": "application/json" },
  });
  expect(response.status).toBe(200);
  expect(await (await fetch(`${url}/readyz`)).text()).toContain(`oms/${BROKEN} has stopped: `);
  atlas.process.kill("SIGINT");
  expect(await atlas.ended).toMatchObject({ code: 0, stderr: "" });
});
