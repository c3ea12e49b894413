import type { ServerHttp2Stream } from "node:http2";
import { PassThrough } from "node:stream";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { SubscribeRequestSchema } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { expect, test } from "vitest";
import { readRequest } from "./read-request.ts";
import { envelope } from "./trade-protocol.ts";

test("of a request that is too large nothing is kept, however much of it comes", async () => {
  const stream = new PassThrough();
  const read = readRequest(stream as unknown as ServerHttp2Stream, SubscribeRequestSchema, 99, true);
  stream.write(envelope(0, new Uint8Array(100)));
  await expect(read).rejects.toMatchObject({ refusal: { reason: Reason.TOO_LARGE } });
  expect(stream.listenerCount("data")).toBe(0);
  // Unread, it would keep the stream's end back.
  expect(stream.isPaused()).toBe(false);
});
