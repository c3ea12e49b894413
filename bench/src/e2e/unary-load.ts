import { OrderStatus, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { type Address, type Api, openApi } from "../platform/api.ts";
import { floorOrder, type Pair } from "../platform/floor.ts";
import { workInOtherProcess } from "../platform/other-process.ts";
import { nextRequestId } from "../platform/request-id.ts";
import { Samples, type Summary } from "../platform/samples.ts";
import { wait } from "../platform/wait.ts";

export interface UnaryLoadOptions {
  readonly address: Address;
  readonly pairs: readonly Pair[];
  readonly seconds: number;
  /** Calls under way at a time on each account; with 1 and `alone` there is one in all. */
  readonly callsPerAccount: number;
  /** One call at a time, buyer and seller in turn. */
  readonly alone: boolean;
  /** Orders in a call; 0: `SubmitOrder`, else `SubmitOrders`. */
  readonly batch: number;
}

export interface UnaryLoadResult {
  /** Orders of each pair's side; equal for both. */
  readonly sent: readonly number[];
  readonly refused: number;
  readonly firstRefusal: string;
  /** Until every order was answered, and until none was open any more. */
  readonly answeredSeconds: number;
  readonly filledSeconds: number;
  /** Of a call. */
  readonly answered: Summary;
}

interface Account {
  readonly accountId: string;
  readonly instrumentId: string;
  readonly side: Side;
  calls: number;
}

/** Sends orders by calls, by the generated client of connect-node. */
async function load(options: UnaryLoadOptions): Promise<UnaryLoadResult> {
  const api = openApi(options.address);
  const accounts = options.pairs.flatMap(({ instrumentId, buyer, seller }): Account[] => [
    { accountId: buyer, instrumentId, side: Side.BUY, calls: 0 },
    { accountId: seller, instrumentId, side: Side.SELL, calls: 0 },
  ]);
  const caller = new Caller(api, options.batch);
  await caller.warmUp(accounts);
  const began = performance.now();
  const end = began + options.seconds * 1000;
  if (options.alone) await inTurn(caller, accounts, end);
  else await Promise.all(accounts.map((account) => atOnce(caller, account, options.callsPerAccount, end)));
  await evenOut(caller, accounts);
  const answeredSeconds = (performance.now() - began) / 1000;
  await untilNothingIsOpen(api, accounts);
  const filledSeconds = (performance.now() - began) / 1000;
  api.close();
  const orders = Math.max(1, options.batch);
  const sent = options.pairs.map((_, index) => (accounts[2 * index] as Account).calls * orders);
  const { refused, firstRefusal } = caller;
  return { sent, refused, firstRefusal, answeredSeconds, filledSeconds, answered: caller.times.summary() };
}

async function inTurn(caller: Caller, accounts: readonly Account[], end: number): Promise<void> {
  for (let turn = 0; performance.now() < end; turn++) await caller.call(accounts[turn % accounts.length] as Account);
}

async function atOnce(caller: Caller, account: Account, calls: number, end: number): Promise<void> {
  const lane = async () => {
    while (performance.now() < end) await caller.call(account);
  };
  await Promise.all(Array.from({ length: calls }, lane));
}

/** Both sides of a pair have sent as much: everything meets its counterpart. */
async function evenOut(caller: Caller, accounts: readonly Account[]): Promise<void> {
  for (let index = 0; index < accounts.length; index += 2) {
    const buyer = accounts[index] as Account;
    const seller = accounts[index + 1] as Account;
    while (buyer.calls !== seller.calls) await caller.call(buyer.calls < seller.calls ? buyer : seller);
  }
}

async function untilNothingIsOpen(api: Api, accounts: readonly Account[]): Promise<void> {
  for (const { accountId } of accounts) {
    for (let tries = 0; tries < 1_000; tries++) {
      const { orders } = await api.orders.listOrders({ accountId, openOnly: true, pageSize: 1 });
      if (orders.length === 0) break;
      await wait(10);
    }
  }
}

class Caller {
  readonly times = new Samples();
  refused = 0;
  firstRefusal = "";
  readonly #api: Api;
  readonly #batch: number;

  constructor(api: Api, batch: number) {
    this.#api = api;
    this.#batch = batch;
  }

  /** Opens the connection and has both sides compile what they need, without a trace in the figures. */
  async warmUp(accounts: readonly Account[]): Promise<void> {
    for (const { accountId } of accounts) await this.#api.accounts.listBalances({ accountId });
  }

  async call(account: Account): Promise<void> {
    account.calls += 1;
    const began = performance.now();
    if (this.#batch === 0) await this.#one(account);
    else await this.#many(account);
    this.times.add(performance.now() - began);
  }

  async #one({ accountId, instrumentId, side }: Account): Promise<void> {
    const requestId = nextRequestId();
    const { order } = await this.#api.orders.submitOrder({
      requestId,
      accountId,
      order: floorOrder(instrumentId, side),
    });
    if (order?.status === OrderStatus.REJECTED) this.#refuse(order.refusal?.message ?? "rejected");
  }

  async #many({ accountId, instrumentId, side }: Account): Promise<void> {
    const entries = Array.from({ length: this.#batch }, () => ({
      requestId: nextRequestId(),
      order: floorOrder(instrumentId, side),
    }));
    const { results } = await this.#api.orders.submitOrders({ accountId, entries });
    for (const { result } of results) {
      if (result.case !== "order") this.#refuse(result.value?.message ?? "no result");
    }
  }

  #refuse(message: string): void {
    this.refused += 1;
    if (this.refused === 1) this.firstRefusal = message;
  }
}

workInOtherProcess(load);
