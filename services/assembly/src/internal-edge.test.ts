import { once } from "node:events";
import { type AddressInfo, connect as connectTcp, createServer } from "node:net";
import { type ConnectionOptions, connect as connectTls, createServer as createTlsServer } from "node:tls";
import { ShardConnections } from "@atlas/adapters/http/shard/shard-connections";
import { offeringKey } from "@atlas/adapters/http/shared-key";
import { systemClock } from "@atlas/adapters/system/system-clock";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import {
  type FollowResponse,
  FollowResponseSchema,
  ReadRequestSchema,
  ReadResponseSchema,
  ResendRequestSchema,
  ResendResponseSchema,
} from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { RefusalError } from "@atlas/platform/refusal/refusal-error";
import { notReady } from "@atlas/platform/shard/not-ready";
import type { FollowReceiver, ShardClient, ShardDirectory } from "@atlas/platform/shard/shard-client";
import { silentJournal } from "@atlas/platform/telemetry/journal";
import { noTraces } from "@atlas/platform/telemetry/traces";
import { create } from "@bufbuild/protobuf";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { type InternalEdge, openInternalEdge } from "./internal-edge.ts";
import { impostorCertificate } from "./testing/impostor-certificate.ts";

const clock = systemClock();
const KEY = "a key that every process of this platform knows";
const request = create(ReadRequestSchema, { shard: "oms/3", query: { case: "state", value: {} } });

let edge: InternalEdge;
const followers: FollowReceiver[] = [];
let isClosed = false;
const connections = new ShardConnections(KEY);

const LINK = { destination: "venue/1", fromNumber: 2n, afterChain: 40n };

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

beforeAll(async () => {
  const place = { host: "127.0.0.1", port: 0 };
  edge = await openInternalEdge({ ...place, key: KEY, shards, clock, journal: silentJournal, traces: noTraces });
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
    const client = connections.at(`https://127.0.0.1:${port}`).client("oms/5");
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
  const PATH = "/atlas.operations.v1.ShardService/Read";
  const strangers: [string, ConnectionOptions][] = [
    ["speaks TLS and knows no key", { rejectUnauthorized: false }],
    ["knows another key", offeringKey("another key")],
    [
      "says that there is no key",
      { ...offeringKey(KEY), pskCallback: () => ({ psk: Buffer.alloc(32), identity: "" }) },
    ],
    ["allows older TLS", { ...offeringKey(KEY), minVersion: "TLSv1.2", maxVersion: "TLSv1.2", ciphers: "PSK" }],
  ];

  test.each(strangers)("who %s is not let in", async (_, terms) => {
    const { hostname, port } = new URL(edge.url);
    const socket = connectTls({ host: hostname, port: Number(port), ...terms });
    const ended = await new Promise<string>((resolve) => {
      socket.on("secureConnect", () => socket.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
      socket.on("data", () => resolve("answered"));
      socket.on("error", () => resolve("refused"));
      socket.on("close", () => resolve("refused"));
    });
    socket.destroy();
    expect(ended).toBe("refused");
  });

  test("nor is who speaks in the clear", async () => {
    const plain = edge.url.replace("https", "http");
    await expect(fetch(`${plain}${PATH}`, { method: "POST", body: "{}" })).rejects.toThrow();
  });

  test("who listens in between reads nothing of what is said", async () => {
    const said: Buffer[] = [];
    const { hostname, port } = new URL(edge.url);
    const between = createServer((client) => {
      const owner = connectTcp(Number(port), hostname);
      for (const [from, to] of [[client, owner] as const, [owner, client] as const]) {
        from.on("data", (chunk: Buffer) => void said.push(chunk)).on("error", () => to.destroy());
        from.pipe(to);
      }
    }).listen(0, "127.0.0.1");
    await once(between, "listening");
    const heard: string[] = [];
    const before = followers.length;
    const own = new ShardConnections(KEY);
    const at = own.at(`https://127.0.0.1:${(between.address() as AddressInfo).port}`).client("oms/3");
    const receive = ({ events }: FollowResponse) => {
      if (events.case === "orderEvents") heard.push(...events.value.messages.map(({ commandId }) => commandId));
    };
    at.follow(0, { receive, fail: () => undefined });
    await expect.poll(() => followers.length).toBe(before + 1);
    const secret = "an order that is nobody else's business";
    const event = create(OrderEventSchema, { sequence: 1n, commandId: secret });
    followers
      .at(-1)
      ?.receive(create(FollowResponseSchema, { events: { case: "orderEvents", value: { messages: [event] } } }));
    await expect.poll(() => heard).toEqual([secret]);
    const wire = Buffer.concat(said).toString("latin1");
    expect(wire.length).toBeGreaterThan(secret.length);
    for (const word of [secret, "ShardService", "oms/3", KEY]) expect(wire).not.toContain(word);
    own.close();
    between.close();
  });

  // As it is set where an engine has a certificate of one's own making: Node then takes any.
  test.each(["1", "0"])(
    "a server that shows a certificate instead is told nothing, NODE_TLS_REJECT_UNAUTHORIZED=%s",
    async (value) => {
      vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", value);
      const said: Buffer[] = [];
      const impostor = createTlsServer({ ...impostorCertificate, ALPNProtocols: ["h2"] }, (socket) => {
        socket.on("data", (chunk: Buffer) => void said.push(chunk)).on("error", () => undefined);
      });
      impostor.on("tlsClientError", () => undefined).listen(0, "127.0.0.1");
      await once(impostor, "listening");
      const own = new ShardConnections(KEY);
      const url = `https://127.0.0.1:${(impostor.address() as AddressInfo).port}`;
      await expect(
        own
          .at(url)
          .client("oms/3")
          .read(request, clock.monotonic() + 1_000),
      ).rejects.toThrow("cannot be asked");
      own.close();
      impostor.close();
      vi.unstubAllEnvs();
      expect(Buffer.concat(said).toString("latin1")).not.toContain("oms/3");
    },
  );

  test("nobody is asked in the clear, whatever address stands in the table of leases", async () => {
    const there = connections.at(edge.url.replace("https", "http")).client;
    expect(() => there("oms/3")).toThrow("speak TLS");
  });

  test("another key is told as such to the process that has it, and read as an owner that cannot be asked", async () => {
    const strange = new ShardConnections("another key");
    const there = strange.at(edge.url).client("oms/3");
    await expect(there.read(request, deadline())).rejects.toThrow("its cluster.key differs");
    let failure: Error | undefined;
    const fail = (error: Error) => {
      failure = error;
    };
    there.follow(0, { receive: () => undefined, fail });
    await expect.poll(() => failure?.message).toContain("its cluster.key differs");
    strange.close();
  });
});
