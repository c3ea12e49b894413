import { ShardConnections } from "@atlas/adapters/http/shard/shard-connections";
import { systemClock } from "@atlas/adapters/system/system-clock";
import { systemDigest } from "@atlas/adapters/system/system-digest";
import { OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import {
  type FollowResponse,
  FollowResponseSchema,
  ReadRequestSchema,
  ReadResponseSchema,
  ResendRequestSchema,
  ResendResponseSchema,
} from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { clusterAuthenticator, clusterCredential } from "@atlas/platform/access/cluster-authenticator";
import { notReady } from "@atlas/platform/shard/not-ready";
import type { FollowReceiver, ShardDirectory } from "@atlas/platform/shard/shard-client";
import { silentJournal } from "@atlas/platform/telemetry/journal";
import { noTraces } from "@atlas/platform/telemetry/traces";
import { create } from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type InternalEdge, openInternalEdge } from "./internal-edge.ts";

const digest = systemDigest();
const clock = systemClock();
const KEY = "a key that every process of this platform knows";
const request = create(ReadRequestSchema, { shard: "oms/3", query: { case: "state", value: {} } });

let edge: InternalEdge;
const followers: FollowReceiver[] = [];
let isClosed = false;
const connections = new ShardConnections(clusterCredential(KEY, digest));

/** One shard that answers, and one that does not. */
const shards: ShardDirectory = {
  client: (shard) => {
    if (shard !== "oms/3") throw notReady(`${shard} is not owned here`);
    return {
      read: async () => create(ReadResponseSchema, { sequence: 42n }),
      resend: async ({ fromNumber, afterChain }) => create(ResendResponseSchema, { messages: fromNumber + afterChain }),
      follow: (_after, follower) => {
        followers.push(follower);
        return {
          close: () => {
            isClosed = true;
          },
        };
      },
    };
  },
};

beforeAll(async () => {
  const authenticator = clusterAuthenticator(KEY, digest);
  edge = await openInternalEdge({
    host: "127.0.0.1",
    port: 0,
    authenticator,
    shards,
    clock,
    journal: silentJournal,
    traces: noTraces,
  });
});
afterAll(async () => {
  connections.close();
  await edge.close();
});

function eventsOf(...sequences: bigint[]): FollowResponse {
  const messages = sequences.map((sequence) => create(OrderEventSchema, { sequence }));
  return create(FollowResponseSchema, { events: { case: "orderEvents", value: { messages } } });
}

const deadline = () => clock.monotonic() + 10_000;

describe("the shards of a process, asked by another", () => {
  test("a read is answered, and refused where the shard is not", async () => {
    const there = connections.at(edge.url);
    expect((await there.client("oms/3").read(request, deadline())).sequence).toBe(42n);
    const elsewhere = create(ReadRequestSchema, { ...request, shard: "oms/4" });
    await expect(there.client("oms/4").read(elsewhere, deadline())).rejects.toThrow("oms/4 is not owned here");
  });

  test("S4: a link's messages are asked for as its receiver has it, and by no other number than one", async () => {
    const owner = connections.at(edge.url).client("oms/3");
    const link = { shard: "oms/3", destination: "venue/1", afterChain: 40n };
    const resend = (fromNumber: bigint) =>
      owner.resend(create(ResendRequestSchema, { ...link, fromNumber }), deadline());
    expect((await resend(2n)).messages).toBe(42n);
    await expect(resend(0n)).rejects.toThrow("from_number");
  });

  test("I19: a stream brings every event in its order, then says why it ends", async () => {
    const heard: bigint[] = [];
    let failure: Error | undefined;
    connections
      .at(edge.url)
      .client("oms/3")
      .follow(0, {
        receive: ({ events }) => {
          if (events.case === "orderEvents") heard.push(...events.value.messages.map(({ sequence }) => sequence));
        },
        fail: (error) => {
          failure = error;
        },
      });
    await expect.poll(() => followers.length).toBe(1);
    followers[0]?.receive(eventsOf(1n, 2n));
    followers[0]?.receive(eventsOf(3n));
    await expect.poll(() => heard).toEqual([1n, 2n, 3n]);
    followers[0]?.fail(notReady("oms/3 is stopping"));
    await expect.poll(() => failure?.message).toContain("oms/3 is stopping");
    await expect.poll(() => isClosed).toBe(true);
  });

  test("F22: who does not keep up is let go", async () => {
    let failure: Error | undefined;
    const fail = (error: Error) => {
      failure = error;
    };
    const stream = connections
      .at(edge.url)
      .client("oms/3")
      .follow(0, { receive: () => undefined, fail });
    await expect.poll(() => followers.length).toBe(2);
    const large = eventsOf(1n);
    if (large.events.case === "orderEvents")
      Object.assign(large.events.value.messages[0] ?? {}, { commandId: "x".repeat(1 << 20) });
    for (let count = 0; count < 64; count += 1) followers[1]?.receive(large);
    await expect.poll(() => failure?.message ?? "", { timeout: 20_000 }).toContain("too slow");
    stream.close();
  });
});

describe("I26: a stranger on the network cannot read a shard", () => {
  const call = (headers: Record<string, string>) =>
    fetch(`${edge.url}/atlas.operations.v1.ShardService/Read`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ shard: "oms/3", state: {} }),
    });

  test.each([
    ["nothing", {}],
    ["the key itself", { authorization: `Bearer ${KEY}` }],
    ["a key of a client", { authorization: "Bearer ak_local-1_x" }],
    ["another platform's credential", { authorization: clusterCredential("another key", digest) }],
  ] as [string, Record<string, string>][])("who sends %s is refused", async (_, headers) => {
    const answer = await call(headers);
    expect(answer.status).toBe(401);
    expect(await answer.text()).not.toContain(KEY);
  });

  test("the platform's own processes are not", async () => {
    expect((await call({ authorization: clusterCredential(KEY, digest) })).status).toBe(200);
  });

  test("another key is told as such to the process that has it, and read as an owner that cannot be asked", async () => {
    const strange = new ShardConnections(clusterCredential("another key", digest));
    await expect(strange.at(edge.url).client("oms/3").read(request, deadline())).rejects.toThrow("their key differs");
    strange.close();
  });
});
