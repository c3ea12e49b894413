import { once } from "node:events";
import { type ClientHttp2Stream, connect as connectHttp2, type OutgoingHttpHeaders } from "node:http2";
import { setTimeout as sleep } from "node:timers/promises";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { PrincipalSchema, UserSchema } from "@atlas/gen/atlas/identity/v1/identity_pb";
import { TradeRequestCodec } from "@atlas/gen/atlas/order/v1/order_session_service_codec";
import {
  OrderSessionService,
  type TradeRequest,
  TradeRequestSchema,
  type TradeResponse,
} from "@atlas/gen/atlas/order/v1/order_session_service_pb";
import { encode } from "@atlas/gen/codec/codec";
import { CallLimiter } from "@atlas/platform/access/call-limiter";
import type { Authenticator, Caller } from "@atlas/platform/access/caller";
import { createHandlers, serve } from "@atlas/platform/access/create-handlers";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { refusal, refusalOf } from "@atlas/platform/refusal/refusal-error";
import { tradeImplementation } from "@atlas/platform/session/trade-implementation";
import type { OpenTradeSession, SessionSink, TradeSession } from "@atlas/platform/session/trade-session";
import { silentJournal } from "@atlas/platform/telemetry/journal";
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import {
  compressionGzip,
  createConnectTransport,
  createGrpcTransport,
  createGrpcWebTransport,
} from "@connectrpc/connect-node";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type HttpEdge, openHttpEdge } from "../edge.ts";
import { openTradeConnection } from "./trade-client.ts";
import { envelope } from "./trade-protocol.ts";
import { createTradeRoute, TRADE_PATH } from "./trade-route.ts";

const edges: HttpEdge[] = [];
afterEach(async () => {
  await Promise.all(edges.splice(0).map((edge) => edge.close(0)));
});

/** Answers every request with its number at once; what it is told otherwise is noted. */
class EchoSession implements TradeSession {
  readonly sink: SessionSink;
  readonly received: TradeRequest[] = [];
  readonly finish = vi.fn(() => this.sink.end(undefined));
  readonly refuse = vi.fn((error) => this.sink.end(error));
  readonly abort = vi.fn();

  constructor(sink: SessionSink) {
    this.sink = sink;
  }

  receive(request: TradeRequest): void {
    this.received.push(request);
    this.sink.send(response(request.clientSequence));
  }
}

/** Holds back at every tenth request until it is let go. */
class HoldingSession extends EchoSession {
  override receive(request: TradeRequest): void {
    super.receive(request);
    if (this.received.length % 10 === 0) this.sink.hold();
  }
}

const caller: Caller = { principal: create(PrincipalSchema), user: create(UserSchema), internal: false };
const authenticator: Authenticator = {
  authenticate: async (header) => {
    await sleep(1);
    if (header.get("authorization") === "Bearer key") return caller;
    throw refusal(Reason.NOT_SIGNED_IN, "no such credential");
  },
  watch: () => () => {},
};

interface Platform {
  readonly edge: HttpEdge;
  readonly sessions: EchoSession[];
}

async function platform(
  create: (sink: SessionSink) => EchoSession = (sink) => new EchoSession(sink),
): Promise<Platform> {
  const sessions: EchoSession[] = [];
  const open: OpenTradeSession<Caller> = (_caller, sink) => {
    const session = create(sink);
    sessions.push(session);
    return session;
  };
  const common = {
    authenticator,
    limiter: new CallLimiter(manualClock()),
    journal: silentJournal,
    messageBytes: 100_000,
  };
  const edge = await openHttpEdge({
    host: "127.0.0.1",
    port: 0,
    handlers: createHandlers([serve(OrderSessionService, tradeImplementation(open))], {
      ...common,
      compression: [compressionGzip],
      shutdown: new AbortController().signal,
    }),
    streams: createTradeRoute({ ...common, open }),
  });
  edges.push(edge);
  return { edge, sessions };
}

const transports: [string, (baseUrl: string) => Transport][] = [
  ["gRPC", (baseUrl) => createGrpcTransport({ baseUrl })],
  ["Connect", (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "2" })],
  [
    "Connect JSON (not ours)",
    (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "2", useBinaryFormat: false }),
  ],
  [
    "gRPC, compressed (not ours)",
    (baseUrl) => createGrpcTransport({ baseUrl, sendCompression: compressionGzip, compressMinBytes: 1 }),
  ],
  ["gRPC-Web (not ours)", (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: "2" })],
];

/** A client that sends when told to. */
function trade(
  edge: HttpEdge,
  transport: (baseUrl: string) => Transport,
  options: { signal?: AbortSignal; timeoutMs?: number; key?: string } = {},
) {
  const queue: TradeRequest[] = [];
  let wake = Promise.withResolvers<void>();
  let ended = false;
  async function* requests() {
    while (true) {
      yield* queue.splice(0);
      if (ended) return;
      await wake.promise;
      wake = Promise.withResolvers();
    }
  }
  const headers = { authorization: `Bearer ${options.key ?? "key"}` };
  const stream = createClient(OrderSessionService, transport(edge.url)).trade(requests(), { headers, ...options });
  const responses = stream[Symbol.asyncIterator]();
  return {
    send: (...numbers: bigint[]) => {
      queue.push(...numbers.map(request));
      wake.resolve();
    },
    finish: () => {
      ended = true;
      wake.resolve();
    },
    next: async () => (await responses.next()).value?.clientSequence as bigint | undefined,
    failure: () =>
      responses.next().then(
        (result) => expect.fail(`no error but ${String(result.value?.clientSequence)}`),
        (error) => ConnectError.from(error),
      ),
  };
}

/** connect-node's client ends its side before it resets a stream: to the server that may look like an end. */
function isOver(session: EchoSession | undefined): boolean {
  return session?.abort.mock.calls.length === 1 || session?.finish.mock.calls.length === 1;
}

function request(clientSequence: bigint): TradeRequest {
  return create(TradeRequestSchema, { clientSequence, request: { case: "heartbeat", value: {} } });
}

function response(clientSequence: bigint): TradeResponse {
  return { $typeName: "atlas.order.v1.TradeResponse", clientSequence, cursor: "", response: { case: undefined } };
}

describe.each(transports)("a session over %s", (_name, transport) => {
  test("is full duplex: an answer is read before the next request is sent", async () => {
    const { edge, sessions } = await platform();
    const client = trade(edge, transport);
    for (const number of [1n, 2n, 3n]) {
      client.send(number);
      expect(await client.next()).toBe(number);
    }
    client.finish();
    expect(await client.next()).toBeUndefined();
    expect(sessions[0]?.received).toEqual([1n, 2n, 3n].map(request));
    expect(sessions[0]?.finish).toHaveBeenCalledOnce();
    await sleep(20);
    expect(sessions[0]?.abort).not.toHaveBeenCalled();
  });

  test("answers everything before it ends, when the client has ended", async () => {
    const { edge } = await platform();
    const client = trade(edge, transport);
    const numbers = Array.from({ length: 2_000 }, (_, index) => BigInt(index + 1));
    client.send(...numbers);
    client.finish();
    for (const number of numbers) expect(await client.next()).toBe(number);
    expect(await client.next()).toBeUndefined();
  });

  test("ends with the session's refusal, while the client is still sending", async () => {
    const { edge, sessions } = await platform();
    const client = trade(edge, transport);
    client.send(1n);
    expect(await client.next()).toBe(1n);
    sessions[0]?.sink.send(response(0n));
    sessions[0]?.sink.end(refusal(Reason.SEQUENCE_GAP, "naïve: 3 came where 2 was due", { facts: { expected: "2" } }));
    expect(await client.next()).toBe(0n);
    const error = await client.failure();
    expect([error.code, error.rawMessage]).toEqual([Code.Aborted, "naïve: 3 came where 2 was due"]);
    expect(refusalOf(error)).toMatchObject({ reason: Reason.SEQUENCE_GAP, facts: { expected: "2" } });
  });

  test("is refused without a credential", async () => {
    const { edge, sessions } = await platform();
    const client = trade(edge, transport, { key: "wrong" });
    client.send(1n);
    const error = await client.failure();
    expect([error.code, refusalOf(error)?.reason]).toEqual([Code.Unauthenticated, Reason.NOT_SIGNED_IN]);
    expect(sessions).toEqual([]);
  });

  test("is aborted when the client gives it up", async () => {
    const { edge, sessions } = await platform();
    const giveUp = new AbortController();
    const client = trade(edge, transport, { signal: giveUp.signal });
    client.send(1n);
    expect(await client.next()).toBe(1n);
    giveUp.abort();
    await vi.waitFor(() => expect(isOver(sessions[0])).toBe(true));
    sessions[0]?.sink.send(response(2n));
  });

  test("ends by the client's deadline", async () => {
    const { edge, sessions } = await platform();
    const client = trade(edge, transport, { timeoutMs: 150 });
    client.send(1n);
    expect(await client.next()).toBe(1n);
    expect((await client.failure()).code).toBe(Code.DeadlineExceeded);
    await vi.waitFor(() => expect(isOver(sessions[0])).toBe(true));
  });

  test("is read no further while the session holds, and loses nothing", async () => {
    const { edge, sessions } = await platform((sink) => new HoldingSession(sink));
    const client = trade(edge, transport);
    const numbers = Array.from({ length: 95 }, (_, index) => BigInt(index + 1));
    client.send(...numbers);
    client.finish();
    for (let held = 10; held <= 90; held += 10) {
      await vi.waitFor(() => expect(sessions[0]?.received.length).toBe(held));
      await sleep(5);
      expect(sessions[0]?.received.length).toBe(held);
      expect(sessions[0]?.finish).not.toHaveBeenCalled();
      sessions[0]?.sink.release();
    }
    for (const number of numbers) expect(await client.next()).toBe(number);
    expect(await client.next()).toBeUndefined();
  });

  test("S26: a field that the server does not know ends it and is named", async () => {
    const { edge } = await platform();
    const strange = request(1n);
    strange.$unknown = [{ no: 77, wireType: 0, data: Uint8Array.of(1) }];
    if (_name.includes("JSON")) return;
    const stream = createClient(OrderSessionService, transport(edge.url)).trade(
      (async function* () {
        yield strange;
        await sleep(5_000, undefined, { ref: false });
      })(),
      { headers: { authorization: "Bearer key" } },
    );
    const error = await stream[Symbol.asyncIterator]().next().catch(ConnectError.from);
    expect(refusalOf(error)).toMatchObject({ reason: Reason.UNKNOWN_FIELD, field: "77" });
  });
});

describe("our own client", () => {
  const collect = () => {
    const numbers: bigint[] = [];
    const over = Promise.withResolvers<ConnectError | undefined>();
    const receiver = { receive: (one: TradeResponse) => void numbers.push(one.clientSequence), ended: over.resolve };
    return { numbers, ended: over.promise, receiver };
  };

  test("sends and receives in order, and ends", async () => {
    const { edge } = await platform();
    const { numbers, ended, receiver } = collect();
    const connection = openTradeConnection(edge.url, "key");
    const client = connection.open(receiver);
    const sent = Array.from({ length: 5_000 }, (_, index) => BigInt(index + 1));
    for (const number of sent) client.send(request(number));
    client.finish();
    expect(await ended).toBeUndefined();
    expect(numbers).toEqual(sent);
    connection.close();
  });

  test("hears the server's refusal", async () => {
    const { edge } = await platform();
    const { ended, receiver } = collect();
    openTradeConnection(edge.url, "wrong").open(receiver);
    expect(refusalOf(await ended)?.reason).toBe(Reason.NOT_SIGNED_IN);
  });

  test("is told when the platform is gone, or never was there", async () => {
    const { edge } = await platform();
    const { ended, receiver } = collect();
    openTradeConnection(edge.url, "key").open(receiver).send(request(1n));
    await edge.close(20);
    expect((await ended)?.code).toBe(Code.Unavailable);
    const later = collect();
    openTradeConnection(edge.url, "key").open(later.receiver);
    expect((await later.ended)?.rawMessage).toBe("the platform is not reachable");
  });
});

describe("bytes on the stream", () => {
  async function raw(chunks: readonly Uint8Array[], finish = true, more: OutgoingHttpHeaders = {}) {
    const { edge, sessions } = await platform();
    const connection = connectHttp2(edge.url);
    const header = { ":method": "POST", ":path": TRADE_PATH, "content-type": "application/connect+proto" };
    const stream: ClientHttp2Stream = connection.request({ ...header, ...more, authorization: "Bearer key" });
    stream.on("error", () => {});
    for (const chunk of chunks) {
      stream.write(chunk);
      await sleep(1);
    }
    if (finish) stream.end();
    const answered: Buffer[] = [];
    stream.on("data", (chunk) => answered.push(chunk));
    await once(stream, "close");
    connection.destroy();
    return { session: sessions[0], last: Buffer.concat(answered).toString() };
  }

  const message = encode(TradeRequestCodec, request(1n));

  test("may come one by one", async () => {
    const bytes = Buffer.concat([envelope(0, message), envelope(0, message)]);
    const { session } = await raw([...bytes].map((byte) => Uint8Array.of(byte)));
    expect(session?.received.length).toBe(2);
  });

  test.each([
    ["a compressed message without a declared compression", envelope(1, message), "INVALID_FIELD"],
    ["a message that does not decode", envelope(0, Uint8Array.of(0x1a, 0x7f)), "submit does not decode"],
    ["a message that is too large", Uint8Array.of(0, 0x7f, 0xff, 0xff, 0xff), "TOO_LARGE"],
    ["an end within a message", Uint8Array.of(0, 0, 0, 0, 9, 1), "INVALID_FIELD"],
  ])("%s ends the session with INVALID_ARGUMENT", async (_name, chunk, sign) => {
    const { session, last } = await raw([chunk]);
    expect(session?.refuse).toHaveBeenCalledOnce();
    expect(last).toContain("invalid_argument");
    expect(last).toContain(sign);
    expect(session?.received).toEqual([]);
  });

  test("by the client's deadline the session is aborted and the client told", async () => {
    const { session, last } = await raw([envelope(0, message)], false, { "connect-timeout-ms": "150" });
    expect(session?.abort).toHaveBeenCalledOnce();
    expect(last).toContain("deadline_exceeded");
  });

  test("a client that never ends is stopped after the refusal", async () => {
    const { last } = await raw([envelope(1, message)], false);
    expect(last).toContain("invalid_argument");
  });
});

test("what the client does not take is counted", async () => {
  const { edge, sessions } = await platform();
  const connection = connectHttp2(edge.url, { settings: { initialWindowSize: 65_535 } });
  const header = { ":method": "POST", ":path": TRADE_PATH, "content-type": "application/grpc" };
  const stream = connection.request({ ...header, authorization: "Bearer key" });
  await vi.waitFor(() => expect(sessions.length).toBe(1));
  const sink = sessions[0]?.sink as SessionSink;
  for (let round = 0; round < 20; round++) {
    for (let index = 0; index < 1_000; index++) sink.send({ ...response(1n), cursor: "x".repeat(100) });
    await sleep(1);
  }
  expect(sink.bufferedBytes).toBeGreaterThan(1_000_000);
  connection.destroy();
  stream.on("error", () => {});
  await vi.waitFor(() => expect(sessions[0]?.abort).toHaveBeenCalled());
});
