import { setTimeout as sleep } from "node:timers/promises";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { InstrumentSchema, MarketModel } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { type NewOrderSchema, type Order, OrderType, Side, TimeInForce } from "@atlas/gen/atlas/order/v1/order_pb";
import { refusalOf } from "@atlas/platform/refusal/refusal-error";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import type { AtlasClient } from "../client/atlas-client.ts";
import { repeat } from "../client/repeat.ts";
import { requestId } from "../client/request-id.ts";
import type { Roll } from "./roll.ts";
import { type WitnessWatch, watchAccounts } from "./witness-watch.ts";

export const WITNESS_ACCOUNTS = ["witness-one", "witness-other"] as const;
export const WITNESS_BASE = "WITNESS";
export const WITNESS_QUOTE = "USD";
const INSTRUMENT_ID = "WITNESS-USD";
const INSTRUMENT = create(InstrumentSchema, {
  instrumentId: INSTRUMENT_ID,
  baseAsset: WITNESS_BASE,
  quoteAsset: WITNESS_QUOTE,
  tick: "0.01",
  lot: "0.1",
  minimumNotional: "1",
  maximumNotional: "10000000",
  defaultMaximumQuantity: "1000000",
  makerFee: "0.0002",
  takerFee: "0.0005",
  collar: "0.05",
  marketModel: MarketModel.NONE,
});
/** A client does not give up while the platform is killed and started, milliseconds. */
const RETRY_FOR = 120_000;
const CALLERS = 6;
/** Milliseconds between two requests of a caller. */
const PACE = { least: 20, most: 120 };

/** What a request came to. */
export interface Told {
  /** Absent: refused, and nothing kept. */
  readonly orderId: string;
  /** Absent: refused. */
  readonly order?: Order;
  readonly reason?: Reason;
}

/** A submit and its outcome. */
export interface Submitted {
  readonly request: { requestId: string; accountId: string; order: MessageInitShape<typeof NewOrderSchema> };
  readonly told: Told;
}

/** What was paid in and out, successfully. */
export interface Moved {
  readonly accountId: string;
  readonly asset: string;
  /** Whole units; negative: out. */
  readonly amount: number;
}

/**
 * A client that trades on two accounts of its own, asks again with the same request id until it is answered, and keeps every answer:
 * what a platform says at the end must agree with all of it.
 */
export class Witness {
  readonly atlas: AtlasClient;
  readonly watch: WitnessWatch;
  readonly submitted: Submitted[] = [];
  readonly moved: Moved[] = [];
  /** Answers that cannot be, in words. */
  readonly broken: string[] = [];
  /** Requests that are not answered yet. */
  unanswered = 0;
  readonly #roll: Roll;
  readonly #callers: Promise<void>[] = [];
  #stopping = false;

  private constructor(atlas: AtlasClient, watch: WitnessWatch, roll: Roll) {
    this.atlas = atlas;
    this.watch = watch;
    this.#roll = roll;
  }

  /** Makes the accounts and begins to trade. */
  static async start(atlas: AtlasClient, roll: Roll): Promise<Witness> {
    await atlas.instruments.defineInstrument({ requestId: requestId(), instrument: INSTRUMENT });
    for (const accountId of WITNESS_ACCOUNTS) {
      await atlas.accounts.createAccount({ requestId: requestId(), accountId, ownerId: accountId });
    }
    const witness = new Witness(atlas, await watchAccounts(atlas, WITNESS_ACCOUNTS), roll);
    for (const accountId of WITNESS_ACCOUNTS) {
      await witness.#move(accountId, WITNESS_BASE, 10_000);
      await witness.#move(accountId, WITNESS_QUOTE, 1_000_000);
    }
    for (let caller = 0; caller < CALLERS; caller++) witness.#callers.push(witness.#run());
    return witness;
  }

  /** Sends no more; resolves when everything that was sent is answered. */
  async finish(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#callers);
  }

  /** What becomes of a request, sent again until the platform answers it. */
  async ask(call: () => Promise<Order | undefined>): Promise<Told> {
    try {
      const order = await this.#answered(call);
      if (order !== undefined) return { orderId: order.orderId, order };
      this.broken.push("an answer without an order");
      return { orderId: "" };
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === undefined || ConnectError.from(error).code === Code.Internal) {
        this.broken.push(`answered ${error}`);
      }
      return { orderId: refusal?.orderId ?? "", reason: refusal?.reason ?? Reason.UNSPECIFIED };
    }
  }

  submit(request: Submitted["request"]): Promise<Told> {
    return this.ask(async () => (await this.atlas.orders.submitOrder(request)).order);
  }

  async #answered<T>(call: () => Promise<T>): Promise<T> {
    this.unanswered++;
    try {
      return await repeat(RETRY_FOR, call, false);
    } finally {
      this.unanswered--;
    }
  }

  async #run(): Promise<void> {
    while (!this.#stopping) {
      await this.#act();
      await sleep(this.#roll.between(PACE.least, PACE.most));
    }
  }

  async #act(): Promise<void> {
    const roll = this.#roll;
    const accountId = roll.pick(WITNESS_ACCOUNTS);
    const known = this.submitted.length === 0 ? undefined : roll.pick(this.submitted.slice(-100));
    const kind = roll.below(100);
    if (kind < 60 || known === undefined) return this.#submitNew(accountId);
    if (kind < 75) return this.#cancel(known);
    if (kind < 88) return this.#replace(known);
    await this.#move(accountId, roll.pick([WITNESS_BASE, WITNESS_QUOTE]), roll.between(1, 50) * (kind < 94 ? 1 : -1));
  }

  async #submitNew(accountId: string): Promise<void> {
    const roll = this.#roll;
    const timeInForce = roll.pick([
      TimeInForce.GTC,
      TimeInForce.GTC,
      TimeInForce.DAY,
      TimeInForce.IOC,
      TimeInForce.FOK,
    ]);
    const rests = timeInForce === TimeInForce.GTC || timeInForce === TimeInForce.DAY;
    const order = {
      instrumentId: INSTRUMENT_ID,
      side: roll.pick([Side.BUY, Side.SELL]),
      type: OrderType.LIMIT,
      timeInForce,
      // One in twenty asks for more than there is.
      quantity: roll.happens(5) ? "40000" : (roll.between(1, 50) / 10).toString(),
      limitPrice: (roll.between(999, 1_001) / 10).toString(),
      postOnly: rests && roll.happens(10),
    };
    const request = { requestId: requestId(), accountId, order };
    this.submitted.push({ request, told: await this.submit(request) });
  }

  async #cancel({ request: { accountId }, told: { orderId } }: Submitted): Promise<void> {
    if (orderId === "") return;
    const request = { requestId: requestId(), accountId, orderId };
    await this.ask(async () => (await this.atlas.orders.cancelOrder(request)).order);
  }

  async #replace({ request: { accountId }, told: { orderId } }: Submitted): Promise<void> {
    if (orderId === "") return;
    const quantity = (this.#roll.between(1, 60) / 10).toString();
    const request = { requestId: requestId(), accountId, orderId, quantity };
    await this.ask(async () => (await this.atlas.orders.replaceOrder(request)).order);
  }

  /** Pays in, or out what there may not be. */
  async #move(accountId: string, asset: string, amount: number): Promise<void> {
    const request = { requestId: requestId(), accountId, amount: { asset, amount: `${Math.abs(amount)}` } };
    const { accounts } = this.atlas;
    try {
      await this.#answered<unknown>(() =>
        amount > 0 ? accounts.depositFunds(request) : accounts.withdrawFunds(request),
      );
      this.moved.push({ accountId, asset, amount });
    } catch (error) {
      if (refusalOf(error)?.reason !== Reason.INSUFFICIENT_FUNDS) this.broken.push(`funds: ${error}`);
    }
  }
}
