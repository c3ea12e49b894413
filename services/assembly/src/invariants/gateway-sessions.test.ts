import { OrderType, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import {
  OrderSessionService,
  type TradeRequestSchema,
  type TradeResponse,
} from "@atlas/gen/atlas/order/v1/order_session_service_pb";
import { millisecondsOf } from "@atlas/platform/wire/time";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { ConnectError } from "@connectrpc/connect";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type GatewayProcess, MemoryPlatform } from "../simulated/memory-platform.ts";

type Request = MessageInitShape<typeof TradeRequestSchema>["request"];

let platform: MemoryPlatform;
let gateway: GatewayProcess;

beforeEach(async () => {
  platform = await new MemoryPlatform().start();
  gateway = await platform.startGateway();
  await platform.account("ada", { USD: "100000" });
});
afterEach(() => expect(platform.failures).toEqual([]));

const HEARTBEAT = 7_000;
const OPEN: Request = {
  case: "open",
  value: { accountId: "ada", heartbeat: { seconds: BigInt(HEARTBEAT / 1_000) } },
};

const RESTING = { instrumentId: "ETH-USD", side: Side.BUY, type: OrderType.LIMIT, quantity: "1", limitPrice: "2000" };

/** A client's end of a session. */
class Trader {
  readonly heard: TradeResponse[] = [];
  error: string | undefined;
  readonly #requests = [OPEN];
  readonly #leaving = new AbortController();
  #wake = Promise.withResolvers<void>();

  trade(): this {
    void this.#read().catch((error) => {
      this.error = ConnectError.from(error).message;
    });
    return this;
  }

  leave(): void {
    this.#leaving.abort();
  }

  ask(request: Request): void {
    this.#requests.push(request);
    this.#wake.resolve();
  }

  async #read(): Promise<void> {
    const { signal } = this.#leaving;
    const responses = gateway.client(OrderSessionService).trade(this.#messages(), { signal });
    for await (const response of responses) this.heard.push(response);
  }

  async *#messages(): AsyncGenerator<MessageInitShape<typeof TradeRequestSchema>> {
    for (let clientSequence = 1n; ; clientSequence++) {
      while (this.#requests.length === 0) {
        await this.#wake.promise;
        this.#wake = Promise.withResolvers();
      }
      yield { clientSequence, request: this.#requests.shift() as Request };
    }
  }
}

function kinds({ heard }: Trader) {
  return heard.map(({ response }) => response.case);
}

test("F10: a paused gateway answers, stamps and refuses nothing on an open session, until it goes on", async () => {
  const trader = new Trader().trade();
  await platform.clock.advance(100);
  gateway.process.pause();
  trader.ask({ case: "heartbeat", value: {} });
  trader.ask({ case: "cancel", value: { requestId: "a", accountId: "bob", orderId: "none" } });
  trader.ask({ case: "submit", value: { requestId: "b", accountId: "ada", order: RESTING } });
  await platform.clock.advance(3_000);
  expect(kinds(trader)).toEqual(["opened"]);
  const resumed = platform.clock.now();
  gateway.process.resume();
  await platform.clock.advance(1_000);
  expect(kinds(trader).slice(0, 4)).toEqual(["opened", "heartbeat", "refused", "submitted"]);
  const beat = trader.heard[1]?.response;
  expect(beat?.case === "heartbeat" && millisecondsOf(beat.value.time)).toBe(resumed);
});

test("F4: a gateway that dies ends none of its sessions: nothing of them is put in order, its clients see them break", async () => {
  const ended = vi.fn();
  const { after } = platform.world.clock;
  vi.spyOn(platform.world.clock, "after").mockImplementation((milliseconds, action) => {
    const cancel = after(milliseconds, action);
    if (milliseconds !== HEARTBEAT) return cancel;
    return () => {
      ended();
      cancel();
    };
  });
  const [left, broken] = [new Trader().trade(), new Trader().trade()];
  await platform.clock.advance(100);
  expect([left, broken].map(kinds)).toEqual([["opened"], ["opened"]]);
  // Who leaves is noticed.
  left.leave();
  await platform.clock.advance(100);
  expect(ended).toHaveBeenCalledTimes(1);
  gateway.process.kill();
  await platform.clock.advance(10_000);
  expect(broken.error).toBe(`[aborted] ${gateway.process.name} is gone`);
  expect(ended).toHaveBeenCalledTimes(1);
});
