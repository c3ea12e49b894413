import { setTimeout as sleep } from "node:timers/promises";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { PrincipalSchema, UserSchema } from "@atlas/gen/atlas/identity/v1/identity_pb";
import {
  Channel,
  StreamService,
  type SubscribeRequest,
  type SubscribeResponse,
  SubscribeResponseSchema,
} from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { CallLimiter } from "@atlas/platform/access/call-limiter";
import type { Authenticator, Caller } from "@atlas/platform/access/caller";
import { createHandlers } from "@atlas/platform/access/create-handlers";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { type RefusalError, refusal, refusalOf } from "@atlas/platform/refusal/refusal-error";
import type { ResponseSource, WaitingResponse } from "@atlas/platform/session/response-source";
import { silentJournal } from "@atlas/platform/telemetry/journal";
import type { Trace } from "@atlas/platform/telemetry/trace";
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { afterEach, describe, expect, test } from "vitest";
import { systemChance } from "../../system/system-chance.ts";
import { asyncTraces } from "../../telemetry/async-traces.ts";
import { type HttpEdge, openHttpEdge } from "../edge.ts";
import { createSubscribeRoute } from "./subscribe-route.ts";

const edges: HttpEdge[] = [];
afterEach(async () => {
  await Promise.all(edges.splice(0).map((edge) => edge.close(0)));
});

const traces = asyncTraces(systemChance());

/** Hands over what is put in. */
class TestSource implements ResponseSource {
  readonly request: SubscribeRequest;
  readonly waiting: WaitingResponse[] = [];
  ended: { readonly error: RefusalError | undefined } | undefined;
  taken = 0;
  /** Of whoever opened it, and of whoever took something. */
  readonly traces: (Trace | undefined)[] = [traces.current()];
  closed = false;
  #wake: (() => void) | undefined;

  constructor(request: SubscribeRequest) {
    this.request = request;
  }

  put(response: SubscribeResponse, shared = false): void {
    this.waiting.push({ response, shared });
    this.#wake?.();
    this.#wake = undefined;
  }

  end(error: RefusalError | undefined): void {
    this.ended = { error };
    this.#wake?.();
  }

  take(): WaitingResponse | undefined {
    const next = this.waiting.shift();
    if (next !== undefined) this.taken += 1;
    if (next !== undefined) this.traces.push(traces.current());
    return next;
  }

  ready(wake: () => void): void {
    if (this.waiting.length > 0 || this.ended !== undefined) wake();
    else this.#wake = wake;
  }

  close(): void {
    this.closed = true;
  }
}

const caller: Caller = { principal: create(PrincipalSchema), user: create(UserSchema), internal: false };

async function platform() {
  const sources: TestSource[] = [];
  const watches: ((error: RefusalError) => void)[] = [];
  const shutdown = new AbortController();
  const authenticator: Authenticator = {
    async authenticate(header) {
      if (header.get("authorization") === "Bearer key") return caller;
      throw refusal(Reason.NOT_SIGNED_IN, "no such credential");
    },
    watch(_caller, ended) {
      watches.push(ended);
      return () => void watches.splice(watches.indexOf(ended), 1);
    },
  };
  const common = {
    authenticator,
    limiter: new CallLimiter(manualClock()),
    journal: silentJournal,
    messageBytes: 10_000,
    shutdown: shutdown.signal,
  };
  const open = (_caller: Caller, request: SubscribeRequest) => {
    if (request.subscriptions[0]?.instrumentId === "NO-SUCH")
      throw refusal(Reason.UNKNOWN_INSTRUMENT, "no such instrument");
    const source = new TestSource(request);
    sources.push(source);
    return source;
  };
  const edge = await openHttpEdge({
    host: "127.0.0.1",
    port: 0,
    handlers: createHandlers([], { ...common, compression: [] }),
    streams: createSubscribeRoute({ ...common, open }),
    traces,
  });
  edges.push(edge);
  return { edge, sources, watches, shutdown };
}

const transports: [string, (baseUrl: string) => Transport][] = [
  ["gRPC", (baseUrl) => createGrpcTransport({ baseUrl })],
  ["Connect", (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "2" })],
];

interface SubscribeOptions {
  readonly authorization?: string;
  readonly instrumentId?: string;
  readonly traceparent?: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

function subscribe(
  transport: Transport,
  { authorization = "Bearer key", instrumentId = "BTC-USD", traceparent, ...rest }: SubscribeOptions = {},
) {
  const subscriptions = [{ subscriptionId: "t", channel: Channel.TRADES, instrumentId }];
  const headers = { authorization, ...(traceparent === undefined ? {} : { traceparent }) };
  return createClient(StreamService, transport).subscribe({ subscriptions }, { headers, ...rest });
}

async function failure(responses: AsyncIterable<unknown>) {
  try {
    for await (const _ of responses);
  } catch (error) {
    return { code: ConnectError.from(error).code, reason: refusalOf(error)?.reason };
  }
  return undefined;
}

async function gather(responses: AsyncIterable<SubscribeResponse>): Promise<SubscribeResponse[]> {
  const gathered: SubscribeResponse[] = [];
  for await (const response of responses) gathered.push(response);
  return gathered;
}

const ticker = (subscriptionId: string, sequence: bigint) =>
  create(SubscribeResponseSchema, {
    subscriptionId,
    cursor: `BTC-USD:${sequence}`,
    serverTime: { seconds: sequence },
    content: { case: "update", value: { contents: { ticker: { bid: "1", ask: "2", sequence } } } },
  });

/** Waits until something is so. */
async function until(condition: () => boolean): Promise<void> {
  for (let round = 0; round < 500 && !condition(); round++) await sleep(2);
  expect(condition()).toBe(true);
}

describe.each(transports)("streams over raw HTTP/2 by %s", (_name, transportTo) => {
  test("are what their source says, whether others are told the same or not", async () => {
    const { edge, sources } = await platform();
    const told = [ticker("one", 1n), ticker("a longer name", 2n), ticker("", 3n)];
    const same = { ...told[0], subscriptionId: "two" } as SubscribeResponse;
    const read = gather(subscribe(transportTo(edge.url)));
    await until(() => sources.length === 1);
    const [source] = sources;
    source?.put(told[0] as SubscribeResponse, true);
    source?.put(same, true);
    source?.put(told[1] as SubscribeResponse, false);
    source?.put(told[2] as SubscribeResponse, true);
    await until(() => source?.taken === 4);
    source?.end(undefined);
    expect(await read).toEqual([told[0], same, told[1], told[2]]);
    expect(source?.closed).toBe(true);
  });

  test("are one trace, whoever puts in what they say", async () => {
    const { edge, sources } = await platform();
    const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    const read = gather(subscribe(transportTo(edge.url), { traceparent: `00-${traceId}-00f067aa0ba902b7-01` }));
    await until(() => sources.length === 1);
    const [source] = sources;
    source?.put(ticker("one", 1n));
    await until(() => source?.taken === 1);
    await traces.during(undefined, async () => source?.put(ticker("one", 2n)));
    await until(() => source?.taken === 2);
    source?.end(undefined);
    await read;
    expect(source?.traces.map((trace) => trace?.traceId)).toEqual([traceId, traceId, traceId]);
  });

  test("end with the error of their source, of their caller's credential, and of their time", async () => {
    const { edge, sources, watches, shutdown } = await platform();
    const transport = transportTo(edge.url);
    const ends = [
      failure(subscribe(transport)),
      failure(subscribe(transport)),
      failure(subscribe(transport, { timeoutMs: 300 })),
    ];
    await until(() => watches.length === 3);
    sources[0]?.end(refusal(Reason.UNKNOWN_ACCOUNT, "no such account"));
    watches[1]?.(refusal(Reason.NOT_SIGNED_IN, "revoked"));
    expect(await Promise.all(ends)).toEqual([
      { code: Code.NotFound, reason: Reason.UNKNOWN_ACCOUNT },
      { code: Code.Unauthenticated, reason: Reason.NOT_SIGNED_IN },
      { code: Code.DeadlineExceeded, reason: undefined },
    ]);
    const stopped = failure(subscribe(transport));
    await until(() => sources.length === 4);
    shutdown.abort();
    expect(await stopped).toEqual({ code: Code.Unavailable, reason: Reason.NOT_READY });
    await until(() => watches.length === 0 && sources.every(({ closed }) => closed));
  });

  test("are refused as unary calls are", async () => {
    const { edge, sources } = await platform();
    const transport = transportTo(edge.url);
    expect(await failure(subscribe(transport, { authorization: "Bearer other" }))).toEqual({
      code: Code.Unauthenticated,
      reason: Reason.NOT_SIGNED_IN,
    });
    expect(await failure(subscribe(transport, { instrumentId: "NO-SUCH" }))).toEqual({
      code: Code.NotFound,
      reason: Reason.UNKNOWN_INSTRUMENT,
    });
    expect(await failure(subscribe(transport, { instrumentId: "x".repeat(65) }))).toEqual({
      code: Code.InvalidArgument,
      reason: Reason.INVALID_FIELD,
    });
    const tooLarge = createClient(StreamService, transport).subscribe(
      { subscriptions: Array.from({ length: 2_000 }, (_, index) => ({ subscriptionId: `s${index}` })) },
      { headers: { authorization: "Bearer key" } },
    );
    expect(await failure(tooLarge)).toEqual({ code: Code.InvalidArgument, reason: Reason.TOO_LARGE });
    expect(sources).toEqual([]);
  });

  test("tell their source when the client goes away", async () => {
    const { edge, sources, watches } = await platform();
    const abort = new AbortController();
    const read = failure(subscribe(transportTo(edge.url), { signal: abort.signal }));
    await until(() => sources.length === 1);
    abort.abort();
    expect((await read)?.code).toBe(Code.Canceled);
    await until(() => sources[0]?.closed === true && watches.length === 0);
  });

  test("F22: take no more than the client reads", async () => {
    const { edge, sources } = await platform();
    const iterator = subscribe(transportTo(edge.url))[Symbol.asyncIterator]();
    const first = iterator.next();
    await until(() => sources.length === 1);
    const [source] = sources;
    const update = { ...ticker("t", 1n), cursor: "x".repeat(100_000) };
    for (let count = 0; count < 500; count++) source?.put(update, true);
    await first;
    await sleep(200);
    expect(source?.taken).toBeLessThan(500);
    for (let count = 1; count < 500; count++) await iterator.next();
    expect(source?.taken).toBe(500);
    await iterator.return?.();
  });
});
