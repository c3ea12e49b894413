import type { Dice } from "@atlas/assembly/simulated/dice";
import type { MemoryPlatform } from "@atlas/assembly/simulated/memory-platform";
import { AccountService } from "@atlas/gen/atlas/account/v1/account_service_pb";
import { CandleInterval } from "@atlas/gen/atlas/market/v1/market_pb";
import { MarketService } from "@atlas/gen/atlas/market/v1/market_service_pb";
import { Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { sleep } from "@atlas/platform/ports/clock";
import type { Answer, Asked, ClientModel, ClientRequest } from "../model/client-model.ts";
import { Absence } from "./absence.ts";
import { Caller, type Send } from "./caller.ts";
import { randomLimits } from "./random-limits.ts";
import { MARKETS, randomOrder, randomReplacement } from "./random-order.ts";
import { randomRequestId } from "./random-request-id.ts";

/** Of what it sent long ago it sends the last few again more often than the rest. */
const RECENT = 8;

/**
 * A client as clients are: it makes a request's id, keeps it, sends, waits a while, and sends the same again to any gateway
 * until it knows. It now and then sends what it had long sent, twice at once, or gives up.
 */
export class RandomClient {
  readonly #platform: MemoryPlatform;
  readonly #model: ClientModel;
  readonly #accountId: string;
  readonly #roll: Dice;
  /** Milliseconds between two requests, about. */
  readonly #pause: number;
  readonly #caller: Caller;
  readonly #absence: Absence;
  readonly #sent: { request: ClientRequest; send: Send }[] = [];
  readonly #orders: string[] = [];
  #count = 0;
  #stopped = false;

  constructor(platform: MemoryPlatform, model: ClientModel, accountId: string, roll: Dice, pause: number) {
    this.#platform = platform;
    this.#model = model;
    this.#accountId = accountId;
    this.#roll = roll;
    this.#pause = pause;
    this.#caller = new Caller(platform, roll);
    this.#absence = new Absence(platform.clock);
  }

  /** Resolves when it was stopped and knows of every request what came of it. */
  async trade(): Promise<void> {
    while (!this.#stopped) {
      await this.#act();
      // Now and then two in a breath: a cancel on the heels of its order, for instance.
      if (this.#roll.onceIn(4)) continue;
      await sleep(this.#platform.clock, 1 + this.#roll(2 * this.#pause));
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Its process ends when it has kept its next request, before it is sent, and is there again so many milliseconds later (F3). */
  die(milliseconds: number): void {
    this.#absence.plan(milliseconds);
  }

  #act(): Promise<void> {
    const kind = this.#roll(100);
    if (kind < 50) return this.#submit();
    if (kind < 62) return this.#cancel();
    if (kind < 78) return this.#replace();
    if (kind < 82) return this.#cancelMany();
    if (kind < 86) return this.#moveFunds();
    if (kind < 88) return this.#setLimits();
    if (kind < 93) return this.#again();
    return this.#roll.onceIn(3) ? this.#look() : this.#read();
  }

  #submit(): Promise<void> {
    const { terms, order } = randomOrder(this.#roll);
    const accountId = this.#accountId;
    return this.#ask("submit", { terms }, (requestId) => async (gateway) => {
      return (await gateway.client(OrderService).submitOrder({ requestId, accountId, order })).order;
    });
  }

  #cancel(): Promise<void> {
    const orderId = this.#anOrder();
    const accountId = this.#accountId;
    return this.#ask("cancel", {}, (requestId) => async (gateway) => {
      return (await gateway.client(OrderService).cancelOrder({ requestId, accountId, orderId })).order;
    });
  }

  #replace(): Promise<void> {
    const accountId = this.#accountId;
    const replacement = { orderId: this.#anOrder(), ...randomReplacement(this.#roll) };
    const expectedVersion = this.#roll.onceIn(2) ? this.#model.known(replacement.orderId) : 0n;
    return this.#ask("replace", { replacement }, (requestId) => async (gateway) => {
      const request = { requestId, accountId, ...replacement, expectedVersion };
      return (await gateway.client(OrderService).replaceOrder(request)).order;
    });
  }

  #cancelMany(): Promise<void> {
    const accountId = this.#accountId;
    const instrumentId = this.#roll.pick(["", ...MARKETS.map((market) => market.instrumentId)]);
    const side = this.#roll.pick([Side.UNSPECIFIED, Side.UNSPECIFIED, Side.BUY, Side.SELL]);
    return this.#ask("cancelMany", {}, (requestId) => async (gateway) => {
      await gateway.client(OrderService).cancelOrders({ requestId, accountId, instrumentId, side });
      return undefined;
    });
  }

  #setLimits(): Promise<void> {
    const accountId = this.#accountId;
    const limits = randomLimits(this.#roll);
    return this.#ask("setLimits", {}, (requestId) => async (gateway) => {
      await gateway.client(AccountService).setLimits({ requestId, accountId, limits });
      return undefined;
    });
  }

  #moveFunds(): Promise<void> {
    const accountId = this.#accountId;
    const funds = { asset: this.#roll.pick(["USD", "BTC", "ETH"]), amount: `${1 + this.#roll(20)}.25` };
    const deposits = this.#roll.onceIn(2);
    return this.#ask(deposits ? "deposit" : "withdraw", { funds }, (requestId) => async (gateway) => {
      const accounts = gateway.client(AccountService);
      const request = { requestId, accountId, amount: funds };
      await (deposits ? accounts.depositFunds(request) : accounts.withdrawFunds(request));
      return undefined;
    });
  }

  /** What was settled long ago reaches the platform once more (F2). */
  async #again(): Promise<void> {
    const recent = this.#roll.onceIn(2) ? this.#sent.slice(-RECENT) : this.#sent;
    const old = recent[this.#roll(recent.length)];
    if (old === undefined) return;
    const answer = await this.#attempt(old.send);
    const settled = old.request.answers.some(({ kind }) => kind === "ORDER" || kind === "DONE");
    // What was refused without a trace may pass now: then the request has happened after all, and is told so.
    if (settled || old.request.method === "submit") old.request.answers.push(answer);
    else old.request.answers.push(answer.kind === "REFUSED" ? { ...answer, orderId: "" } : answer);
  }

  async #read(orderId = this.#anOrder()): Promise<void> {
    if (orderId === "none") return;
    const accountId = this.#accountId;
    const answer = await this.#attempt(
      async (gateway) => (await gateway.client(OrderService).getOrder({ accountId, orderId })).order,
    );
    if (answer.kind === "REFUSED" && answer.reason === "UNKNOWN_ORDER" && this.#model.known(orderId) > 0n) {
      throw new Error(`${orderId} was shown before and is unknown now (S22)`);
    }
  }

  /** At what an order would come to, or at a market. */
  async #look(): Promise<void> {
    const accountId = this.#accountId;
    const { order } = randomOrder(this.#roll);
    const { instrumentId } = this.#roll.pick(MARKETS);
    const interval = CandleInterval.MINUTE;
    const looks: Send[] = [
      async (gateway) => void (await gateway.client(OrderService).previewOrder({ accountId, order })),
      async (gateway) => void (await gateway.client(MarketService).getTicker({ instrumentId })),
      async (gateway) => void (await gateway.client(MarketService).listTrades({ instrumentId })),
      async (gateway) => void (await gateway.client(MarketService).listCandles({ instrumentId, interval })),
    ];
    await this.#attempt(this.#roll.pick(looks));
  }

  /** Makes a request, keeps it, and sends it until it knows. */
  async #ask(method: string, asked: Asked, make: (requestId: string) => Send): Promise<void> {
    const requestId = randomRequestId(this.#roll, this.#accountId, ++this.#count, this.#platform.clock.now());
    const request: ClientRequest = { accountId: this.#accountId, requestId, method, ...asked, answers: [] };
    const send = make(requestId);
    this.#model.requests.push(request);
    this.#sent.push({ request, send });
    await this.#absence.pass(() => this.#stopped);
    const gives = this.#roll.onceIn(5);
    if (this.#roll.onceIn(12)) request.answers.push(...(await Promise.all([this.#attempt(send), this.#attempt(send)])));
    for (;;) {
      const answer = await this.#attempt(send);
      request.answers.push(answer);
      if (answer.kind === "ORDER" && method === "submit") this.#orders.push(answer.order.orderId);
      // What it was told it often looks at once more, wherever it is connected next (S22).
      if (answer.kind === "ORDER" && this.#roll.onceIn(3)) await this.#read(answer.order.orderId);
      if (answer.kind !== "UNKNOWN" && answer.kind !== "NOTHING") return;
      if (gives && request.answers.every(({ kind }) => kind === "NOTHING")) return;
      await sleep(this.#platform.clock, 50 + this.#roll(500));
    }
  }

  async #attempt(send: Send): Promise<Answer> {
    const { moment } = this.#model;
    const answer = await this.#caller.attempt(send);
    if (answer.kind === "ORDER") this.#model.show(answer.order, this.#model.knownAt(answer.order.orderId, moment));
    return answer;
  }

  #anOrder(): string {
    const recent = this.#orders.slice(this.#roll.onceIn(2) ? -1 : -12);
    return recent[this.#roll(recent.length)] ?? "none";
  }
}
