import { connect, constants, type ServerHttp2Stream } from "node:http2";
import { OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import {
  FollowRequestSchema,
  FollowResponseSchema,
  ReadResponseSchema,
} from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { ownProcesses } from "@atlas/platform/access/own-processes";
import type { FollowReceiver, ShardDirectory } from "@atlas/platform/shard/shard-client";
import { silentJournal } from "@atlas/platform/telemetry/journal";
import { create, toBinary } from "@bufbuild/protobuf";
import { afterEach, expect, test } from "vitest";
import { type HttpEdge, openHttpEdge } from "../edge.ts";
import { envelope } from "../trade/trade-protocol.ts";
import { createFollowRoute, FOLLOW_PATH } from "./follow-route.ts";

let edge: HttpEdge | undefined;

afterEach(() => edge?.close(0));

/** A response of a megabyte. */
function large() {
  const messages = [create(OrderEventSchema, { sequence: 1n, commandId: "x".repeat(1 << 20) })];
  return create(FollowResponseSchema, { events: { case: "orderEvents", value: { messages } } });
}

test("F22: a follower that is let go has a while for what waits for it; then nothing of it is kept, and it is told", async () => {
  const followers: FollowReceiver[] = [];
  let closed = 0;
  const shards: ShardDirectory = {
    client: () => ({
      read: async () => create(ReadResponseSchema),
      resend: () => Promise.reject(new Error("nothing is sent again")),
      follow: (_after, receiver) => {
        followers.push(receiver);
        return { close: () => void closed++ };
      },
    }),
  };
  const shutdown = new AbortController().signal;
  const terms = { authenticator: ownProcesses, journal: silentJournal, messageBytes: 10_000, shutdown, drain: 300 };
  const route = createFollowRoute({ ...terms, shards });
  const streams: ServerHttp2Stream[] = [];
  edge = await openHttpEdge({
    ...{ host: "127.0.0.1", port: 0, handlers: [], journal: silentJournal },
    streams: (path, headers) => {
      const handler = route(path, headers);
      if (handler === undefined) return undefined;
      return (stream, header) => {
        streams.push(stream);
        handler(stream, header);
      };
    },
  });
  const session = connect(edge.url);
  const headers = { ":method": "POST", ":path": FOLLOW_PATH, "content-type": "application/connect+proto" };
  // Nobody reads it.
  const following = session.request(headers).on("error", () => undefined);
  following.end(envelope(0, toBinary(FollowRequestSchema, create(FollowRequestSchema, { shard: "oms/3" }))));
  await expect.poll(() => followers.length).toBe(1);
  const [stream] = streams as [ServerHttp2Stream];
  const response = large();
  for (let count = 0; count < 32; count++) followers[0]?.receive(response);
  expect([stream.destroyed, closed]).toEqual([false, 0]);
  followers[0]?.receive(response);
  expect([stream.destroyed, closed]).toEqual([false, 1]);
  await expect.poll(() => stream.destroyed).toBe(true);
  await expect.poll(() => following.rstCode).toBe(constants.NGHTTP2_ENHANCE_YOUR_CALM);
  session.destroy();
});
