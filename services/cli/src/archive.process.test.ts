import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { newFolder, type PlatformProcess, removeFolder, startPlatformProcess } from "./testing/platform-process.ts";
import { columnEnvironment } from "./testing/test-column.ts";
import { atlas, json } from "./testing/verb-run.ts";

const folder = newFolder("archive");
/** Everything is archived within seconds. */
const environment = { ATLAS_ARCHIVE_SECONDS: "1" };
const ARCHIVED_WITHIN = 60_000;
let platform: PlatformProcess;
let auditor = "";
let orderId = "";

beforeAll(async () => {
  platform = await startPlatformProcess({ folder, environment });
  // Verbs that read the archive without the platform find it by the settings that it was started with.
  const settings = { ...columnEnvironment(folder), ATLAS_URL: platform.url, ATLAS_DATA: folder };
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  await json("users", "create", "ann", "--role", "auditor");
  auditor = (await json("keys", "create", "--user", "ann"))[0]?.secret as string;
  orderId = (await json("submit", "buy", "0.01", "BTC-USD"))[0]?.orderId as string;
});
afterEach(() => void vi.stubEnv("ATLAS_KEY", undefined));
afterAll(async () => {
  vi.unstubAllEnvs();
  await platform?.stop();
  removeFolder(folder);
});

/** Where the archive is, in words for a verb that is not to ask the platform. */
function placeOf(data: string): readonly string[] {
  const { ATLAS_S3_BUCKET: bucket, ATLAS_S3_ENDPOINT: endpoint, ATLAS_PREFIX: prefix } = columnEnvironment(data);
  if (bucket === undefined || endpoint === undefined || prefix === undefined) return ["--data", data];
  return ["--bucket", bucket, "--endpoint", endpoint, "--prefix", `${prefix}/`];
}

test("timeline shows an order's commands, events, postings and reports, in the order in which they were decided", async () => {
  expect((await atlas("audit", "timeline", orderId)).stderr).toContain("needs AUDITOR or COMPLIANCE_OFFICER");
  vi.stubEnv("ATLAS_KEY", auditor);
  const entries = await vi.waitFor(
    async () => {
      const found = await json("audit", "timeline", orderId);
      expect(found.at(-1)?.executionReport?.status).toBe("ORDER_STATUS_FILLED");
      expect(found.every(({ archived }) => archived === true)).toBe(true);
      return found;
    },
    { timeout: ARCHIVED_WITHIN, interval: 200 },
  );
  const kinds = entries.map(({ command, event, venueCommand, executionReport }) => {
    if (command !== undefined) return "report" in command ? "venue report" : "command";
    if (event !== undefined) return `event with ${event.postings.length} postings`;
    return venueCommand === undefined ? executionReport.executionType : "to the venue";
  });
  expect(kinds.slice(0, 4)).toEqual(["command", "event with 1 postings", "to the venue", "EXECUTION_TYPE_NEW"]);
  expect(kinds.slice(4, 6)).toEqual(["venue report", expect.stringMatching(/^event with [3-5] postings$/)]);
  const { stdout } = await atlas("audit", "timeline", orderId);
  expect(stdout).toContain("command: submit by local");
  expect(stdout).toMatch(/RESERVE: [\d.]+ USD of demo, AVAILABLE to RESERVED/);
  expect((await atlas("audit", "timeline", "00AAAAAAAAAAAAAAAAAAAA")).code).toBe(1);
});

test("export gives every record once, whether archived or on the log alone", async () => {
  vi.stubEnv("ATLAS_KEY", auditor);
  const live = await json("audit", "export", "--topic", "orders.events");
  const offsets = new Map<number, number[]>();
  for (const { partition = 0, offset = "0" } of live) {
    offsets.set(partition, [...(offsets.get(partition) ?? []), Number(offset)]);
  }
  for (const own of offsets.values()) expect(own).toEqual(own.map((_, index) => index));
  const out = join(folder, "exported");
  expect((await atlas("audit", "export", ...placeOf(folder), "--topic", "orders.events", "--out", out)).code).toBe(0);
  const lines = readdirSync(out).flatMap((name) => readFileSync(join(out, name), "utf8").trimEnd().split("\n"));
  const alone = lines.map((line) => JSON.parse(line));
  expect(alone.length).toBeGreaterThan(15);
  expect(alone.length).toBeLessThanOrEqual(live.length);
});

test("I22, I23: the archive is sound by itself, and holds what was decided", async () => {
  const answers = await json("audit", "verify");
  expect(answers.some(({ topic, records }) => topic === "orders.events" && Number(records) > 0)).toBe(true);
});
