import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { PrincipalSchema, UserSchema } from "@atlas/gen/atlas/identity/v1/identity_pb";
import { MarketService } from "@atlas/gen/atlas/market/v1/market_service_pb";
import { RateClass } from "@atlas/gen/atlas/options/v1/options_pb";
import { OrderSessionService, TradeResponseSchema } from "@atlas/gen/atlas/order/v1/order_session_service_pb";
import { Channel, StreamService, SubscribeResponseSchema } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { type CallBounds, CallLimiter } from "@atlas/platform/access/call-limiter";
import type { Authenticator, Caller } from "@atlas/platform/access/caller";
import { createHandlers, serve } from "@atlas/platform/access/create-handlers";
import { manualClock } from "@atlas/platform/memory/manual-clock";
import { refusalOf } from "@atlas/platform/refusal/refusal-error";
import type { ResponseSource } from "@atlas/platform/session/response-source";
import { tradeImplementation } from "@atlas/platform/session/trade-implementation";
import type { OpenTradeSession } from "@atlas/platform/session/trade-session";
import { silentJournal } from "@atlas/platform/telemetry/journal";
import { create } from "@bufbuild/protobuf";
import { createClient, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { afterEach, expect, test, vi } from "vitest";
import { type HttpEdge, openHttpEdge } from "./edge.ts";
import { createSubscribeRoute } from "./subscribe/subscribe-route.ts";
import { createTradeRoute } from "./trade/trade-route.ts";

/** A session that says nothing until it ends. */
const openSession: OpenTradeSession<Caller> = (_caller, sink) => ({
  receive: () => sink.send(create(TradeResponseSchema)),
  refuse: (error) => sink.end(error),
  finish: () => sink.end(undefined),
  abort: () => {},
});

/** Says one thing and waits. */
function openResponses(): ResponseSource {
  let said = false;
  return {
    ended: undefined,
    take() {
      if (said) return undefined;
      said = true;
      return { response: create(SubscribeResponseSchema, { subscriptionId: "s" }), shared: false };
    },
    ready: (wake) => (said ? undefined : wake()),
    close: () => {},
  };
}

let edge: HttpEdge | undefined;

afterEach(() => edge?.close(0));

async function open(bounds: CallBounds): Promise<HttpEdge> {
  const authenticator: Authenticator = {
    authenticate(header) {
      const userId = header.get("authorization") ?? "";
      return { principal: create(PrincipalSchema, { userId }), user: create(UserSchema, { userId }), internal: false };
    },
    watch: () => () => {},
  };
  const limiter = new CallLimiter(manualClock(), bounds);
  const shutdown = new AbortController().signal;
  const common = { authenticator, limiter, journal: silentJournal, messageBytes: 10_000, shutdown };
  const trade = createTradeRoute({ ...common, open: openSession });
  const subscribe = createSubscribeRoute({ ...common, open: openResponses });
  const services = [
    serve(MarketService, { getBook: () => ({}) }),
    serve(OrderSessionService, tradeImplementation(openSession)),
    serve(StreamService, {
      async *subscribe(_request, { signal }) {
        yield { subscriptionId: "s" };
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      },
    }),
  ];
  edge = await openHttpEdge({
    ...{ host: "127.0.0.1", port: 0 },
    handlers: createHandlers(services, { ...common, compression: [] }),
    streams: (path, headers) => trade(path, headers) ?? subscribe(path, headers),
  });
  return edge;
}

/** By our own reading of HTTP/2, and by connect's, of both versions. */
function roads(baseUrl: string): Transport[] {
  return [
    createGrpcTransport({ baseUrl }),
    createConnectTransport({ baseUrl, httpVersion: "2", useBinaryFormat: false }),
    createConnectTransport({ baseUrl, httpVersion: "1.1" }),
  ];
}

const subscriptions = [{ subscriptionId: "s", channel: Channel.BOOK, instrumentId: "X" }];

/** Opens a stream and hears its first message; what ends it, or the reason that it was refused with. */
async function subscribed(transport: Transport, user: string) {
  const abort = new AbortController();
  const options = { headers: { authorization: user }, signal: abort.signal };
  const stream = createClient(StreamService, transport).subscribe({ subscriptions }, options)[Symbol.asyncIterator]();
  return stream.next().then(
    () => () => abort.abort(),
    (error: unknown) => refusalOf(error)?.reason ?? String(error),
  );
}

test("calls of a user add up over every road, streams' opening among them", async () => {
  const { url } = await open({
    rates: { [RateClass.READ]: { perSecond: 1, burst: 6 } },
    openStreams: 100,
    callersKept: 100,
  });
  for (const transport of roads(url)) {
    await createClient(MarketService, transport).getBook({ instrumentId: "X" }, { headers: { authorization: "ann" } });
    expect(typeof (await subscribed(transport, "ann"))).toBe("function");
  }
  for (const transport of roads(url)) {
    expect(await subscribed(transport, "ann")).toBe(Reason.RATE_LIMIT);
    expect(typeof (await subscribed(transport, "bob"))).toBe("function");
  }
});

test("open streams and sessions of a user add up over every road, and make room when they end", async () => {
  const { url } = await open({ rates: {}, openStreams: 4, callersKept: 100 });
  const [grpc, ...others] = roads(url) as [Transport, ...Transport[]];
  const session = new AbortController();
  async function* requests() {
    yield { request: { case: undefined } };
    await new Promise((resolve) => session.signal.addEventListener("abort", resolve));
  }
  const options = { headers: { authorization: "ann" }, signal: session.signal };
  const trading = createClient(OrderSessionService, grpc).trade(requests(), options)[Symbol.asyncIterator]();
  expect((await trading.next()).done).toBe(false);
  const ends = await Promise.all([grpc, ...others].map((transport) => subscribed(transport, "ann")));
  for (const transport of [grpc, ...others]) expect(await subscribed(transport, "ann")).toBe(Reason.OPEN_STREAMS_LIMIT);
  const another = createClient(OrderSessionService, grpc).trade(requests(), options)[Symbol.asyncIterator]();
  const refused = await another.next().catch((error: unknown) => refusalOf(error)?.reason);
  expect(refused).toBe(Reason.OPEN_STREAMS_LIMIT);
  expect(typeof (await subscribed(grpc, "bob"))).toBe("function");

  session.abort();
  for (const end of ends) if (typeof end === "function") end();
  for (const transport of [grpc, ...others, grpc])
    await vi.waitFor(async () => expect(typeof (await subscribed(transport, "ann"))).toBe("function"));
  expect(await subscribed(grpc, "ann")).toBe(Reason.OPEN_STREAMS_LIMIT);
});
