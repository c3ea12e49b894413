import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { newFolder, type PlatformProcess, removeFolder, startPlatformProcess } from "./testing/platform-process.ts";
import { atlas, json } from "./testing/verb-run.ts";

const folder = newFolder("audit");
/** Everything is archived within seconds. */
const environment = { ATLAS_ARCHIVE_SECONDS: "1" };
const ARCHIVED_WITHIN = 60_000;
let platform: PlatformProcess;

beforeAll(async () => {
  platform = await startPlatformProcess({ folder, environment });
  vi.stubEnv("ATLAS_URL", platform.url);
  vi.stubEnv("ATLAS_DATA", folder);
  await json("submit", "buy", "0.01", "BTC-USD");
  const isArchived = async () => expect((await json("audit", "verify")).length).toBeGreaterThan(20);
  await vi.waitFor(isArchived, { timeout: ARCHIVED_WITHIN, interval: 500 });
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await platform?.stop();
  removeFolder(folder);
});

/** Names of objects of records, with their folders. */
function objects(topic: string): string[] {
  const below = join(folder, "archive", "records", topic);
  return readdirSync(below, { recursive: true, encoding: "utf8" })
    .map((name) => join(below, name))
    .filter((path) => statSync(path).isFile())
    .sort();
}

test("F14, F19, I22, I23: after kill -9 the archive is sound by itself, and goes on at the next start", async () => {
  await platform.kill();
  const checkpoint = join(folder, "checkpoint.json");
  const before = await json("audit", "verify", "--save", checkpoint);
  expect(before.length).toBeGreaterThan(20);
  platform = await startPlatformProcess({ folder, environment });
  vi.stubEnv("ATLAS_URL", platform.url);
  const total = (answers: readonly { records?: string }[]) =>
    answers.reduce((sum, { records = "0" }) => sum + Number(records), 0);
  await vi.waitFor(
    async () => expect(total(await json("audit", "verify", "--checkpoint", checkpoint))).toBeGreaterThan(total(before)),
    { timeout: ARCHIVED_WITHIN, interval: 500 },
  );
});

test("I23: verify names the object and the offset of what was changed or is gone, and ends with 1", async () => {
  await platform.stop();
  const checkpoint = join(folder, "later.json");
  expect((await atlas("audit", "verify", "--save", checkpoint)).code).toBe(0);
  const path = objects("orders.events").find((name) => statSync(name).size > 40) as string;
  const name = path.slice(join(folder, "archive", "/").length);
  const content = readFileSync(path);
  chmodSync(path, 0o644);
  writeFileSync(
    path,
    content.map((byte, index) => (index === 20 ? byte ^ 1 : byte)),
  );
  const changed = await atlas("audit", "verify");
  expect(changed.code).toBe(1);
  expect(changed.stderr).toContain(`${name}, offset ${Number(name.slice(-20, -4))}: it was changed`);
  writeFileSync(path, content);
  expect((await atlas("audit", "verify")).code).toBe(0);
  rmSync(join(folder, "archive", "records", "market.data"), { recursive: true });
  rmSync(join(folder, "archive", "manifests", "market.data"), { recursive: true });
  expect((await atlas("audit", "verify")).code).toBe(0);
  const gone = await atlas("audit", "verify", "--checkpoint", checkpoint);
  expect(gone).toMatchObject({ code: 1, stderr: expect.stringContaining("market.data/") });
});

test("I23: an archive that holds nothing proves nothing: it is refused, not verified", async () => {
  const nothing = join(folder, "nothing");
  mkdirSync(join(nothing, "archive"), { recursive: true });
  const verified = await atlas("audit", "verify", "--data", nothing);
  expect(verified).toMatchObject({ code: 1, stderr: expect.stringContaining("the archive is empty: folder") });
});

test("without a place named, the archive of a distributed platform is its bucket, not what an embedded one left", async () => {
  for (const [name, value] of Object.entries({
    ...{ ATLAS_ENGINES: "distributed", ATLAS_KAFKA_BROKERS: "127.0.0.1:9", ATLAS_S3_BUCKET: "b" },
    ...{ ATLAS_S3_ENDPOINT: "http://127.0.0.1:9", AWS_REGION: "us-east-1" },
    ...{ AWS_ACCESS_KEY_ID: "any", AWS_SECRET_ACCESS_KEY: "any" },
  })) {
    vi.stubEnv(name, value);
  }
  expect((await atlas("audit", "verify")).code).toBe(3);
  expect((await atlas("audit", "verify", "--data", folder)).stdout).toContain("folder ");
});

test("wrong usage ends with 2, an archive that is not there with 1, a server that is not with 3", async () => {
  expect((await atlas("audit", "verify", "--checkpoint", "/nowhere")).code).toBe(2);
  expect((await atlas("audit", "timeline", "00AAAAAAAAAAAAAAAAAAAA", "--from", "yesterday")).code).toBe(2);
  expect((await atlas("audit", "verify", "--data", join(folder, "none"))).code).toBe(1);
  vi.stubEnv("AWS_ACCESS_KEY_ID", "any");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "any");
  vi.stubEnv("AWS_REGION", "us-east-1");
  expect((await atlas("audit", "verify", "--bucket", "b", "--endpoint", "http://127.0.0.1:9")).code).toBe(3);
});
