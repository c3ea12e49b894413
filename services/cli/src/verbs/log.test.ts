import { once } from "node:events";
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { systemDigest } from "@atlas/adapters/system/system-digest";
import { OrderEventCodec } from "@atlas/gen/atlas/log/v1/order_event_codec";
import { OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { OperationsService, type ReadLogResponse } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import { frameIn } from "@atlas/platform/topic/frame-in";
import { topics } from "@atlas/platform/topic/topics";
import { encodeFrame, encodeFrameOf } from "@atlas/platform/wire/codec/frame";
import { timestampOf } from "@atlas/platform/wire/time";
import { create, toBinary } from "@bufbuild/protobuf";
import { WireType } from "@bufbuild/protobuf/wire";
import { connectNodeAdapter } from "@connectrpc/connect-node";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { runAtlas } from "../run-atlas.ts";

const TOPIC = topics.orderEvents.name;
const digest = systemDigest();
const AUTHOR = { source: "oms/0", writer: "w", firstNumber: 7n };
const event = create(OrderEventSchema, { sequence: 7n });
const whole = encodeFrameOf(OrderEventCodec, AUTHOR, [event], digest);
const damaged = whole.slice();
damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
/** A frame, one that is not what was written, one that has nothing in it, a stranger's, and a frame behind them. */
const records = [whole, damaged, new Uint8Array(0), new TextEncoder().encode("hello"), whole];

/** What a newer build wrote on partition 1: an event that has a field more, and a frame of another type. */
const NEWER = 1;
const more = [{ no: 900, wireType: WireType.Varint, data: Uint8Array.of(1) }];
const events = [event, { ...event, sequence: 8n, $unknown: more }];
const longer = encodeFrame(
  AUTHOR,
  events.map((one) => toBinary(OrderEventSchema, one)),
  digest,
);
const otherType = {
  $typeName: "google.protobuf.Any",
  typeUrl: "type.googleapis.com/atlas.log.v9.OrderEventFrame",
  value: Uint8Array.of(8, 7),
} as const;

const server = createServer(
  connectNodeAdapter({
    routes: (router) =>
      router.service(OperationsService, {
        async *readLog({ partition }) {
          if (partition !== NEWER) for (const [offset, bytes] of records.entries()) yield answerOf(offset, bytes);
          else yield* [answerOf(0, longer), { ...answerOf(1, whole), frame: otherType }];
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

function withoutTime(line: string): string {
  return line.replace(/^(\d+) {2}\S+ {2}/, "$1: ");
}

test("F13: `log seek` shows a record that cannot be read at its offset, by its size, and goes on behind it", async () => {
  const said = (await seek()).map(withoutTime);
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

test("S26: `log seek` says of a record where it holds what this build does not know", async () => {
  expect((await seek("--partition", `${NEWER}`)).map(withoutTime)).toEqual([
    "0: oms/0  from 7, 2 messages",
    '  {"sequence":"7"}',
    '  {"sequence":"8"}',
    "  holds what this build does not know: field messages[1].900 of atlas.log.v1.OrderEventFrame",
    "1: 2 bytes that cannot be read",
    "  holds what this build does not know: message atlas.log.v9.OrderEventFrame",
  ]);
});

test("S26: for programs that stands in `unknown`, which no other record has", async () => {
  const told = (await seek("--json", "--partition", `${NEWER}`)).map((line) => JSON.parse(line));
  expect(told.map(({ unknown }) => unknown)).toEqual([
    ["field messages[1].900 of atlas.log.v1.OrderEventFrame"],
    ["message atlas.log.v9.OrderEventFrame"],
  ]);
  expect(told[0].frame.messages).toEqual([{ sequence: "7" }, { sequence: "8" }]);
  expect(Buffer.from(told[1].unreadable, "base64")).toEqual(Buffer.from(otherType.value));
  for (const line of await seek("--json")) expect(JSON.parse(line)).not.toHaveProperty("unknown");
});
