import { ReadRequestSchema, ReadResponseSchema, ShardService } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { Health, HealthCheckResponse_ServingStatus } from "@atlas/gen/grpc/health/v1/health_pb";
import { CallLimiter } from "@atlas/platform/access/call-limiter";
import { createHandlers, serve } from "@atlas/platform/access/create-handlers";
import { ownProcesses } from "@atlas/platform/access/own-processes";
import type { ShardDirectory } from "@atlas/platform/shard/shard-client";
import { shardService } from "@atlas/platform/shard/shard-service";
import { silentJournal } from "@atlas/platform/telemetry/journal";
import type { Trace } from "@atlas/platform/telemetry/trace";
import { create } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemChance } from "../system/system-chance.ts";
import { systemClock } from "../system/system-clock.ts";
import { asyncTraces } from "../telemetry/async-traces.ts";
import { pinoJournal } from "../telemetry/pino-journal.ts";
import { type HttpEdge, openHttpEdge } from "./edge.ts";
import { createFollowRoute } from "./shard/follow-route.ts";
import { ShardConnections } from "./shard/shard-connections.ts";

const KEY = "a key that every process of this platform knows";
const clock = systemClock();
const request = create(ReadRequestSchema, { shard: "oms/3", query: { case: "state", value: {} } });
const CLIENT = { traceId: "4bf92f3577b34da6a3ce929d0e0e4736", spanId: "00f067aa0ba902b7", flags: "01" };
const HEADER = `00-${CLIENT.traceId}-${CLIENT.spanId}-${CLIENT.flags}`;

/** Each process has traces of its own: nothing but the header goes from the one to the other. */
const [here, there] = [asyncTraces(systemChance()), asyncTraces(systemChance())];
/** What the gateway's calls, and the owner's, were part of. */
const heard: { gateway: (Trace | undefined)[]; owner: (Trace | undefined)[] } = { gateway: [], owner: [] };
/** The owner's. */
const shards: ShardDirectory = {
  client: () => ({
    async read() {
      heard.owner.push(there.current());
      return create(ReadResponseSchema);
    },
    follow(_after, receiver) {
      heard.owner.push(there.current());
      receiver.fail(new Error("enough"));
      return { close: () => undefined };
    },
    resend: () => Promise.reject(new Error("nothing is sent again")),
  }),
};
const lines: string[] = [];
const connections = new ShardConnections(KEY, here);
const closers: (() => Promise<void>)[] = [];
let owner: HttpEdge;
let url: string;

beforeAll(async () => {
  const terms = {
    ...{ authenticator: ownProcesses, compression: [], messageBytes: 10_000 },
    ...{ limiter: new CallLimiter(clock), shutdown: new AbortController().signal },
  };
  const silent = { ...terms, journal: silentJournal };
  owner = await openHttpEdge({
    ...{ host: "127.0.0.1", port: 0, key: KEY, traces: there },
    handlers: createHandlers([serve(ShardService, shardService(shards, clock))], silent),
    streams: createFollowRoute({ ...silent, shards }),
  });
  const journal = pinoJournal("warn", { write: (line) => void lines.push(line) }, here);
  const service = serve(Health, {
    /** Asks the shard at the other process, as gateways do; `broken` is a defect. */
    async check({ service: name }) {
      heard.gateway.push(here.current());
      if (name === "broken") throw new Error("a defect");
      if (name === "follow") await follow();
      else
        await connections
          .at(owner.url)
          .client("oms/3")
          .read(request, performance.now() + 10_000);
      return { status: HealthCheckResponse_ServingStatus.SERVING };
    },
    /** Says something while its answers are read. */
    async *watch() {
      yield { status: HealthCheckResponse_ServingStatus.SERVING };
      heard.gateway.push(here.current());
      yield { status: HealthCheckResponse_ServingStatus.SERVING };
    },
  });
  const edge = await openHttpEdge({
    ...{ host: "127.0.0.1", port: 0, journal, traces: here },
    handlers: createHandlers([service], { ...terms, journal }),
  });
  url = edge.url;
  closers.push(
    () => edge.close(0),
    async () => connections.close(),
    () => owner.close(0),
  );
});
afterAll(async () => {
  for (const close of closers) await close();
});

/** Resolves when the owner has ended the stream. */
function follow(): Promise<Trace | undefined> {
  return new Promise((resolve) => {
    const fail = () => resolve(here.current());
    connections
      .at(owner.url)
      .client("oms/3")
      .follow(0, { receive: () => undefined, fail });
  });
}

/** What the gateway and the owner hear of one call. */
async function check(traceparent: string | undefined, service = "", transport = createConnectTransport) {
  heard.gateway = [];
  heard.owner = [];
  const headers = traceparent === undefined ? {} : { traceparent };
  const answered: Headers[] = [];
  const options = {
    headers,
    onHeader: (h: Headers) => void answered.push(h),
    onTrailer: (h: Headers) => void answered.push(h),
  };
  const client = createClient(Health, transport({ baseUrl: url, httpVersion: "2" }));
  await client.check({ service }, options).catch(() => undefined);
  return { gateway: heard.gateway[0], owner: heard.owner[0], echoed: JSON.stringify(answered.map((h) => [...h])) };
}

describe("a call that goes through two processes", () => {
  test.each([
    ["Connect", createConnectTransport],
    ["gRPC", createGrpcTransport as unknown as typeof createConnectTransport],
    ["gRPC-Web", createGrpcWebTransport],
  ])("%s: is one trace with the client's flags, and a span of its own in each", async (_name, transport) => {
    const { gateway, owner: asked } = await check(HEADER, "", transport);
    for (const trace of [gateway, asked]) expect(trace).toMatchObject({ traceId: CLIENT.traceId, flags: "01" });
    expect(new Set([CLIENT.spanId, gateway?.spanId, asked?.spanId]).size).toBe(3);
  });

  test("begins a trace where the client names none: another for each call, the same in both", async () => {
    const [one, other] = [await check(undefined), await check(undefined)];
    expect(one.owner).toMatchObject({ traceId: one.gateway?.traceId, flags: "00" });
    expect(one.gateway?.traceId).not.toBe(other.gateway?.traceId);
  });

  test("keeps its trace while its answers are read", async () => {
    heard.gateway = [];
    const client = createClient(Health, createGrpcTransport({ baseUrl: url }));
    for await (const _ of client.watch({}, { headers: { traceparent: HEADER } }));
    expect(heard.gateway).toEqual([expect.objectContaining({ traceId: CLIENT.traceId })]);
  });

  test("a follow that happens to begin within a call is not of its trace, at either end", async () => {
    const { gateway, owner: followed } = await check(HEADER, "follow");
    expect(gateway?.traceId).toBe(CLIENT.traceId);
    expect(followed?.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(followed?.traceId).not.toBe(CLIENT.traceId);
    expect(await here.during(HEADER, follow)).toBeUndefined();
  });

  test("a defect is told with its trace; what is not a traceparent is neither told nor sent back", async () => {
    await check(HEADER, "broken");
    const stranger = `00-${CLIENT.traceId}-${CLIENT.spanId}-01","msg":"all is well`;
    const { gateway, echoed } = await check(stranger, "broken");
    const told = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(told.map(({ msg, traceId }) => [msg, traceId])).toEqual([
      ["a call failed", CLIENT.traceId],
      ["a call failed", gateway?.traceId],
    ]);
    expect(gateway?.traceId).not.toBe(CLIENT.traceId);
    expect(lines[1]).not.toContain("all is well");
    expect(echoed).not.toMatch(/traceparent|all is well/);
  });
});
