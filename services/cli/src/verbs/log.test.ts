import { once } from "node:events";
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { systemDigest } from "@atlas/adapters/system/system-digest";
import { OrderEventCodec } from "@atlas/gen/atlas/log/v1/order_event_codec";
import { OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { OperationsService, type ReadLogResponse } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import { frameIn } from "@atlas/platform/topic/frame-in";
import { topics } from "@atlas/platform/topic/topics";
import { encodeFrameOf } from "@atlas/platform/wire/codec/frame";
import { timestampOf } from "@atlas/platform/wire/time";
import { create } from "@bufbuild/protobuf";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { runAtlas } from "../run-atlas.ts";

const TOPIC = topics.orderEvents.name;
const digest = systemDigest();
const whole = encodeFrameOf(
  OrderEventCodec,
  { source: "oms/0", writer: "w", firstNumber: 7n },
  [create(OrderEventSchema, { sequence: 7n })],
  digest,
);
const damaged = whole.slice();
damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
/** A frame, one that is not what was written, one that has nothing in it, a stranger's, and a frame behind them. */
const records = [whole, damaged, new Uint8Array(0), new TextEncoder().encode("hello"), whole];

const server = createServer(
  connectNodeAdapter({
    routes: (router) =>
      router.service(OperationsService, {
        async *readLog() {
          for (const [offset, bytes] of records.entries()) yield answerOf(offset, bytes);
        },
      }),
  }),
);

function answerOf(offset: number, bytes: Uint8Array): ReadLogResponse {
  const frame = frameIn(TOPIC, bytes, digest);
  return {
    $typeName: "atlas.operations.v1.ReadLogResponse",
    offset: BigInt(offset),
    appendTime: timestampOf(Date.UTC(2026, 10, 20)),
    frame,
    unreadable: frame === undefined ? bytes : new Uint8Array(0),
  };
}

beforeAll(async () => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  vi.stubEnv("ATLAS_KEY", "any");
});
afterAll(() => {
  vi.unstubAllEnvs();
  server.close();
});

async function seek(...more: readonly string[]): Promise<string[]> {
  const lines: string[] = [];
  const io = {
    out: (text: string) => void lines.push(...text.split("\n")),
    err: expect.unreachable,
    progress: () => {},
  };
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  expect(await runAtlas(["log", "seek", TOPIC, "--url", url, ...more], io)).toBe(0);
  return lines;
}

test("F13: `log seek` shows a record that cannot be read at its offset, by its size, and goes on behind it", async () => {
  const said = (await seek()).map((line) => line.replace(/^(\d+) {2}\S+ {2}/, "$1: "));
  const frame = ["oms/0  from 7, 1 messages", '  {"sequence":"7"}'];
  expect(said).toEqual([
    ...[`0: ${frame[0]}`, frame[1]],
    `1: ${whole.length} bytes that cannot be read`,
    "2: 0 bytes that cannot be read",
    "3: 5 bytes that cannot be read",
    ...[`4: ${frame[0]}`, frame[1]],
  ]);
});

test("F13: for programs such a record has its bytes in place of a frame", async () => {
  const told = (await seek("--json")).map((line) => JSON.parse(line));
  expect(told.map(({ frame }) => frame !== undefined)).toEqual([true, false, false, false, true]);
  expect(Buffer.from(told[1].unreadable, "base64")).toEqual(Buffer.from(damaged));
  expect(told[3].unreadable).toBe(Buffer.from("hello").toString("base64"));
});
