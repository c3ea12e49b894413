import { Reason, RefusalSchema } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { NewOrderSchema, type Order, OrderSchema, OrderStatus, RefusedBy } from "@atlas/gen/atlas/order/v1/order_pb";
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { Outbox, type OutboxWorld, type Outcome, type Search, type SentOrder } from "./outbox.ts";

const TERMS = create(NewOrderSchema, { instrumentId: "BTC-USD", quantity: "0.5", limitPrice: "50000" });
const LOST = new ConnectError("fetch failed", Code.Unknown);

function refused(code: Code, reason: Reason, orderId = ""): ConnectError {
  return new ConnectError("no", code, undefined, [{ desc: RefusalSchema, value: { reason, message: "no", orderId } }]);
}

/** A platform that answers attempts in order by what stands here: an error is thrown, `undefined` accepts. */
class World implements OutboxWorld {
  readonly sent: string[] = [];
  readonly shown: (readonly SentOrder[])[] = [];
  answers: (Error | undefined)[] = [];
  found: Order | undefined;
  /** How far the browser's clock is ahead of the server's. */
  ahead = 0;
  text: string | null = null;
  time = 1_000;
  pause = 100;

  submit(requestId: string): Promise<Order> {
    expect(this.text).toContain(requestId);
    this.sent.push(requestId);
    const answer = this.answers.shift();
    return answer === undefined ? Promise.resolve(create(OrderSchema, { requestId })) : Promise.reject(answer);
  }

  find(): Promise<Search> {
    this.sent.push("find");
    return Promise.resolve({ order: this.found, serverTime: this.serverTime() });
  }

  serverTime(): number | undefined {
    return this.time - this.ahead;
  }

  wallTime(): number {
    return this.time;
  }

  wait(): Promise<void> {
    this.time += this.pause;
    return Promise.resolve();
  }

  chance(): number {
    return 0;
  }

  keep(text: string): void {
    this.text = text;
  }

  kept(): string | null {
    return this.text;
  }

  changed(orders: readonly SentOrder[]): void {
    this.shown.push(orders);
  }
}

test("an order is kept before it is sent, and forgotten when it is answered", async () => {
  const world = new World();
  expect(await new Outbox(world).send("r1", "demo", TERMS)).toMatchObject({ kind: "accepted" });
  expect(world.text).toBe("[]");
});

test("after a lost answer the same id is sent again", async () => {
  const world = new World();
  world.answers = [LOST, refused(Code.Unavailable, Reason.NOT_READY), undefined];
  expect(await new Outbox(world).send("r1", "demo", TERMS)).toMatchObject({ kind: "accepted" });
  expect(world.sent).toEqual(["r1", "r1", "r1"]);
  expect(world.shown.some((orders) => orders[0]?.isUnknown)).toBe(true);
});

test("a refusal ends it at once, one that leaves nothing behind too", async () => {
  for (const answer of [
    refused(Code.FailedPrecondition, Reason.INSUFFICIENT_FUNDS),
    refused(Code.Unavailable, Reason.NO_QUOTE),
  ]) {
    const world = new World();
    world.answers = [answer];
    expect(await new Outbox(world).send("r1", "demo", TERMS)).toMatchObject({ kind: "refused" });
    expect(world.sent).toEqual(["r1"]);
  }
});

const UNKNOWN = refused(Code.DeadlineExceeded, Reason.OUTCOME_UNKNOWN);

// Fails when every refusal of a first attempt is taken for an answer.
test("an outcome that the platform itself does not know is asked for again under the same id", async () => {
  const world = new World();
  world.answers = [UNKNOWN, UNKNOWN, undefined];
  expect(await new Outbox(world).send("r1", "demo", TERMS)).toMatchObject({ kind: "accepted" });
  expect(world.sent).toEqual(["r1", "r1", "r1"]);
  expect(world.shown.some((orders) => orders[0]?.isUnknown)).toBe(true);
});

// Fails when a closed outbox goes on sending.
test("C04: a closed outbox sends nothing more, and who goes on with what it kept sends it under the same id", async () => {
  const world = new World();
  const closed = new Outbox(world);
  world.answers = [LOST];
  void closed.send("r1", "demo", TERMS);
  closed.close();
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  expect(world.sent).toEqual(["r1"]);
  const successor = new Outbox(world);
  expect(await outcomesOf(successor)).toMatchObject([{ kind: "accepted" }]);
  expect([world.sent, world.text]).toEqual([["r1", "r1"], "[]"]);
});

// Fails when a closed outbox still writes: what it knew stands where its successor's new order stood.
test("C04: an answer that comes to a closed outbox leaves alone what its successor keeps", async () => {
  const world = new World();
  const answers: (() => void)[] = [];
  world.submit = (requestId) =>
    new Promise((resolve) => answers.push(() => resolve(create(OrderSchema, { requestId }))));
  const closed = new Outbox(world);
  void closed.send("r1", "demo", TERMS);
  closed.close();
  void new Outbox(world).send("r2", "demo", TERMS);
  answers[0]?.();
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  expect(world.text).toContain("r2");
});

// Fails when who waits at a closed outbox is told what its successor may make untrue.
test("C04: what is refused after the outbox was closed is told by its successor alone", async () => {
  const world = new World();
  world.answers = [refused(Code.ResourceExhausted, Reason.BUSY)];
  const closed = new Outbox(world);
  let isTold = false;
  void closed.send("r1", "demo", TERMS).then(() => {
    isTold = true;
  });
  closed.close();
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  expect(isTold).toBe(false);
  expect(await outcomesOf(new Outbox(world))).toMatchObject([{ kind: "accepted" }]);
});

// Fails when an order is sent that a reload would know nothing of.
test("C04: what cannot be kept is not sent", async () => {
  const world = new World();
  world.keep = () => {
    throw new DOMException("full", "QuotaExceededError");
  };
  const outbox = new Outbox(world);
  expect(await outbox.send("r1", "demo", TERMS)).toMatchObject({ kind: "refused" });
  expect([world.sent, outbox.orders]).toEqual([[], []]);
});

// Fails when a refusal of a later attempt ends what an earlier one may have placed.
test.each([
  ["too much unanswered", refused(Code.ResourceExhausted, Reason.BUSY)],
  ["a rate", refused(Code.ResourceExhausted, Reason.RATE_LIMIT)],
  ["a full disk", refused(Code.ResourceExhausted, Reason.STORAGE_FULL)],
  ["a rate, by something between", new ConnectError("slow down", Code.ResourceExhausted)],
  ["an expired token", refused(Code.Unauthenticated, Reason.NOT_SIGNED_IN)],
  ["a missing token, by something between", new ConnectError("who", Code.Unauthenticated)],
  ["a right taken away", refused(Code.PermissionDenied, Reason.NOT_ALLOWED)],
  ["a platform that starts", refused(Code.Unavailable, Reason.NOT_READY)],
  ["a market without a quote", refused(Code.Unavailable, Reason.NO_QUOTE)],
  ["a defect", refused(Code.Internal, Reason.DEFECT)],
])("after a lost answer %s decides nothing: the same id is sent again", async (_, answer) => {
  for (const first of [LOST, UNKNOWN]) {
    const world = new World();
    world.answers = [first, answer, answer, undefined];
    expect(await new Outbox(world).send("r1", "demo", TERMS)).toMatchObject({ kind: "accepted" });
    expect(world.sent).toEqual(["r1", "r1", "r1", "r1"]);
    expect(world.text).toBe("[]");
  }
});

// Fails when nothing but an order ends what was unknown once.
test("after a lost answer the refusal that was decided for the id ends it", async () => {
  const world = new World();
  world.answers = [LOST, refused(Code.FailedPrecondition, Reason.INSUFFICIENT_FUNDS, "o1")];
  expect(await new Outbox(world).send("r1", "demo", TERMS)).toMatchObject({ kind: "refused" });
  expect(world.sent).toEqual(["r1", "r1"]);
  expect(world.text).toBe("[]");
});

test("a reload goes on with what is unanswered, under the same id", async () => {
  const world = new World();
  world.answers = [LOST];
  world.wait = () => new Promise(() => {});
  void new Outbox(world).send("r1", "demo", TERMS);
  await Promise.resolve();
  await Promise.resolve();

  const [outcome] = await outcomesOf(new Outbox(world));
  expect(outcome).toMatchObject({ kind: "accepted" });
  expect(world.sent).toEqual(["r1", "r1"]);
  expect(world.text).toBe("[]");
});

test("an old one that is found is not sent again", async () => {
  const world = new World();
  world.answers = [LOST];
  world.pause = 31_000;
  world.found = create(OrderSchema, { requestId: "r1" });
  expect(await new Outbox(world).send("r1", "demo", TERMS)).toMatchObject({ kind: "accepted" });
  expect(world.sent).toEqual(["r1", "find"]);
});

// Fails when what is looked for is shown as sent again.
test("one that is looked for is shown to be", async () => {
  const world = new World();
  world.answers = [LOST];
  world.pause = 31_000;
  await new Outbox(world).send("r1", "demo", TERMS);
  expect(world.shown.flat().map(({ isLookedFor }) => isLookedFor ?? false)).toEqual([false, false, true, true, true]);
});

// Fails when every order that is found is told as taken.
test("an old one that the platform refused is told as refused, and why", async () => {
  const world = new World();
  world.answers = [LOST];
  world.pause = 31_000;
  const refusal = { reason: Reason.HALTED, message: "trading is halted" };
  world.found = create(OrderSchema, { status: OrderStatus.REJECTED, refusedBy: RefusedBy.PLATFORM, refusal });
  expect(await new Outbox(world).send("r1", "demo", TERMS)).toMatchObject({
    kind: "refused",
    words: "Trading is halted.",
  });
});

/** What becomes of what a page before left: each is of the order whose terms are told with it. */
function outcomesOf(outbox: Outbox): Promise<readonly Outcome[]> {
  const resumed = outbox.resume();
  expect(resumed.map(({ terms }) => terms.limitPrice)).toEqual(resumed.map(() => TERMS.limitPrice));
  return Promise.all(resumed.map(({ outcome }) => outcome));
}

/** How far each look was from the first one, by the server's clock, when an order that never came is given up. */
async function looksFor(world: World, outcome: Promise<Outcome>): Promise<readonly number[]> {
  const looks: number[] = [];
  const find = world.find.bind(world);
  world.find = () => {
    looks.push(world.time - world.ahead);
    return find();
  };
  expect(await outcome).toMatchObject({ kind: "lost" });
  return looks.map((time) => time - (looks[0] ?? 0));
}

// Fails when one look decides, and when the browser's clock does.
test.each([0, 900_000, -900_000])(
  "an order is lost when by the server's clock nothing can come of it any more, the browser's %i ms ahead",
  async (ahead) => {
    const world = new World();
    world.time = 10_000_000;
    world.ahead = ahead;
    world.answers = Array.from({ length: 9 }, () => LOST);
    world.pause = 4_000;
    const looks = await looksFor(world, new Outbox(world).send("r1", "demo", TERMS));
    expect(looks.at(-2)).toBeGreaterThanOrEqual(35_000);
    expect(looks.at(-3)).toBeLessThan(35_000);
  },
);

// Fails when a clock that was set is taken for the age of an order.
test.each([900_000, -900_000])("a browser's clock that is set by %i ms meanwhile decides nothing", async (step) => {
  const world = new World();
  world.time = 10_000_000;
  world.answers = [LOST];
  world.pause = 4_000;
  const wait = world.wait.bind(world);
  world.wait = () => {
    if (world.sent.length === 1) {
      world.time += step;
      world.ahead += step;
    }
    return wait();
  };
  const looks = await looksFor(world, new Outbox(world).send("r1", "demo", TERMS));
  expect(world.sent.filter((one) => one === "r1")).toHaveLength(1);
  expect(looks.at(-2)).toBeGreaterThanOrEqual(35_000);
});

// Fails when a server that does not say what time it is counts as one that has waited.
test("without the server's clock nothing is ever told as lost", async () => {
  const world = new World();
  world.answers = [LOST];
  world.pause = 60_000;
  world.serverTime = () => undefined;
  let outcome: Outcome | undefined;
  const outbox = new Outbox(world);
  void outbox.send("r1", "demo", TERMS).then((told) => {
    outcome = told;
  });
  for (let turn = 0; turn < 500; turn++) await Promise.resolve();
  outbox.close();
  expect(outcome).toBeUndefined();
  expect(world.sent.length).toBeGreaterThan(10);
});

// Fails when an order is kept without the server's time of its sending.
test("an order is kept with the server's time, by which it is looked for", async () => {
  const world = new World();
  world.time = 10_000_000;
  world.ahead = 900_000;
  world.submit = () => new Promise(() => {});
  void new Outbox(world).send("r1", "demo", TERMS);
  expect(new Outbox(world).orders).toMatchObject([{ requestId: "r1", sentAt: 10_000_000, since: 9_100_000 }]);
});

test("what something else kept is nothing to send", () => {
  const world = new World();
  world.text = "{";
  expect(new Outbox(world).orders).toEqual([]);
});
