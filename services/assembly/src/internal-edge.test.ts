import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { ShardConnections } from "@atlas/adapters/http/shard/shard-connections";
import { systemClock } from "@atlas/adapters/system/system-clock";
import { systemDigest } from "@atlas/adapters/system/system-digest";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { PrincipalSchema, UserSchema } from "@atlas/gen/atlas/identity/v1/identity_pb";
import { OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import {
  type FollowResponse,
  FollowResponseSchema,
  ReadRequestSchema,
  ReadResponseSchema,
  ResendRequestSchema,
  ResendResponseSchema,
} from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { Role } from "@atlas/gen/atlas/options/v1/options_pb";
import type { Authenticator, Caller } from "@atlas/platform/access/caller";
import { clusterAuthenticator, clusterCredential } from "@atlas/platform/access/cluster-authenticator";
import { RefusalError } from "@atlas/platform/refusal/refusal-error";
import { notReady } from "@atlas/platform/shard/not-ready";
import type { FollowReceiver, ShardClient, ShardDirectory } from "@atlas/platform/shard/shard-client";
import { silentJournal } from "@atlas/platform/telemetry/journal";
import { noTraces } from "@atlas/platform/telemetry/traces";
import { create } from "@bufbuild/protobuf";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type InternalEdge, openInternalEdge } from "./internal-edge.ts";

const digest = systemDigest();
const clock = systemClock();
const KEY = "a key that every process of this platform knows";
const request = create(ReadRequestSchema, { shard: "oms/3", query: { case: "state", value: {} } });

let edge: InternalEdge;
const followers: FollowReceiver[] = [];
let isClosed = false;
const connections = new ShardConnections(clusterCredential(KEY, digest));

const LINK = { destination: "venue/1", fromNumber: 2n, afterChain: 40n };
const LINK_JSON = { destination: "venue/1", fromNumber: "2", afterChain: "40" };

/** Calls to the owner that does not answer by itself. */
let unanswered: { readonly deadline: number; answer(): void }[] = [];

function held<Answer>(deadline: number, answer: Answer): Promise<Answer> {
  return new Promise((resolve) => void unanswered.push({ deadline, answer: () => resolve(answer) }));
}

/** One shard that answers, one whose owner does not, and no other. */
const shards: ShardDirectory = {
  client: (shard) => {
    if (shard === "oms/5") {
      return {
        read: (_request, deadline) => held(deadline, create(ReadResponseSchema)),
        resend: (_request, deadline) => held(deadline, create(ResendResponseSchema)),
        follow: () => ({ close: () => undefined }),
      };
    }
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

function openEdge(authenticator: Authenticator): Promise<InternalEdge> {
  const place = { host: "127.0.0.1", port: 0 };
  return openInternalEdge({ ...place, authenticator, shards, clock, journal: silentJournal, traces: noTraces });
}

beforeAll(async () => {
  edge = await openEdge(clusterAuthenticator(KEY, digest));
});
beforeEach(() => {
  unanswered = [];
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

describe("a call to another process ends at its caller's deadline", () => {
  const asked: [string, (client: ShardClient, deadline: number) => Promise<unknown>][] = [
    ["a read", (client, deadline) => client.read(create(ReadRequestSchema, { ...request, shard: "oms/5" }), deadline)],
    [
      "a resend",
      (client, deadline) => client.resend(create(ResendRequestSchema, { ...LINK, shard: "oms/5" }), deadline),
    ],
  ];

  /** The refusal with which it ended, and after how many milliseconds. */
  async function refused(ended: Promise<unknown>): Promise<[Reason | undefined, number]> {
    const began = clock.monotonic();
    const error = await ended.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return [error instanceof RefusalError ? error.refusal.reason : undefined, clock.monotonic() - began];
  }

  test.each(asked)("%s whose owner does not answer, as one that cannot be asked now", async (_, ask) => {
    const [reason, milliseconds] = await refused(
      ask(connections.at(edge.url).client("oms/5"), clock.monotonic() + 200),
    );
    expect(reason).toBe(Reason.NOT_READY);
    expect(milliseconds).toBeGreaterThan(150);
    expect(milliseconds).toBeLessThan(1_500);
  });

  test.each(asked)("%s of a process that hears and says nothing, too", async (_, ask) => {
    const silent = createServer((socket) => void socket.on("error", () => undefined)).listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    const client = connections.at(`http://127.0.0.1:${port}`).client("oms/5");
    const [reason, milliseconds] = await refused(ask(client, clock.monotonic() + 200));
    expect(reason).toBe(Reason.NOT_READY);
    expect(milliseconds).toBeLessThan(1_500);
    connections.keep(new Set([edge.url]));
    silent.close();
  });

  test.each(asked)("%s: its owner has a little less time than its caller, so that it can say why", async (_, ask) => {
    const mine = clock.monotonic() + 30_000;
    const call = ask(connections.at(edge.url).client("oms/5"), mine).catch(() => undefined);
    await expect.poll(() => unanswered.length).toBe(1);
    const [{ deadline: its, answer } = { deadline: 0, answer: () => undefined }] = unanswered;
    answer();
    await call;
    expect(its).toBeLessThan(mine);
    expect(its).toBeGreaterThan(mine - 5_000);
  });
});

describe("I26: a stranger on the network cannot read a shard", () => {
  const call = (method: "Read" | "Resend", headers: Record<string, string>, url = edge.url) =>
    fetch(`${url}/atlas.operations.v1.ShardService/${method}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: JSON.stringify({ shard: "oms/3", ...(method === "Read" ? { state: {} } : LINK_JSON) }),
    });

  const strangers: [string, Record<string, string>][] = [
    ["nothing", {}],
    ["the key itself", { authorization: `Bearer ${KEY}` }],
    ["a key of a client", { authorization: "Bearer ak_local-1_x" }],
    ["another platform's credential", { authorization: clusterCredential("another key", digest) }],
  ];

  describe.each(["Read", "Resend"] as const)("by %s", (method) => {
    test.each(strangers)("who sends %s is refused", async (_, headers) => {
      const answer = await call(method, headers);
      expect(answer.status).toBe(401);
      expect(await answer.text()).not.toContain(KEY);
    });

    test("the platform's own processes are not", async () => {
      expect((await call(method, { authorization: clusterCredential(KEY, digest) })).status).toBe(200);
    });
  });

  /** Why it hears nothing of a shard; rejects if it does. */
  async function followFailure(url: string, credential: string): Promise<string> {
    const before = followers.length;
    const strange = new ShardConnections(credential);
    const heard: FollowResponse[] = [];
    let failure: Error | undefined;
    const fail = (error: Error) => {
      failure = error;
    };
    const receiver = { receive: (response: FollowResponse) => void heard.push(response), fail };
    strange.at(url).client("oms/3").follow(0, receiver);
    await expect.poll(() => failure ?? followers[before]).toBeDefined();
    strange.close();
    expect([heard.length, followers.length]).toEqual([0, before]);
    return failure?.message ?? "";
  }

  test.each(strangers)("by Follow, which has a road of its own: who sends %s hears nothing", async (_, headers) => {
    expect(await followFailure(edge.url, headers.authorization ?? "")).toContain("their key differs");
  });

  test("nor can a person, an administrator either, whatever may let one in there", async () => {
    const user = create(UserSchema, { roles: [Role.ADMIN] });
    const caller: Caller = { principal: create(PrincipalSchema), user, internal: false };
    const open = await openEdge({ authenticate: () => caller, watch: () => () => undefined });
    expect(await followFailure(open.url, "")).toContain("only the platform itself may");
    expect((await call("Read", {}, open.url)).status).toBe(403);
    expect((await call("Resend", {}, open.url)).status).toBe(403);
    await open.close();
  });

  test("another key is told as such to the process that has it, and read as an owner that cannot be asked", async () => {
    const strange = new ShardConnections(clusterCredential("another key", digest));
    await expect(strange.at(edge.url).client("oms/3").read(request, deadline())).rejects.toThrow("their key differs");
    strange.close();
  });
});
