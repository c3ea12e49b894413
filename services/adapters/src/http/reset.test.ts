import { once } from "node:events";
import { connect as connectHttp2, constants } from "node:http2";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { ServerReflection } from "@atlas/gen/grpc/reflection/v1/reflection_pb";
import { CallLimiter } from "@atlas/platform/access/call-limiter";
import type { Authenticator } from "@atlas/platform/access/caller";
import { createHandlers, serve } from "@atlas/platform/access/create-handlers";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { silentJournal } from "@atlas/platform/telemetry/journal";
import { afterEach, expect, test, vi } from "vitest";
import { type HttpEdge, openHttpEdge } from "./edge.ts";
import { createReflection } from "./reflection.ts";

const path = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
const listServices = Uint8Array.of(0, 0, 0, 0, 2, 0x3a, 0);
const error = vi.fn();
let edge: HttpEdge | undefined;

afterEach(async () => {
  error.mockClear();
  await edge?.close(0);
});

async function open(): Promise<HttpEdge> {
  const journal = { ...silentJournal, error };
  const handlers = createHandlers([serve(ServerReflection, createReflection([]).v1)], {
    authenticator: {} as Authenticator,
    limiter: new CallLimiter(manualClock()),
    journal,
    messageBytes: 10_000,
    compression: [],
    shutdown: new AbortController().signal,
  });
  edge = await openHttpEdge({ host: "127.0.0.1", port: 0, handlers, journal });
  return edge;
}

const headers = { ":method": "POST", ":path": path, "content-type": "application/grpc", te: "trailers" };

test.each([
  ["with CANCEL", constants.NGHTTP2_CANCEL],
  ["with INTERNAL_ERROR", constants.NGHTTP2_INTERNAL_ERROR],
  ["with PROTOCOL_ERROR", constants.NGHTTP2_PROTOCOL_ERROR],
])("a reflection call that its client resets %s is no defect", async (_name, code) => {
  const session = connectHttp2((await open()).url);
  for (const settled of [true, false]) {
    const stream = session.request(headers);
    stream.on("error", () => {});
    stream.write(listServices);
    if (settled) await once(stream, "data");
    stream.write(listServices.subarray(0, 3));
    if (settled) await sleep(20);
    const closed = new Promise((resolve) => stream.once("close", resolve));
    stream.close(code);
    await closed;
  }
  await sleep(100);
  session.destroy();
  expect(error.mock.calls).toEqual([]);
});

test("a connection that breaks within a reflection call is no defect", async () => {
  const socket = connect((await open()).port, "127.0.0.1");
  const session = connectHttp2("http://127.0.0.1", { createConnection: () => socket });
  session.on("error", () => {});
  const stream = session.request(headers);
  stream.on("error", () => {});
  stream.write(listServices);
  await once(stream, "data");
  socket.resetAndDestroy();
  await sleep(100);
  expect(error.mock.calls).toEqual([]);
});

test("a reflection call over HTTP/1.1 that breaks off is no defect", async () => {
  const { port } = await open();
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => {});
  const type = "application/connect+proto";
  socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: ${type}\r\ntransfer-encoding: chunked\r\n\r\n`);
  socket.write("7\r\n");
  socket.write(listServices);
  await sleep(50);
  socket.resetAndDestroy();
  await sleep(100);
  expect(error.mock.calls).toEqual([]);
});
