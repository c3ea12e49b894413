import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { PrincipalSchema, UserSchema } from "@atlas/gen/atlas/identity/v1/identity_pb";
import { IdentityService } from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import { InstrumentService } from "@atlas/gen/atlas/instrument/v1/instrument_service_pb";
import { MarketService } from "@atlas/gen/atlas/market/v1/market_service_pb";
import { RateClass } from "@atlas/gen/atlas/options/v1/options_pb";
import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { Channel, StreamService } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { create, type DescMethod } from "@bufbuild/protobuf";
import { Code, ConnectError, createClient } from "@connectrpc/connect";
import { describe, expect, test, vi } from "vitest";
import { manualClock } from "../memory/manual-clock.ts";
import { type RefusalError, refusalOf } from "../refusal/refusal-error.ts";
import { silentJournal } from "../telemetry/journal.ts";
import { type CallBounds, CallLimiter } from "./call-limiter.ts";
import { policyOf } from "./call-policy.ts";
import type { Authenticator, Caller } from "./caller.ts";
import { createHandlers, serve } from "./create-handlers.ts";
import { type InProcessOptions, inProcessTransport } from "./in-process-transport.ts";

const bounds: CallBounds = {
  rates: {
    [RateClass.READ]: { perSecond: 2, burst: 3 },
    [RateClass.ADMIN]: { perSecond: 1, burst: 2 },
    [RateClass.SIGN_IN]: { perSecond: 1, burst: 1 },
  },
  openStreams: 2,
  callersKept: 50,
};
const { getBook, getTicker } = MarketService.method;
const { redeemLoginLink } = IdentityService.method;
const ann = caller("ann");
const bob = caller("bob");

function caller(userId: string, internal = false): Caller {
  return { principal: create(PrincipalSchema, { userId }), user: create(UserSchema, { userId }), internal };
}

/** Whether each of so many calls was counted, or the wait in milliseconds that its refusal states. */
function calls(limiter: CallLimiter, method: DescMethod, who: Caller | undefined, times = 1, source = "home") {
  const policy = policyOf(method);
  return Array.from({ length: times }, () => {
    try {
      limiter.count(policy, who, source);
      return "counted";
    } catch (error) {
      const { reason, retryAfter } = (error as RefusalError).refusal;
      return [reason, Number(retryAfter?.seconds) * 1_000 + (retryAfter?.nanos ?? 0) / 1_000_000];
    }
  });
}

describe("calls of one class", () => {
  test("of one user add up over methods and addresses; refused ones wait as long as they are told", async () => {
    const clock = manualClock();
    const limiter = new CallLimiter(clock, bounds);
    expect(calls(limiter, getBook, ann, 2)).toEqual(["counted", "counted"]);
    expect(calls(limiter, getTicker, ann, 2, "office")).toEqual(["counted", [Reason.RATE_LIMIT, 500]]);
    await clock.advance(499);
    expect(calls(limiter, getBook, ann)).toEqual([[Reason.RATE_LIMIT, 1]]);
    await clock.advance(1);
    expect(calls(limiter, getBook, ann, 2)).toEqual(["counted", [Reason.RATE_LIMIT, 500]]);
  });

  test("do not count against another user's, nor against another class", () => {
    const limiter = new CallLimiter(manualClock(), bounds);
    expect(calls(limiter, getBook, ann, 4).at(-1)).toEqual([Reason.RATE_LIMIT, 500]);
    expect(calls(limiter, getBook, bob)).toEqual(["counted"]);
    expect(calls(limiter, InstrumentService.method.defineInstrument, ann, 3)).toEqual([
      ...["counted", "counted"],
      [Reason.RATE_LIMIT, 1_000],
    ]);
  });

  test("count by address where nobody is signed in, and an address is no user of that name", () => {
    const limiter = new CallLimiter(manualClock(), bounds);
    expect(calls(limiter, redeemLoginLink, undefined, 2, "ann")).toEqual(["counted", [Reason.RATE_LIMIT, 1_000]]);
    expect(calls(limiter, redeemLoginLink, undefined, 1, "elsewhere")).toEqual(["counted"]);
    expect(calls(limiter, redeemLoginLink, ann, 1, "ann")).toEqual(["counted"]);
  });

  test("orders and cancels count against their account alone, and the platform's own against nothing", () => {
    const limiter = new CallLimiter(manualClock());
    const { submitOrder, submitOrders, replaceOrder, cancelOrder, cancelOrders } = OrderService.method;
    for (const method of [submitOrder, submitOrders, replaceOrder, cancelOrder, cancelOrders])
      expect(new Set(calls(limiter, method, ann, 20_000))).toEqual(new Set(["counted"]));
    expect(new Set(calls(limiter, getBook, caller("self", true), 20_000))).toEqual(new Set(["counted"]));
    expect(limiter.remembered).toBe(0);
  });

  test.each([
    ["READ", getBook, 10_000, 2_000],
    ["ADMIN", InstrumentService.method.defineInstrument, 10_000, 1_000],
    ["SIGN_IN", redeemLoginLink, 1_000, 20],
  ])("%s has the bound that the contract states, unless told otherwise", async (_name, method, burst, perSecond) => {
    const clock = manualClock();
    const limiter = new CallLimiter(clock);
    const counted = (times: number) => calls(limiter, method, undefined, times).filter((one) => one === "counted");
    expect(counted(burst + 1)).toHaveLength(burst);
    await clock.advance(1_000);
    expect(counted(perSecond + 1)).toHaveLength(perSecond);
  });

  test("F22: callers that are remembered are bounded", () => {
    const limiter = new CallLimiter(manualClock(), bounds);
    for (let one = 0; one < 1_000; one++) {
      calls(limiter, getBook, caller(`u${one}`));
      calls(limiter, getBook, undefined, 1, `10.0.${one}`);
    }
    expect(limiter.remembered).toBe(2 * 50);
  });
});

describe("streams that are open", () => {
  const open = (limiter: CallLimiter, who: Caller | undefined, source = "home") => {
    try {
      return limiter.openStream(who, source);
    } catch (error) {
      const { reason, facts } = (error as RefusalError).refusal;
      return [reason, facts];
    }
  };
  const refused = [Reason.OPEN_STREAMS_LIMIT, { open: "2", limit: "2" }];

  test("are bounded by user, and by address where nobody is signed in", () => {
    const limiter = new CallLimiter(manualClock(), bounds);
    for (const who of [ann, bob, undefined]) {
      expect([open(limiter, who), open(limiter, who)].map((left) => typeof left)).toEqual(["function", "function"]);
      expect(open(limiter, who)).toEqual(refused);
    }
    expect(typeof open(limiter, undefined, "elsewhere")).toBe("function");
  });

  test("make room for one other each, however often their end is told", () => {
    const limiter = new CallLimiter(manualClock(), bounds);
    const leave = open(limiter, ann) as () => void;
    open(limiter, ann);
    leave();
    leave();
    expect(typeof open(limiter, ann)).toBe("function");
    expect(open(limiter, ann)).toEqual(refused);
  });
});

const authenticator: Authenticator = {
  authenticate: (header) => (header.get("authorization") === "ann" ? ann : bob),
  watch: () => () => {},
};

function client(limiter: CallLimiter, implementation: object, options: InProcessOptions) {
  const handlers = createHandlers([serve(MarketService, implementation), serve(StreamService, implementation)], {
    ...{ authenticator, limiter, journal: silentJournal, messageBytes: 10_000, compression: [] },
    shutdown: new AbortController().signal,
  });
  const transport = inProcessTransport(handlers, options);
  return { market: createClient(MarketService, transport), stream: createClient(StreamService, transport) };
}

const told = async (call: Promise<unknown>) => {
  const error = await call.then(
    () => undefined,
    (failed: unknown) => ConnectError.from(failed),
  );
  return error && [error.code, refusalOf(error)?.reason];
};

describe.each<InProcessOptions>([{ protocol: "connect" }, { protocol: "grpc" }])("handlers by %s", (wire) => {
  test("refuse a call above its class's rate before its method", async () => {
    const getBook = vi.fn(() => ({}));
    const { market } = client(new CallLimiter(manualClock(), bounds), { getBook }, { ...wire, authorization: "ann" });
    for (let call = 0; call < 3; call++) expect(await told(market.getBook({ instrumentId: "X" }))).toBeUndefined();
    expect(await told(market.getBook({ instrumentId: "X" }))).toEqual([Code.ResourceExhausted, Reason.RATE_LIMIT]);
    expect(getBook).toHaveBeenCalledTimes(3);
  });

  test("count a stream as long as it is open, whoever ends it", async () => {
    const ends: (() => void)[] = [];
    async function* subscribe(_request: unknown, context: { signal: AbortSignal }) {
      yield { subscriptionId: "s" };
      await new Promise<void>((resolve) => {
        ends.push(resolve);
        context.signal.addEventListener("abort", () => resolve());
      });
    }
    const limiter = new CallLimiter(manualClock(), { ...bounds, rates: {} });
    const { stream } = client(limiter, { subscribe }, { ...wire, authorization: "ann" });
    const subscriptions = [{ subscriptionId: "s", channel: Channel.BOOK, instrumentId: "X" }];
    const open = (signal = new AbortController().signal) =>
      stream.subscribe({ subscriptions }, { signal })[Symbol.asyncIterator]();
    const gone = new AbortController();
    const [first, second] = [open(), open(gone.signal)];
    expect([(await first.next()).done, (await second.next()).done]).toEqual([false, false]);
    expect(await told(open().next())).toEqual([Code.ResourceExhausted, Reason.OPEN_STREAMS_LIMIT]);
    // The server ends one, the client gives the other up.
    const rest = [told(first.next()), told(second.next())];
    ends[0]?.();
    gone.abort();
    await Promise.all(rest);
    const [third, fourth] = [open(), open()];
    expect([(await third.next()).done, (await fourth.next()).done]).toEqual([false, false]);
    expect(await told(open().next())).toEqual([Code.ResourceExhausted, Reason.OPEN_STREAMS_LIMIT]);
  });
});
