import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { IdentityService } from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import { Role } from "@atlas/gen/atlas/options/v1/options_pb";
import { ExecutionType, OrderStatus, OrderType, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { GatewayPlatform } from "../testing/gateway-platform.ts";
import { TestSession } from "../testing/test-session.ts";

const platform = new GatewayPlatform();
let accountId = "";
let requests = 0;

beforeAll(async () => void (await platform.start()));
beforeEach(async () => {
  accountId = await platform.account({ USD: "1000000", BTC: "10" });
});
afterEach(() => expect(platform.failures).toEqual([]));

const resting = { instrumentId: "BTC-USD", side: Side.BUY, type: OrderType.LIMIT, quantity: "0.01", limitPrice: "100" };

function freshId(): string {
  const time = platform.clock.now().toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-${(++requests).toString(16).padStart(12, "0")}`;
}

async function caller(authorization = platform.localKey()) {
  return platform.run(
    Promise.resolve(platform.gateway.authenticator.authenticate(new Headers({ authorization }), "test")),
  );
}

async function open(fields: object = {}): Promise<TestSession> {
  const session = new TestSession(platform, await caller());
  session.ask({ case: "open", value: { accountId, ...fields } });
  await platform.clock.advance(20);
  return session;
}

const submit = (fields: object = {}, requestId = freshId()) =>
  ({ case: "submit", value: { requestId, order: { ...resting, ...fields } } }) as const;

describe("a session", () => {
  test("opens first, with its window and where its reports begin", async () => {
    const session = await open();
    expect(session.responses[0]).toMatchObject({
      clientSequence: 1n,
      response: { case: "opened", value: { window: 256, heartbeat: { seconds: 5n }, sessionId: expect.any(String) } },
    });
  });

  test("answers each request and reports its orders in commit order", async () => {
    const session = await open();
    const first = session.ask(submit());
    const second = session.ask(submit({ type: OrderType.MARKET, limitPrice: "" }));
    await platform.clock.advance(300);
    expect(session.answerTo(first)).toMatchObject({
      case: "submitted",
      value: { order: { status: OrderStatus.PENDING_SUBMIT } },
    });
    expect(session.answerTo(second)?.case).toBe("submitted");
    const kinds = session.reports().map((report) => report.executionType);
    expect(kinds.slice(0, 2)).toEqual([ExecutionType.NEW, ExecutionType.NEW]);
    expect(kinds).toContain(ExecutionType.TRADE);
    const sequences = session.reports().map((report) => Number(report.sequence));
    expect(sequences).toEqual(sequences.toSorted((left, right) => left - right));
  });

  test("answers cancels and replaces with the order as it is", async () => {
    const session = await open();
    const made = session.ask(submit());
    await platform.clock.advance(300);
    const answer = session.answerTo(made);
    const orderId = answer?.case === "submitted" ? (answer.value.order?.orderId ?? "") : "";
    const replace = session.ask({ case: "replace", value: { requestId: freshId(), orderId, quantity: "0.02" } });
    await platform.clock.advance(300);
    const cancel = session.ask({ case: "cancel", value: { requestId: freshId(), orderId } });
    await platform.clock.advance(300);
    expect(session.answerTo(replace)).toMatchObject({ case: "replaced", value: { order: { orderId } } });
    expect(session.answerTo(cancel)).toMatchObject({
      case: "canceled",
      value: { order: { orderId, quantity: "0.02" } },
    });
    expect(session.reports().at(-1)?.executionType).toBe(ExecutionType.CANCELED);
  });

  test("takes batches and cancels of many", async () => {
    const session = await open();
    const entries = Array.from({ length: 50 }, () => ({ requestId: freshId(), order: resting }));
    const batch = session.ask({ case: "submitMany", value: { entries } });
    await platform.clock.advance(300);
    const cancel = session.ask({ case: "cancelMany", value: { requestId: freshId() } });
    await platform.clock.advance(300);
    const results = session.answerTo(batch);
    expect(results?.case === "submittedMany" && results.value.results.map((one) => one.result.case)).toEqual(
      entries.map(() => "order"),
    );
    const canceled = session.answerTo(cancel);
    expect(canceled?.case === "canceledMany" && canceled.value.orderIds).toHaveLength(50);
  });

  test.each([
    [{ quantity: "-1" }, "invalid_argument", "order.quantity"],
    [{ quantity: "50", limitPrice: "49000" }, "failed_precondition", undefined],
    [{ instrumentId: "NO-SUCH" }, "not_found", undefined],
  ])("a refused request (%o) ends itself, not the session", async (fields, code, field) => {
    const session = await open();
    const bad = session.ask(submit(fields));
    const good = session.ask(submit());
    await platform.clock.advance(300);
    const refused = session.answerTo(bad);
    expect(refused).toMatchObject({ case: "refused", value: { code } });
    if (field !== undefined && refused?.case === "refused") expect(refused.value.refusal?.field).toBe(field);
    expect(session.answerTo(good)?.case).toBe("submitted");
    expect(session.ended).toBeUndefined();
  });

  test("takes requests for its own account only", async () => {
    const session = await open();
    const other = session.ask({ case: "submit", value: { requestId: freshId(), accountId: "demo", order: resting } });
    const own = session.ask({ case: "submit", value: { requestId: freshId(), accountId, order: resting } });
    await platform.clock.advance(300);
    expect(session.answerTo(other)).toMatchObject({ case: "refused", value: { refusal: { field: "account_id" } } });
    expect(session.answerTo(own)?.case).toBe("submitted");
  });

  test("I6: the same request on two sessions makes one order", async () => {
    const [one, two] = [await open(), await open()];
    const request = submit();
    const answers = [one.ask(request), two.ask(request)];
    await platform.clock.advance(300);
    const ids = [one, two].map((session, index) => {
      const answer = session.answerTo(answers[index] as bigint);
      return answer?.case === "submitted" ? answer.value.order?.orderId : answer;
    });
    expect(ids[0]).toBe(ids[1]);
  });

  test.each([[3n], [1n], [0n], [-5n]])("a number that is not the next (%s) ends it ABORTED", async (number) => {
    const session = await open();
    session.ask(submit(), number);
    expect(session.ended?.error?.refusal).toMatchObject({
      reason: Reason.SEQUENCE_GAP,
      facts: { expected: "2", received: String(number) },
    });
  });

  test("answers what it took before a gap, and takes nothing after it", async () => {
    const session = await open();
    const taken = [session.ask(submit()), session.ask(submit())];
    session.ask(submit(), 9n);
    const late = session.ask(submit(), 4n);
    expect(session.ended).toBeUndefined();
    await platform.clock.advance(300);
    expect(taken.map((one) => session.answerTo(one)?.case)).toEqual(["submitted", "submitted"]);
    expect(session.answerTo(late)).toBeUndefined();
    expect(session.ended?.error?.refusal.reason).toBe(Reason.SEQUENCE_GAP);
  });

  test("must be opened first, once, and by who may trade", async () => {
    const unopened = new TestSession(platform, await caller());
    unopened.ask(submit());
    expect(unopened.ended?.error?.refusal.reason).toBe(Reason.INVALID_FIELD);
    const twice = await open();
    const again = twice.ask({ case: "open", value: { accountId } });
    expect(twice.answerTo(again)?.case).toBe("refused");
    const viewer = await platform.user([], [{ accountId, role: Role.VIEWER }]);
    const notAllowed = new TestSession(platform, await caller(viewer));
    notAllowed.ask({ case: "open", value: { accountId } });
    expect(notAllowed.ended?.error?.refusal.reason).toBe(Reason.NOT_ALLOWED);
    const stranger = new TestSession(platform, await caller(await platform.user([])));
    stranger.ask({ case: "open", value: { accountId } });
    expect(stranger.ended?.error?.refusal.reason).toBe(Reason.UNKNOWN_ACCOUNT);
  });

  test("does not promise what does not exist: cancel-on-disconnect is refused", async () => {
    const session = await open({ cancelOnDisconnect: true });
    expect(session.ended?.error?.refusal.reason).toBe(Reason.UNSUPPORTED);
  });

  test("stops reading when its window is full, and reads on when answers came", async () => {
    const session = await open();
    platform.log.setDown(true);
    for (let index = 0; index < 255; index++) session.ask(submit());
    expect(session.holding).toBe(false);
    const last = session.ask(submit());
    expect(session.holding).toBe(true);
    platform.log.setDown(false);
    await platform.clock.advance(1_000);
    expect(session.answerTo(last)?.case).toBe("submitted");
    expect(session.holding).toBe(false);
  });

  test("F12: while commands cannot be logged they wait; after their time nothing of them is logged", async () => {
    const session = await open();
    platform.fault = ({ topic }) => (topic === "orders.commands" ? { kind: "refused" } : undefined);
    const requestId = freshId();
    const late = session.ask(submit({}, requestId));
    await platform.clock.advance(9_000);
    expect(platform.gateway.untaken()).toBeUndefined();
    await platform.clock.advance(2_000);
    expect(platform.gateway.untaken()).toMatch(/^orders\.commands\/\d+$/);
    await platform.clock.advance(5_000);
    platform.fault = () => undefined;
    await platform.clock.advance(2_000);
    expect(platform.gateway.untaken()).toBeUndefined();
    expect(session.answerTo(late)).toMatchObject({ case: "refused", value: { code: "unavailable" } });
    const again = session.ask(submit({}, requestId));
    await platform.clock.advance(2_000);
    expect(session.answerTo(again)?.case).toBe("submitted");
    const { orders } = await platform.run(platform.client(OrderService).listOrders({ accountId }));
    expect(orders).toHaveLength(1);
  });

  test("F1: an order whose answer is lost is one order", async () => {
    const session = await open();
    let lost = 0;
    platform.fault = ({ topic }) => (topic === "orders.commands" && lost++ < 3 ? { kind: "answer-lost" } : undefined);
    const made = session.ask(submit());
    await platform.clock.advance(1_000);
    platform.fault = () => undefined;
    expect(session.answerTo(made)?.case).toBe("submitted");
    const { orders } = await platform.run(platform.client(OrderService).listOrders({ accountId }));
    expect(orders).toHaveLength(1);
  });

  test("F22: a client that does not read ends it, and loses nothing: the next resumes", async () => {
    const session = await open();
    const made = session.ask(submit());
    await platform.clock.advance(300);
    const cursor = session.responses.at(-1)?.cursor ?? "";
    session.bufferedBytes = 100_000_000;
    session.ask(submit());
    await platform.clock.advance(300);
    expect(session.ended?.error?.refusal.reason).toBe(Reason.BUSY);
    expect(session.answerTo(made)?.case).toBe("submitted");
    const next = await open({ resumeCursor: cursor });
    await platform.clock.advance(300);
    expect(next.reports().map((report) => report.executionType)).toEqual([ExecutionType.NEW, ExecutionType.NEW]);
  });

  test.each([[0], [400_000]])("a cursor brings every missed report once, after %s ms", async (away) => {
    const session = await open();
    session.ask(submit());
    await platform.clock.advance(300);
    const cursor = session.responses.at(-1)?.cursor ?? "";
    const seen = session.reports().length;
    session.abort();
    const orders = platform.client(OrderService);
    for (let index = 0; index < 5; index++)
      await platform.run(orders.submitOrder({ accountId, requestId: freshId(), order: resting }));
    await platform.clock.advance(300 + away);
    const whole = await open({ resumeCursor: session.responses[0]?.cursor ?? "" });
    const rest = await open({ resumeCursor: cursor });
    await platform.run(orders.cancelOrders({ requestId: freshId(), accountId }));
    await platform.clock.advance(300);
    const all = whole.reports().map((report) => report.executionId);
    expect(new Set(all).size).toBe(all.length);
    expect(all.length).toBe(6 * 4);
    expect(rest.reports().map((report) => report.executionId)).toEqual(all.slice(seen));
    expect(rest.responses[0]?.cursor).toBe(cursor);
  });

  test("a cursor of something else is refused", async () => {
    const session = await open({ resumeCursor: "oms/99:1" });
    expect(session.ended?.error?.refusal).toMatchObject({ reason: Reason.INVALID_FIELD, field: "open.resume_cursor" });
  });

  test("gives signs of life when nothing else is said, and answers the client's", async () => {
    const session = await open({ heartbeat: { seconds: 1n } });
    await platform.clock.advance(3_500);
    const beats = session.responses.filter(({ response }) => response.case === "heartbeat");
    expect(beats.length).toBeGreaterThanOrEqual(2);
    const asked = session.ask({ case: "heartbeat", value: {} });
    expect(session.answerTo(asked)?.case).toBe("heartbeat");
  });

  test("when the client ends, what is unanswered is answered first", async () => {
    const session = await open();
    const made = session.ask(submit());
    session.finish();
    expect(session.ended).toBeUndefined();
    await platform.clock.advance(300);
    expect(session.answerTo(made)?.case).toBe("submitted");
    expect(session.ended).toEqual({ error: undefined });
  });

  test("I26: ends within seconds when its key is revoked", async () => {
    const identity = platform.client(IdentityService);
    await platform.run(identity.createUser({ userId: `trader-${accountId}` }));
    const grant = { accountId, role: Role.TRADER };
    await platform.run(identity.grantAccount({ userId: `trader-${accountId}`, grant }));
    const made = await platform.run(identity.createApiKey({ requestId: freshId(), userId: `trader-${accountId}` }));
    const session = new TestSession(platform, await caller(`Bearer ${made.secret}`));
    session.ask({ case: "open", value: { accountId } });
    await platform.clock.advance(50);
    expect(session.responses[0]?.response.case).toBe("opened");
    await platform.run(identity.revokeApiKey({ keyId: made.apiKey?.keyId ?? "" }));
    await platform.clock.advance(2_000);
    expect(session.ended?.error?.refusal.reason).toBe(Reason.NOT_SIGNED_IN);
  });

  test("D12: no session hears of another account", async () => {
    const session = await open();
    const order = { ...resting };
    await platform.run(platform.client(OrderService).submitOrder({ accountId: "demo", requestId: freshId(), order }));
    await platform.clock.advance(300);
    expect(session.reports()).toEqual([]);
  });
});
