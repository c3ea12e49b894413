import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { newFolder, type PlatformProcess, removeFolder, startPlatformProcess } from "./testing/platform-process.ts";
import { atlas, json } from "./testing/verb-run.ts";

const folder = newFolder("local-key");
let platform: PlatformProcess;

beforeAll(() => start());

afterAll(async () => {
  vi.unstubAllEnvs();
  await platform?.stop();
  removeFolder(folder);
});

async function start(): Promise<void> {
  platform = await startPlatformProcess({ folder });
  vi.stubEnv("ATLAS_URL", platform.url);
  vi.stubEnv("ATLAS_DATA", folder);
}

async function restart(): Promise<void> {
  await platform.stop();
  await start();
}

/** A new key, as `keys create` shows it. */
async function newKey(...options: readonly string[]): Promise<{ readonly keyId: string; readonly secret: string }> {
  const [made] = await json("keys", "create", ...options);
  return { keyId: made.apiKey.keyId, secret: made.secret };
}

/** Of the secret in `cli.key`, as `keys list` shows it. */
const idOf = (secret: string) => secret.split("_")[1] ?? "";

/** What a command ends with. */
async function endOf(...args: readonly string[]): Promise<string> {
  const { code, stderr } = await atlas(...args);
  return code === 0 ? "done" : stderr;
}

const warnings = () =>
  platform
    .said()
    .stderr.split("\n")
    .filter((line) => line.includes("without the local key"));

test("a key that is rolled as docs/operations.md says works at once, and at every start to come", async () => {
  const before = platform.key;
  const { secret } = await newKey("--label", "cli.key");
  writeFileSync(join(folder, "cli.key"), `${secret}\n`);
  expect(await endOf("keys", "revoke", idOf(before))).toBe("done");
  await restart();
  expect(await endOf("keys", "list")).toBe("done");
  expect(warnings()).toEqual([]);
  vi.stubEnv("ATLAS_KEY", before);
  expect(await endOf("keys", "list")).toContain("the API key is revoked");
  vi.stubEnv("ATLAS_KEY", undefined);
});

test("a start whose cli.key was revoked serves all the same, says so, and leaves the key that works", async () => {
  const { secret } = await newKey("--label", "cli.key");
  expect(await endOf("keys", "revoke", idOf(platform.key))).toBe("done");
  await restart();
  expect(warnings()).toEqual([expect.stringContaining("the API key is revoked")]);
  expect(await endOf("keys", "list")).toContain("the API key is revoked");
  vi.stubEnv("ATLAS_KEY", secret);
  expect(await endOf("keys", "list")).toBe("done");
});

test("a start serves without ADMIN for user local, and when that is disabled; nothing makes it work again", async () => {
  const { secret: own } = await newKey();
  expect(await endOf("users", "create", "maria", "--role", "admin")).toBe("done");
  const { secret } = await newKey("--user", "maria");
  writeFileSync(join(folder, "cli.key"), own);
  vi.stubEnv("ATLAS_KEY", secret);
  expect(await endOf("users", "roles", "local", "--role", "auditor")).toBe("done");
  await restart();
  expect(warnings()).toEqual([expect.stringContaining("ADMIN")]);
  expect(await endOf("users", "disable", "local")).toBe("done");
  await restart();
  expect(warnings()).toEqual([expect.stringContaining("the user is disabled")]);
  expect(await endOf("keys", "list")).toBe("done");
  vi.stubEnv("ATLAS_KEY", own);
  expect(await endOf("keys", "list")).toContain("the user is disabled");
});
