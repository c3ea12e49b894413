import { PrincipalSchema, UserSchema } from "@atlas/gen/atlas/identity/v1/identity_pb";
import {
  OrderSessionService,
  type TradeRequest,
  TradeRequestSchema,
} from "@atlas/gen/atlas/order/v1/order_session_service_pb";
import { CallLimiter } from "@atlas/platform/access/call-limiter";
import type { Authenticator, Caller } from "@atlas/platform/access/caller";
import { createHandlers, serve } from "@atlas/platform/access/create-handlers";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { tradeImplementation } from "@atlas/platform/session/trade-implementation";
import type { OpenTradeSession, SessionSink, TradeSession } from "@atlas/platform/session/trade-session";
import { silentJournal } from "@atlas/platform/telemetry/journal";
import type { Trace } from "@atlas/platform/telemetry/trace";
import { create } from "@bufbuild/protobuf";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { systemChance } from "../../system/system-chance.ts";
import { asyncTraces } from "../../telemetry/async-traces.ts";
import { type HttpEdge, openHttpEdge } from "../edge.ts";
import { openTradeConnection } from "./trade-client.ts";
import { createTradeRoute } from "./trade-route.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const traces = asyncTraces(systemChance());
let sessions: TracedSession[] = [];
let edge: HttpEdge;

/** Notes of which trace the requests are, and the end; answers each, and holds back at the second until it is let go. */
class TracedSession implements TradeSession {
  readonly sink: SessionSink;
  readonly heard: (Trace | undefined)[] = [];

  constructor(sink: SessionSink) {
    this.sink = sink;
  }

  receive({ clientSequence }: TradeRequest): void {
    this.heard.push(traces.current());
    this.sink.send({
      $typeName: "atlas.order.v1.TradeResponse",
      clientSequence,
      cursor: "",
      response: { case: undefined },
    });
    if (this.heard.length === 2) this.sink.hold();
  }

  finish(): void {
    this.heard.push(traces.current());
    this.sink.end(undefined);
  }

  refuse(): void {
    this.sink.end(undefined);
  }

  abort(): void {}
}

beforeAll(async () => {
  const caller: Caller = { principal: create(PrincipalSchema), user: create(UserSchema), internal: false };
  const authenticator: Authenticator = { authenticate: async () => caller, watch: () => () => {} };
  const open: OpenTradeSession<Caller> = (_caller, sink) => {
    const session = new TracedSession(sink);
    sessions.push(session);
    return session;
  };
  const limiter = new CallLimiter(manualClock());
  const common = { authenticator, limiter, journal: silentJournal, messageBytes: 100_000 };
  const shutdown = new AbortController().signal;
  edge = await openHttpEdge({
    ...{ host: "127.0.0.1", port: 0, traces },
    handlers: createHandlers([serve(OrderSessionService, tradeImplementation(open))], {
      ...{ ...common, compression: [], shutdown },
    }),
    streams: createTradeRoute({ ...common, open }),
  });
});
afterAll(() => edge.close(0));
beforeEach(() => {
  sessions = [];
});

function request(clientSequence: bigint): TradeRequest {
  return create(TradeRequestSchema, { clientSequence, request: { case: "heartbeat", value: {} } });
}

test.each([
  ["gRPC", createGrpcTransport],
  ["gRPC-Web (not our road)", createGrpcWebTransport],
])("a session over %s is one trace from its first request to its end", async (_name, transport) => {
  const rest = Promise.withResolvers<void>();
  async function* requests() {
    yield request(1n);
    yield request(2n);
    await rest.promise;
    yield request(3n);
  }
  const headers = { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` };
  const client = createClient(OrderSessionService, transport({ baseUrl: edge.url, httpVersion: "2" }));
  for await (const { clientSequence } of client.trade(requests(), { headers })) {
    if (clientSequence !== 2n) continue;
    sessions[0]?.sink.release();
    rest.resolve();
  }
  const heard = sessions[0]?.heard ?? [];
  expect(heard.map((trace) => trace?.traceId)).toEqual([TRACE, TRACE, TRACE, TRACE]);
  expect(new Set(heard).size).toBe(1);
});

test("what is read after a pause is still of its trace, though it came with what went before", async () => {
  const ended = Promise.withResolvers<unknown>();
  const numbers: bigint[] = [];
  const connection = openTradeConnection(edge.url, "key");
  const client = connection.open({
    receive: ({ clientSequence }) => void numbers.push(clientSequence),
    ended: (error) => ended.resolve(error),
  });
  for (const number of [1n, 2n, 3n]) client.send(request(number));
  client.finish();
  await vi.waitFor(() => expect(numbers).toEqual([1n, 2n]), 15_000);
  sessions[0]?.sink.release();
  expect(await ended.promise).toBeUndefined();
  const [first, ...others] = sessions[0]?.heard ?? [];
  expect(first).toBeDefined();
  expect(others).toEqual([first, first, first]);
  connection.close();
});
