import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { archiveFolder } from "@atlas/adapters/files/archive-folder";
import { systemDigest } from "@atlas/adapters/system/system-digest";
import { archiveIn } from "@atlas/assembly/archive-in";
import { OrderEventCodec } from "@atlas/gen/atlas/log/v1/order_event_codec";
import { OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { encode } from "@atlas/gen/codec/codec";
import { archivedRanges } from "@atlas/platform/archive/testing/small-archive";
import { topics } from "@atlas/platform/topic/topics";
import { encodeFrame } from "@atlas/platform/wire/codec/frame";
import { create } from "@bufbuild/protobuf";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runAtlas } from "../run-atlas.ts";

const ORDER = "02abcdefghijklmnopqrst";
const OTHER = "02zzzzzzzzzzzzzzzzzzzz";
const THEN = Date.UTC(2026, 10, 20);
const folder = mkdtempSync(join(tmpdir(), "atlas-audit-"));

/** An archive of events on an order, an hour apart, without a platform; behind the second what cannot be read of it. */
beforeAll(async () => {
  const records = [1n, 2n].map((sequence, offset) => {
    const event = create(OrderEventSchema, { eventId: `oms/2:${sequence}`, sequence, orderId: ORDER });
    const torn = Uint8Array.of(10, 100, ...new TextEncoder().encode(ORDER));
    const messages = [encode(OrderEventCodec, event).slice(), ...(sequence === 2n ? [torn] : [])];
    const header = { source: "oms/2", writer: "w", firstNumber: sequence };
    const bytes = encodeFrame(header, messages, systemDigest()).slice();
    return { offset, appendTime: THEN + 3_600_000 * offset, bytes };
  });
  const objects = new Map<string, Uint8Array>();
  const ranges = records.map((record) => [record]);
  await archivedRanges(objects, { topic: topics.orderEvents.name, partition: 2 }, ranges);
  const archive = archiveFolder(archiveIn(folder));
  for (const [name, object] of objects) await archive.create(name, object);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function timeline(orderId: string, ...more: readonly string[]) {
  const [said, wrong]: [string[], string[]] = [[], []];
  const io = {
    out: (text: string) => void said.push(...text.split("\n")),
    err: (text: string) => void wrong.push(text),
    progress: () => {},
  };
  const code = await runAtlas(["audit", "timeline", orderId, "--data", folder, ...more], io);
  return { code, said, wrong };
}

test("`audit timeline` reads an archive by itself, and says what that does not show", async () => {
  const { code, said, wrong } = await timeline(ORDER);
  expect([code, wrong]).toEqual([0, []]);
  expect(said).toEqual([
    `folder ${archiveIn(folder)}`,
    expect.stringMatching(/orders\.events\/2@0\.0 {2}archived {2}event 1/),
    expect.stringMatching(/orders\.events\/2@1\.0 {2}archived {2}event 2/),
    "hold the order's id and cannot be read, export shows them: orders.events/2 1",
    "What is not archived yet is not in it.",
  ]);
});

test("for programs it has the entries alone, of the times that were asked for", async () => {
  const { code, said } = await timeline(ORDER, "--json", "--from", "2026-11-20T00:30:00Z");
  const entries = said.map((line) => JSON.parse(line));
  expect(code).toBe(0);
  expect(entries).toMatchObject([{ topic: "orders.events", partition: 2, offset: "1", archived: true }]);
});

test("an order of which the archive has nothing is refused", async () => {
  for (const orderId of [OTHER, "00zzzzzzzzzzzzzzzzzzzz", "ffzzzzzzzzzzzzzzzzzzzz", "x"]) {
    const { code, wrong } = await timeline(orderId);
    expect([code, wrong]).toEqual([1, [`atlas: there is nothing on an order ${orderId}`]]);
  }
});

test("`audit timeline` asks a platform or reads an archive, not both", async () => {
  const { code, wrong } = await timeline(ORDER, "--url", "http://127.0.0.1:1");
  expect([code, wrong.join("")]).toEqual([1, expect.stringContaining("--url asks a platform")]);
});
