import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { OrderSessionService } from "@atlas/gen/atlas/order/v1/order_session_service_pb";
import { StreamService } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { type CallOptions, type Client, ConnectError, createClient, createConnectRouter } from "@connectrpc/connect";
import { beforeEach, describe, expect, test } from "vitest";
import { FaultyWorld } from "./faulty-world.ts";
import { transportTo } from "./gateway-clients.ts";
import type { SimulatedProcess } from "./simulated-process.ts";

let world: FaultyWorld;
let process: SimulatedProcess;
/** What the gateway's handlers saw, in order. */
let seen: string[];
/** Has the gateway's stream say its next message, or end. */
let say: (message: string) => void;
let sessions: Client<typeof OrderSessionService>;
let streams: Client<typeof StreamService>;
let orders: Client<typeof OrderService>;

beforeEach(() => {
  world = new FaultyWorld();
  process = world.process("gateway");
  seen = [];
  const words = new Words();
  say = (message) => words.add(message);
  const getOrder = () => {
    seen.push("asked");
    return { order: { orderId: "1" } };
  };
  const { handlers } = createConnectRouter()
    .service(OrderService, { getOrder })
    .service(OrderSessionService, {
      async *trade(requests, { signal }) {
        signal.addEventListener("abort", () => seen.push("left"));
        try {
          for await (const { clientSequence } of requests) {
            seen.push(`request ${clientSequence}`);
            yield { clientSequence };
          }
          seen.push("end");
        } finally {
          seen.push("finally");
        }
      },
    })
    .service(StreamService, {
      async *subscribe(_, { signal }) {
        seen.push("subscribed");
        signal.addEventListener("abort", () => words.end());
        try {
          for await (const subscriptionId of words) yield { subscriptionId };
        } finally {
          seen.push("finally");
        }
      },
    });
  const transport = transportTo(process, handlers, "Bearer key");
  sessions = createClient(OrderSessionService, transport);
  streams = createClient(StreamService, transport);
  orders = createClient(OrderService, transport);
});

/** Words to be taken one by one, until the end. */
class Words implements AsyncIterable<string> {
  readonly #words: string[] = [];
  #over = false;
  #wake = Promise.withResolvers<void>();

  add(...words: string[]): void {
    this.#words.push(...words);
    this.#wake.resolve();
  }

  end(): void {
    this.#over = true;
    this.#wake.resolve();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string> {
    while (true) {
      yield* this.#words.splice(0);
      if (this.#over) return;
      await this.#wake.promise;
      this.#wake = Promise.withResolvers();
    }
  }
}

/** A client's end of a stream: it sends when it is told to, and gathers what it hears. */
class Caller {
  readonly heard: string[] = [];
  readonly #leaving = new AbortController();
  readonly #requests = new Words();

  /** Of a session. */
  trade(): this {
    const requests = this.#requests;
    async function* messages() {
      for await (const word of requests) yield { clientSequence: BigInt(word) };
    }
    void this.#read(async (options) => {
      for await (const { clientSequence } of sessions.trade(messages(), options)) this.heard.push(`${clientSequence}`);
    });
    return this;
  }

  /** Of a stream that only the gateway speaks on. */
  subscribe(): this {
    void this.#read(async (options) => {
      for await (const { subscriptionId } of streams.subscribe({}, options)) this.heard.push(subscriptionId);
    });
    return this;
  }

  /** One question, one answer. */
  ask(): this {
    void this.#read(async (options) => {
      this.heard.push(`${(await orders.getOrder({}, options)).order?.orderId}`);
    });
    return this;
  }

  send(...sequences: string[]): void {
    this.#requests.add(...sequences);
  }

  end(): void {
    this.#requests.end();
  }

  leave(): void {
    this.#leaving.abort();
  }

  async #read(read: (options: CallOptions) => Promise<void>): Promise<void> {
    try {
      await read({ signal: this.#leaving.signal });
      this.heard.push("over");
    } catch (error) {
      this.heard.push(ConnectError.from(error).message);
    }
  }
}

const GONE = "[aborted] gateway-1 is gone";
const LEFT = "[canceled] This operation was aborted";

/** A session whose first request was taken and answered. */
async function session(): Promise<Caller> {
  const caller = new Caller().trade();
  caller.send("1");
  await world.clock.advance(10);
  expect([seen.splice(0), caller.heard.splice(0)]).toEqual([["request 1"], ["1"]]);
  return caller;
}

/** A stream that has said its first word. */
async function stream(): Promise<Caller> {
  const caller = new Caller().subscribe();
  say("first");
  await world.clock.advance(10);
  expect([seen.splice(0), caller.heard.splice(0)]).toEqual([["subscribed"], ["first"]]);
  return caller;
}

test("messages of a stream go in and come out in order, to its end", async () => {
  const caller = await session();
  caller.send("2", "3");
  caller.end();
  await world.clock.advance(10);
  expect(seen).toEqual(["request 2", "request 3", "end", "finally", "left"]);
  expect(caller.heard).toEqual(["2", "3", "over"]);
});

describe("F10: a paused gateway", () => {
  test("sees nothing more of an open session until it goes on, then everything in order", async () => {
    const caller = await session();
    process.pause();
    caller.send("2", "3");
    caller.end();
    await world.clock.advance(1_000);
    expect([seen, caller.heard]).toEqual([[], []]);
    process.resume();
    await world.clock.advance(0);
    expect(seen).toEqual(["request 2", "request 3", "end", "finally", "left"]);
    expect(caller.heard).toEqual(["2", "3", "over"]);
  });

  test("says nothing on an open stream until it goes on, then everything in order", async () => {
    const caller = await stream();
    process.pause();
    say("second");
    say("third");
    await world.clock.advance(1_000);
    expect(caller.heard).toEqual([]);
    process.resume();
    await world.clock.advance(0);
    expect(caller.heard).toEqual(["second", "third"]);
  });

  test.each([
    ["session", session, ["left"]],
    ["stream", stream, ["finally"]],
  ])("does not notice that a client leaves its %s until it goes on; the client has left", async (_, open, then) => {
    const caller = await open();
    process.pause();
    caller.leave();
    await world.clock.advance(1_000);
    expect([seen, caller.heard]).toEqual([[], [LEFT]]);
    process.resume();
    await world.clock.advance(0);
    expect(seen).toEqual(then);
  });

  test.each([
    ["session", () => new Caller().trade()],
    ["stream", () => new Caller().subscribe()],
    ["call", () => new Caller().ask()],
  ])("holds up who opens a %s, who can still leave", async (_, open) => {
    process.pause();
    const [stays, leaves] = [open(), open()];
    stays.send("1");
    say("1");
    await world.clock.advance(1_000);
    leaves.leave();
    await world.clock.advance(0);
    expect([seen, stays.heard, leaves.heard]).toEqual([[], [], [LEFT]]);
    process.resume();
    await world.clock.advance(0);
    expect(stays.heard[0]).toBe("1");
  });
});

describe("F4: a dead gateway", () => {
  test("breaks off a call that it had not answered, and takes none", async () => {
    process.pause();
    const caller = new Caller().ask();
    await world.clock.advance(1_000);
    process.kill();
    await world.clock.advance(0);
    expect([seen, caller.heard]).toEqual([[], [GONE]]);
    const late = new Caller().ask();
    await world.clock.advance(0);
    expect([seen, late.heard]).toEqual([[], [GONE]]);
  });

  test.each([
    ["session", session],
    ["stream", stream],
  ])("breaks off an open %s, sees nothing more of it, and no finally runs", async (_, open) => {
    const caller = await open();
    process.kill();
    await world.clock.advance(0);
    expect(caller.heard).toEqual([GONE]);
    caller.send("2");
    caller.end();
    caller.leave();
    say("second");
    await world.clock.advance(1_000);
    expect([seen, caller.heard]).toEqual([[], [GONE]]);
  });

  test.each([
    ["session", session],
    ["stream", stream],
  ])("neither takes nor says what was held for a %s while it was paused", async (_, open) => {
    const caller = await open();
    process.pause();
    caller.send("2");
    say("second");
    await world.clock.advance(1_000);
    process.kill();
    await world.clock.advance(0);
    expect([seen, caller.heard]).toEqual([[], [GONE]]);
    process.resume();
    await world.clock.advance(1_000);
    expect([seen, caller.heard]).toEqual([[], [GONE]]);
  });

  test("does not hear of a client that left while it was paused", async () => {
    const caller = await session();
    process.pause();
    caller.leave();
    process.kill();
    await world.clock.advance(1_000);
    expect([seen, caller.heard]).toEqual([[], [LEFT]]);
  });
});
