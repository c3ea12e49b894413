import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { PrincipalSchema, UserSchema } from "@atlas/gen/atlas/identity/v1/identity_pb";
import { IdentityService } from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import { MarketService } from "@atlas/gen/atlas/market/v1/market_service_pb";
import { ShardService } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { Role } from "@atlas/gen/atlas/options/v1/options_pb";
import { OrderType, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { OrderService, SubmitOrderRequestSchema } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { Channel, StreamService } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { create, type DescMethod, fromBinary, type MessageInitShape, toBinary, toJsonString } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import { describe, expect, test, vi } from "vitest";
import { manualClock } from "../memory/manual-clock.ts";
import { refusal, refusalOf } from "../refusal/refusal-error.ts";
import { silentJournal } from "../telemetry/journal.ts";
import { AccessUndeclaredError, accessOf } from "./access-rule.ts";
import { CallLimiter } from "./call-limiter.ts";
import { type Authenticator, type Caller, callerOf } from "./caller.ts";
import { createHandlers, type Served, serve } from "./create-handlers.ts";
import { type InProcessOptions, inProcessTransport } from "./in-process-transport.ts";

/** `trader` trades `demo`, `viewer` views it, `admin` administrates, `other` has nothing, `self` is the platform. */
const callers: Record<string, Caller> = {
  trader: caller([], [Role.TRADER]),
  viewer: caller([], [Role.VIEWER]),
  admin: caller([Role.ADMIN], []),
  other: caller([], []),
  self: { ...caller([], []), internal: true },
};

function caller(roles: Role[], grants: Role[]): Caller {
  return {
    principal: create(PrincipalSchema, { userId: "u-1" }),
    user: create(UserSchema, { userId: "u-1", roles, grants: grants.map((role) => ({ accountId: "demo", role })) }),
    internal: false,
  };
}

const endings = new Set<(error: ReturnType<typeof refusal>) => void>();
const authenticator: Authenticator = {
  authenticate(header) {
    const name = header.get("authorization")?.replace("Bearer ", "") ?? "";
    const found = callers[name];
    if (found === undefined) throw refusal(Reason.NOT_SIGNED_IN, "no such credential");
    return found;
  },
  watch(_caller, ended) {
    endings.add(ended);
    return () => endings.delete(ended);
  },
};

const error = vi.fn();
const never = new AbortController().signal;

function handlersOf(...services: Served[]): UniversalHandler[] {
  const journal = { ...silentJournal, error };
  const limiter = new CallLimiter(manualClock());
  const options = { authenticator, limiter, journal, messageBytes: 10_000, compression: [], shutdown: never };
  return createHandlers(services, options);
}

const submitted = vi.fn();
const orders = serve(OrderService, {
  submitOrder(request, context) {
    submitted(request, callerOf(context).user.userId);
    return { order: { orderId: "o-1" } };
  },
  getOrder(request) {
    if (request.orderId === "secret") throw new Error("SELECT * FROM passwords");
    return { order: { orderId: request.orderId } };
  },
});

const newOrder: MessageInitShape<typeof SubmitOrderRequestSchema> = {
  requestId: "r-1",
  accountId: "demo",
  order: { instrumentId: "BTC-USDT", side: Side.BUY, type: OrderType.LIMIT, quantity: "1", limitPrice: "5.5" },
};

const wires: [string, InProcessOptions][] = [
  ["Connect, binary", {}],
  ["Connect, JSON", { json: true }],
  ["gRPC, binary", { protocol: "grpc" }],
  ["gRPC, JSON", { protocol: "grpc", json: true }],
];

async function failure(call: Promise<unknown>): Promise<ConnectError> {
  return call.then(
    () => expect.fail("the call succeeded"),
    (reason) => ConnectError.from(reason),
  );
}

/** A raw Connect call with bytes of our own. */
async function post(method: DescMethod, body: string | Uint8Array, type = "application/json") {
  const handler = handlersOf(orders).find((one) => one.method === method) as UniversalHandler;
  const bytes = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const response = await handler({
    httpVersion: "2.0",
    method: "POST",
    url: `http://test${handler.requestPath}`,
    header: new Headers({
      "content-type": type,
      authorization: "Bearer trader",
      "content-length": String(bytes.length),
    }),
    body: (async function* () {
      yield bytes.subarray(0, 3);
      yield bytes.subarray(3);
    })(),
    signal: never,
  });
  let text = "";
  for await (const chunk of response.body ?? []) text += new TextDecoder().decode(chunk);
  return { status: response.status, text, header: response.header };
}

describe.each(wires)("%s", (_name, wire) => {
  const client = (authorization: string) =>
    createClient(OrderService, inProcessTransport(handlersOf(orders), { ...wire, authorization }));

  test("a caller with the role reaches the method, with every term", async () => {
    submitted.mockClear();
    expect((await client("Bearer trader").submitOrder(newOrder)).order?.orderId).toBe("o-1");
    expect(submitted).toHaveBeenCalledWith(create(SubmitOrderRequestSchema, newOrder), "u-1");
  });

  test.each([
    ["nobody", "demo", Code.Unauthenticated, Reason.NOT_SIGNED_IN],
    ["viewer", "demo", Code.PermissionDenied, Reason.NOT_ALLOWED],
    ["admin", "demo", Code.PermissionDenied, Reason.NOT_ALLOWED],
    ["other", "demo", Code.NotFound, Reason.UNKNOWN_ACCOUNT],
    ["trader", "foreign", Code.NotFound, Reason.UNKNOWN_ACCOUNT],
  ])("I26: %s on account %s is refused", async (who, accountId, code, reason) => {
    submitted.mockClear();
    const refused = await failure(client(`Bearer ${who}`).submitOrder({ ...newOrder, accountId }));
    expect([refused.code, refusalOf(refused)?.reason]).toEqual([code, reason]);
    expect(submitted).not.toHaveBeenCalled();
  });

  test("a field out of bounds is named, with every other one", async () => {
    const order = { ...newOrder.order, quantity: "1e5", instrumentId: "" };
    const refused = await failure(client("Bearer trader").submitOrder({ ...newOrder, order }));
    expect(refused.code).toBe(Code.InvalidArgument);
    expect(
      refusalOf(refused)
        ?.violations.map(({ field }) => field)
        .sort(),
    ).toEqual(["order.instrument_id", "order.quantity"]);
  });

  test("an enum number that does not exist is refused where money moves", async () => {
    const refused = await failure(
      client("Bearer trader").submitOrder({ ...newOrder, order: { ...newOrder.order, side: 9 as Side } }),
    );
    expect(refusalOf(refused)).toMatchObject({ reason: Reason.UNKNOWN_FIELD, field: "order.side" });
  });

  test("a defect tells the client nothing, and the journal everything", async () => {
    error.mockClear();
    const refused = await failure(client("Bearer trader").getOrder({ accountId: "demo", orderId: "secret" }));
    expect([refused.code, refused.rawMessage]).toEqual([Code.Internal, "internal error"]);
    expect(JSON.stringify([...refused.metadata, refused.details])).not.toContain("SELECT");
    expect(String(error.mock.calls[0]?.[2])).toContain("SELECT");
  });

  test("a method nobody answers is UNIMPLEMENTED", async () => {
    const refused = await failure(
      client("Bearer trader").cancelOrder({ requestId: "r", accountId: "demo", orderId: "o" }),
    );
    expect(refused.code).toBe(Code.Unimplemented);
  });

  test("too large a message is refused before it is decoded", async () => {
    const order = { ...newOrder.order, clientOrderId: "x".repeat(20_000) };
    const refused = await failure(client("Bearer trader").submitOrder({ ...newOrder, order }));
    expect(refusalOf(refused)?.reason).toBe(Reason.TOO_LARGE);
  });
});

describe("what does not decode is INVALID_ARGUMENT and names the field", () => {
  const valid = toJsonString(SubmitOrderRequestSchema, create(SubmitOrderRequestSchema, newOrder));
  const bytes = toBinary(SubmitOrderRequestSchema, create(SubmitOrderRequestSchema, newOrder));

  test.each([
    ["an unknown key", valid.replace("}}", '},"foo":1}'), "foo"],
    ["an unknown key below", valid.replace("}}", ',"urgent":true}}'), "order.urgent"],
    ["an unknown enum name", valid.replace("SIDE_BUY", "SIDE_STEAL"), "order.side"],
    ["a number for text", valid.replace('"5.5"', "5.5"), "order.limit_price"],
    ["a list for an object", '{"order":[]}', "order"],
    ["a key that stands twice", valid.replace('"5.5"', '"5.5","limitPrice":"6"'), "order.limit_price"],
    ["a field by both its names", valid.replace("{", '{"account_id":"demo",'), "account_id"],
    ["a value that is no JSON", valid.replace('"5.5"', "NaN"), "order.limit_price"],
    ["no JSON", '{"order"', ""],
    ["no object", "[]", ""],
  ])("JSON: %s", async (_name, body, field) => {
    const answer = await post(OrderService.method.submitOrder, body);
    const parsed = JSON.parse(answer.text);
    expect([answer.status, parsed.code]).toEqual([400, "invalid_argument"]);
    expect(parsed.details[0].debug ?? {}).toMatchObject(field === "" ? {} : { field });
    expect(parsed.message).toContain(field);
  });

  test.each([
    [valid.replace("SIDE_BUY", "SIDE_STEAL"), "order.side must be one of SIDE_BUY, SIDE_SELL"],
    [valid.replace('"5.5"', "5.5"), 'order.limit_price must be text in quotes, decimals too: "5.5"'],
  ])("JSON: says what the field takes: %s", async (body, message) => {
    expect(JSON.parse((await post(OrderService.method.submitOrder, body)).text).message).toBe(message);
  });

  test.each([
    ["cut off", bytes.slice(0, -3), "order"],
    ["an unknown field below", withField(bytes, [0x1a, 0x03, 0xc8, 0x01, 0x01]), "order.25"],
    ["an unknown field", withField(bytes, [0xf8, 0x01, 0x01]), "31"],
    ["another wire type", withField(bytes, [0x08, 0x05]), "request_id"],
    ["text that is not UTF-8", withField(bytes, [0x0a, 0x01, 0xff]), "request_id"],
    ["no message", Uint8Array.of(0xff), ""],
  ])("binary: %s", async (_name, body, field) => {
    submitted.mockClear();
    const answer = await post(OrderService.method.submitOrder, body, "application/proto");
    const parsed = JSON.parse(answer.text);
    expect([answer.status, parsed.code]).toEqual([400, "invalid_argument"]);
    expect(parsed.message).toContain(field);
    expect(submitted).not.toHaveBeenCalled();
  });

  test("a read ignores what it does not know", async () => {
    const answer = await post(OrderService.method.getOrder, '{"accountId":"demo","orderId":"o-1","newest":true}');
    expect([answer.status, JSON.parse(answer.text)]).toEqual([200, { order: { orderId: "o-1", ...{} } }]);
  });
});

describe("caches", () => {
  const market = serve(MarketService, { getBook: () => ({}) });
  const get = async (served: Served, method: DescMethod, message: object) => {
    const handler = handlersOf(served).find((one) => one.method === method) as UniversalHandler;
    const query = `connect=v1&encoding=json&message=${encodeURIComponent(JSON.stringify(message))}`;
    const header = new Headers({ authorization: "Bearer trader" });
    const url = `http://test${handler.requestPath}?${query}`;
    const response = await handler({
      httpVersion: "1.1",
      method: "GET",
      url,
      header,
      body: [] as never,
      signal: never,
    });
    return { status: response.status, cache: response.header?.get("cache-control") };
  };

  test("keep public market reads for a second", async () => {
    expect(await get(market, MarketService.method.getBook, { instrumentId: "BTC-USDT" })).toEqual({
      status: 200,
      cache: "max-age=1",
    });
  });

  test("keep nothing of an account, and no error", async () => {
    const read = { accountId: "demo", orderId: "o-1" };
    expect(await get(orders, OrderService.method.getOrder, read)).toEqual({ status: 200, cache: "no-store" });
    expect(await get(market, MarketService.method.getBook, { depth: -1 })).toEqual({ status: 400, cache: "no-store" });
  });

  test("a GET of the wrong method is refused", async () => {
    expect((await get(orders, OrderService.method.submitOrder, {})).status).toBe(405);
  });
});

describe("streams", () => {
  const forever = serve(StreamService, {
    async *subscribe(_request, context) {
      yield { subscriptionId: "s" };
      await new Promise((resolve) => context.signal.addEventListener("abort", resolve));
    },
  });
  const subscribe = (who: string, accountId: string, signal = never) => {
    const transport = inProcessTransport(handlersOf(forever), { authorization: `Bearer ${who}` });
    const subscriptions = [
      { subscriptionId: "a", channel: Channel.BOOK, instrumentId: "X" },
      { subscriptionId: "b", channel: Channel.ORDERS, accountId },
    ];
    return createClient(StreamService, transport).subscribe({ subscriptions }, { signal })[Symbol.asyncIterator]();
  };

  test("I26: every account of a request is checked, empty ones are left to the method", async () => {
    const gone = new AbortController();
    expect((await subscribe("viewer", "demo", gone.signal).next()).value?.subscriptionId).toBe("s");
    expect((await subscribe("other", "", gone.signal).next()).value?.subscriptionId).toBe("s");
    expect(refusalOf(await failure(subscribe("viewer", "foreign").next()))?.reason).toBe(Reason.UNKNOWN_ACCOUNT);
    expect(endings.size).toBe(2);
    gone.abort();
    await vi.waitFor(() => expect(endings.size, "watches of streams whose client is gone").toBe(0));
  });

  test("I26: a credential that ends, ends the stream while it waits", async () => {
    const stream = subscribe("viewer", "demo");
    await stream.next();
    const rest = failure(stream.next());
    for (const ended of endings) ended(refusal(Reason.NOT_SIGNED_IN, "revoked"));
    expect((await rest).code).toBe(Code.Unauthenticated);
    expect(endings.size).toBe(0);
  });
});

describe("other ways of access", () => {
  test("internal methods are for the platform only", async () => {
    const shard = serve(ShardService, { read: () => ({}) });
    const read = (who: string) =>
      createClient(ShardService, inProcessTransport(handlersOf(shard), { authorization: `Bearer ${who}` })).read({
        shard: "oms/0",
        query: { case: "state", value: {} },
      });
    expect((await failure(read("admin"))).code).toBe(Code.PermissionDenied);
    await expect(read("self")).resolves.toBeDefined();
  });

  test("anonymous methods need no credential", async () => {
    const identity = serve(IdentityService, { redeemLoginLink: () => ({}) });
    const client = createClient(IdentityService, inProcessTransport(handlersOf(identity)));
    expect(accessOf(IdentityService.method.redeemLoginLink)?.anonymous).toBe(true);
    await expect(client.redeemLoginLink({ token: "x".repeat(43) })).resolves.toBeDefined();
  });

  test("a method without access does not start", () => {
    const { submitOrder } = OrderService.method;
    const bare = { ...submitOrder, proto: { ...submitOrder.proto, options: undefined } } as unknown as DescMethod;
    expect(() => handlersOf({ service: { ...OrderService, methods: [bare] } as never, implementation: {} })).toThrow(
      AccessUndeclaredError,
    );
  });
});

function withField(bytes: Uint8Array, field: number[]): Uint8Array {
  const joined = new Uint8Array(bytes.length + field.length);
  joined.set(bytes);
  joined.set(field, bytes.length);
  if (field.length > 3) return joined;
  expect(() => fromBinary(SubmitOrderRequestSchema, bytes)).not.toThrow();
  return joined;
}
