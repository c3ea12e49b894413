import { type Instrument, InstrumentSchema } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { type NewOrder, type Order, OrderStatus } from "@atlas/gen/atlas/order/v1/order_pb";
import { create } from "@bufbuild/protobuf";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import { decimalsOf } from "../decimal/decimal.ts";
import type { Clients } from "../rpc/clients.ts";
import { dateOf } from "../rpc/server-date.ts";
import { withPatience } from "../rpc/transport.ts";
import type { Connection } from "../stream/connection.svelte.ts";
import { AccountVoice } from "./account-voice.ts";
import { Balances } from "./balances.svelte.ts";
import type { Frame } from "./frame.ts";
import type { Notifier } from "./notifier.svelte.ts";
import { isFinal } from "./open-orders.ts";
import { lowered } from "./order-news.ts";
import { Orders } from "./orders.svelte.ts";
import { Outbox, type Outcome, type Search, type SentOrder } from "./outbox.ts";
import { newRequestId } from "./request-id.ts";
import { describe } from "./ticket-terms.ts";

type InstrumentOf = (instrumentId: string) => Instrument | undefined;

/** Clocks differ: an order is looked for from a little before it was sent, by the server's. */
const LOOK_BACK = 60_000;

/** Everything of an account that the desk shows. */
export class Account {
  readonly accountId: string;
  /** VIEWER sees, TRADER acts. */
  readonly canTrade: boolean;
  readonly orders: Orders;
  readonly balances: Balances;
  /** Sent and not answered, oldest first. */
  sent = $state.raw<readonly SentOrder[]>([]);
  /** Milliseconds from sending the last order to its answer; `undefined`: none was sent. */
  roundTrip = $state<number>();
  readonly #clients: Clients;
  readonly #outbox: Outbox;
  readonly #notifier: AccountVoice;
  readonly #instrumentOf: InstrumentOf;
  /** Told when nothing is on its way any more; `undefined`: the account is looked at. */
  #settled: (() => void) | undefined;
  readonly #connection: Connection;
  /** Who is told how an order has ended that was sent from here, by its request id. */
  readonly #waiting = new Map<string, (order: Order) => void>();

  constructor(
    accountId: string,
    canTrade: boolean,
    userId: string,
    world: {
      clients: Clients;
      connection: Connection;
      frame: Frame;
      notifier: Notifier;
      instrumentOf: InstrumentOf;
      named: Promise<void>;
    },
  ) {
    const { clients, connection, frame, instrumentOf } = world;
    const notifier = new AccountVoice(world.notifier, accountId, () => this.#settled !== undefined);
    this.accountId = accountId;
    this.canTrade = canTrade;
    this.#clients = clients;
    this.#notifier = notifier;
    this.#instrumentOf = instrumentOf;
    this.#connection = connection;
    this.orders = new Orders({ clients, connection, frame, notifier }, accountId, () => this.#look());
    this.orders.onChange((order) => this.#tellEnd(order));
    this.balances = new Balances(connection, frame, accountId);
    // By user and account: who signs in after somebody else neither sees nor sends what is theirs.
    const key = `atlas.outbox.${userId}.${accountId}`;
    this.#outbox = new Outbox({
      submit: (requestId, account, terms) => this.#submit(requestId, account, terms),
      find: (sent) => this.#find(sent),
      wallTime: () => Date.now(),
      serverTime: () => connection.serverTime,
      wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
      chance: () => Math.random(),
      keep: (text) => sessionStorage.setItem(key, text),
      kept: () => sessionStorage.getItem(key),
      changed: (orders) => {
        this.sent = orders;
        this.#look();
      },
    });
    for (const { terms, outcome } of this.#outbox.resume()) {
      void outcome.then((one) => this.#tellResumed(terms, one, world.named));
    }
  }

  /**
   * Sends an order; it is one order, however often it has to be sent. `ended`: told how it has ended, unless the venue has taken
   * it to rest; before the answer, if the stream is sooner.
   */
  async send(terms: NewOrder, ended?: (order: Order) => void): Promise<Outcome> {
    // By the server's clock: of an id that lies in its future it would take nothing.
    const requestId = newRequestId(this.#connection.serverTime);
    if (ended !== undefined) this.#waiting.set(requestId, ended);
    const asked = this.orders.snapshots;
    const outcome = await this.#outbox.send(requestId, this.accountId, terms);
    if (outcome.kind === "accepted") {
      this.roundTrip = outcome.milliseconds;
      this.orders.answered(outcome.order, asked);
      if (this.#notifier.isAway()) this.#notifier.say("plain", `Placed: ${this.#nameOf(terms)}.`);
      return outcome;
    }
    this.#waiting.delete(requestId);
    // Who sent it tells why it was not placed, and may be looking at another account by now.
    const words = `In account ${this.accountId}, ${lowered(outcome.words)}`;
    return this.#notifier.isAway() ? { ...outcome, words } : outcome;
  }

  /** Another account is looked at: what is on its way goes on, and `settled` is told when nothing is any more. */
  leave(settled: () => void): void {
    this.#settled = settled;
    this.#look();
  }

  /** It is looked at again. */
  comeBack(): void {
    this.#settled = undefined;
  }

  /** What is on its way or was never answered, in words: nobody knows what becomes of it. */
  get unsettled(): readonly string[] {
    return [...this.sent.map(({ terms }) => this.#nameOf(terms)), ...this.orders.unsettled];
  }

  close(): void {
    this.#outbox.close();
    this.#waiting.clear();
    this.orders.close();
    this.balances.close();
  }

  async #submit(requestId: string, accountId: string, terms: NewOrder): Promise<Order> {
    const { order } = await this.#clients.orders.submitOrder({ requestId, accountId, order: terms }, withPatience());
    if (order === undefined) throw new Error("an order was accepted and not told");
    return order;
  }

  /** The list is of all that the shard has decided, for it is asked itself what the store does not show yet. */
  async #find({ accountId, requestId, since }: SentOrder): Promise<Search> {
    let serverTime = this.#connection.serverTime;
    const onHeader = (headers: Headers): void => {
      serverTime = dateOf(headers) ?? serverTime;
    };
    const startTime = since === undefined ? undefined : timestampFromMs(since - LOOK_BACK);
    let pageToken = "";
    do {
      const request = { accountId, startTime, pageSize: 1_000, pageToken };
      const page = await this.#clients.orders.listOrders(request, { ...withPatience(), onHeader });
      const order = page.orders.find((one) => one.requestId === requestId);
      if (order !== undefined) return { order, serverTime };
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
    return { order: undefined, serverTime };
  }

  #tellEnd(order: Order): void {
    const ended = this.#waiting.get(order.requestId);
    if (ended === undefined || (!isFinal(order) && order.status !== OrderStatus.LIVE)) return;
    this.#waiting.delete(order.requestId);
    if (isFinal(order)) ended(order);
  }

  #look(): void {
    if (this.#settled !== undefined && this.unsettled.length === 0) this.#settled();
  }

  /** Nobody waits for these any more beside a ticket. */
  async #tellResumed(terms: NewOrder, outcome: Outcome, named: Promise<void>): Promise<void> {
    if (outcome.kind === "accepted") this.orders.answered(outcome.order, -1);
    await named;
    const what = this.#nameOf(terms);
    if (outcome.kind === "accepted") {
      this.#notifier.say("plain", `Placed after all: ${what}.`);
    } else this.#notifier.say("bad", `Came to nothing: ${what}. ${outcome.words}`);
  }

  /** `buy 0.1 BTC at 42,000.00` */
  #nameOf(terms: NewOrder): string {
    const { instrumentId: baseAsset } = terms;
    const instrument = this.#instrumentOf(terms.instrumentId) ?? create(InstrumentSchema, { baseAsset, tick: "0" });
    return lowered(describe(terms, instrument, decimalsOf(instrument.tick)));
  }
}
