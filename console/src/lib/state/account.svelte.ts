import { type NewOrder, type Order, OrderStatus } from "@atlas/gen/atlas/order/v1/order_pb";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { Clients } from "../rpc/clients.ts";
import { withPatience } from "../rpc/transport.ts";
import type { Connection } from "../stream/connection.svelte.ts";
import { Balances } from "./balances.svelte.ts";
import type { Frame } from "./frame.ts";
import type { Notifier } from "./notifier.svelte.ts";
import { isFinal } from "./open-orders.ts";
import { Orders } from "./orders.svelte.ts";
import { Outbox, type Outcome, type Search, type SentOrder } from "./outbox.ts";
import { newRequestId } from "./request-id.ts";

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
  readonly #notifier: Notifier;
  readonly #connection: Connection;
  /** Who is told how an order has ended that was sent from here, by its request id. */
  readonly #waiting = new Map<string, (order: Order) => void>();

  constructor(
    accountId: string,
    canTrade: boolean,
    userId: string,
    world: { clients: Clients; connection: Connection; frame: Frame; notifier: Notifier },
  ) {
    const { clients, connection, frame, notifier } = world;
    this.accountId = accountId;
    this.canTrade = canTrade;
    this.#clients = clients;
    this.#notifier = notifier;
    this.#connection = connection;
    this.orders = new Orders(clients, connection, frame, notifier, accountId);
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
      },
    });
    for (const outcome of this.#outbox.resume()) void outcome.then((one) => this.#tellResumed(one));
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
    } else this.#waiting.delete(requestId);
    return outcome;
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

  /** Nobody waits for these any more beside a ticket. */
  #tellResumed(outcome: Outcome): void {
    if (outcome.kind === "accepted") {
      this.orders.answered(outcome.order, -1);
      this.#notifier.say("plain", "The order sent before the page was reloaded has been taken.");
    } else this.#notifier.say("bad", `The order sent before the page was reloaded came to nothing. ${outcome.words}`);
  }
}

/** The server's clock when it answered, to the second before; `undefined`: it did not say. */
function dateOf(headers: Headers): number | undefined {
  const time = Date.parse(headers.get("date") ?? "");
  return Number.isNaN(time) ? undefined : time;
}
