import { Reason, RefusalSchema } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { type Order, OrderSchema, OrderStatus } from "@atlas/gen/atlas/order/v1/order_pb";
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { type OrderRequest, OrderRequests, type RequestWorld, type StagedRequest } from "./orders-requests.ts";

const LOST = new ConnectError("fetch failed", Code.Unknown);

function refused(code: Code, reason: Reason): ConnectError {
  return new ConnectError("no", code, undefined, [{ desc: RefusalSchema, value: { reason, message: "no" } }]);
}

/** A platform that answers attempts in order by what stands here: an error is thrown, `undefined` is an answer. */
class World implements RequestWorld {
  readonly sent: string[] = [];
  answers: (Error | undefined)[] = [];
  staged: ReadonlyMap<string, StagedRequest> = new Map();
  unanswered: ReadonlySet<string> = new Set();
  time = 1_000;
  pause = 100;
  #made = 0;

  newRequestId(): string {
    this.#made += 1;
    return `r${this.#made}`;
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

  changed(staged: ReadonlyMap<string, StagedRequest>, unanswered: ReadonlySet<string>): void {
    this.staged = staged;
    this.unanswered = unanswered;
  }

  cancel(orderIds: readonly string[] = ["o1"], terms = ""): OrderRequest {
    return this.#request("cancel", `cancel ${terms}`, terms, orderIds);
  }

  change(terms: string): OrderRequest {
    return this.#request("change", "change o1", terms, ["o1"]);
  }

  #request(kind: "cancel" | "change", about: string, terms: string, orderIds: readonly string[]): OrderRequest {
    return {
      ...{ kind, about, words: `the ${kind}`, terms, orderIds },
      send: (requestId) => {
        this.sent.push(requestId);
        const answer = this.answers.shift();
        return answer === undefined ? Promise.resolve({ kind: "done" }) : Promise.reject(answer);
      },
      told: (_, order) => (order?.status === OrderStatus.LIVE ? undefined : { kind: "done" }),
      refused: () => ({ kind: "refused", words: "No." }),
    };
  }
}

function orderOf(status: OrderStatus): Order {
  return create(OrderSchema, { orderId: "o1", status });
}

async function turns(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

// Fails with an id for every attempt.
test("C04: after a lost answer the same is asked again under the same id, and said to be", async () => {
  const world = new World();
  world.answers = [LOST, LOST, undefined];
  const stages: (string | undefined)[] = [];
  world.wait = () => {
    stages.push(world.staged.get("o1")?.stage);
    return Promise.resolve();
  };
  const outcome = new OrderRequests(world).ask(world.cancel());
  expect(world.staged.get("o1")).toEqual({ kind: "cancel", stage: "sent" });
  expect(await outcome).toEqual({ kind: "done" });
  expect(world.sent).toEqual(["r1", "r1", "r1"]);
  expect(stages).toEqual(["again", "again"]);
  expect(world.staged.size).toBe(0);
});

// Fails when every press is an intention of its own.
test("C04: a double click is one request, and what is wanted later is another", async () => {
  const world = new World();
  const requests = new OrderRequests(world);
  const first = requests.ask(world.cancel());
  expect(await requests.ask(world.cancel())).toEqual({ kind: "joined" });
  expect(await first).toEqual({ kind: "done" });
  await requests.ask(world.cancel());
  expect(world.sent).toEqual(["r1", "r2"]);
});

// Fails when a refusal is asked again, and when any error ends what may have happened.
test("a refusal ends it at once; after a lost answer only one that decides it does", async () => {
  for (const [answers, sent] of [
    [[refused(Code.FailedPrecondition, Reason.ORDER_CLOSED)], 1],
    [[refused(Code.ResourceExhausted, Reason.RATE_LIMIT)], 1],
    [[LOST, refused(Code.FailedPrecondition, Reason.ORDER_CLOSED)], 2],
    [[LOST, refused(Code.Aborted, Reason.STALE_VERSION)], 2],
    [[LOST, refused(Code.Unauthenticated, Reason.NOT_SIGNED_IN), refused(Code.NotFound, Reason.UNKNOWN_ORDER)], 3],
    [[LOST, refused(Code.ResourceExhausted, Reason.RATE_LIMIT), refused(Code.Aborted, Reason.STALE_VERSION)], 3],
  ] as const) {
    const world = new World();
    world.answers = [...answers];
    expect(await new OrderRequests(world).ask(world.change("50100"))).toEqual({ kind: "refused", words: "No." });
    expect(world.sent).toEqual(Array.from({ length: sent }, () => "r1"));
  }
});

// Fails when what is not answered is called refused or done, and when asking again makes a new id.
test("C04: what nobody answers is not asked for ever; asked again by the person, it keeps its id", async () => {
  const world = new World();
  world.answers = Array.from({ length: 4 }, () => LOST);
  world.pause = 8_000;
  const requests = new OrderRequests(world);
  expect(await requests.ask(world.change("50100"))).toEqual({ kind: "unknown" });
  expect(world.sent).toEqual(["r1", "r1", "r1", "r1"]);
  expect(world.staged.get("o1")).toEqual({ kind: "change", stage: "unanswered" });
  expect([...world.unanswered]).toEqual(["change o1"]);
  expect(await requests.ask(world.change("50100"))).toEqual({ kind: "done" });
  expect(world.sent.slice(4)).toEqual(["r1"]);
  expect(world.unanswered.size).toBe(0);
});

// Fails when a clock that was set back keeps it being asked.
test("a clock that is set back meanwhile ends the asking", async () => {
  const world = new World();
  world.answers = [LOST];
  world.pause = -900_000;
  expect(await new OrderRequests(world).ask(world.cancel())).toEqual({ kind: "unknown" });
});

// Fails when only an answer ends it, and when what the stream told is contradicted by a late one.
test("C04: the stream may tell the outcome first, and a late answer changes nothing", async () => {
  const world = new World();
  let answer = (): void => {};
  const request = { ...world.cancel(), send: () => new Promise<never>((_, reject) => (answer = () => reject(LOST))) };
  const requests = new OrderRequests(world);
  const outcome = requests.ask(request);
  requests.hear(orderOf(OrderStatus.LIVE));
  expect(world.staged.size).toBe(1);
  requests.hear(orderOf(OrderStatus.PENDING_CANCEL));
  expect(await outcome).toEqual({ kind: "done" });
  answer();
  await turns();
  expect(world.staged.size).toBe(0);
});

// Fails when a snapshot that has the order no more says nothing of it.
test("a snapshot without the order settles what was asked of it", async () => {
  const world = new World();
  world.answers = [LOST];
  world.wait = () => new Promise(() => {});
  const requests = new OrderRequests(world);
  const outcome = requests.ask(world.cancel());
  await turns();
  requests.hearAll(() => orderOf(OrderStatus.LIVE));
  expect(world.staged.size).toBe(1);
  requests.hearAll(() => undefined);
  expect(await outcome).toEqual({ kind: "done" });
});

// Fails when a change is sent on top of one that may stand.
test("another change waits for the one that is on its way", async () => {
  const world = new World();
  world.answers = [LOST];
  world.wait = () => new Promise(() => {});
  const requests = new OrderRequests(world);
  void requests.ask(world.change("50100"));
  await turns();
  expect(await requests.ask(world.change("50200"))).toEqual({ kind: "busy" });
  expect(world.sent).toEqual(["r1"]);
});

// Fails when a cancel of all that is asked again leaves out what was placed since, and when what has gone makes it another.
test("cancelling all again is the same as long as nothing was placed since", async () => {
  const world = new World();
  world.answers = [LOST, LOST];
  world.pause = 31_000;
  const requests = new OrderRequests(world);
  await requests.ask(world.cancel(["o1", "o2"], "all"));
  expect(await requests.ask(world.cancel(["o2"], "all"))).toEqual({ kind: "unknown" });
  expect(await requests.ask(world.cancel(["o2", "o3"], "all"))).toEqual({ kind: "done" });
  expect(world.sent).toEqual(["r1", "r1", "r2"]);
});

// Fails when closed requests go on asking: somebody else may have signed in.
test("closed, it asks nothing more", async () => {
  const world = new World();
  world.answers = [LOST, LOST, LOST];
  const requests = new OrderRequests(world);
  void requests.ask(world.cancel());
  requests.close();
  await turns();
  expect(world.sent).toEqual(["r1"]);
});
