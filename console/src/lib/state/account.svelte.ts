import type { NewOrder, Order } from "@atlas/gen/atlas/order/v1/order_pb";
import { timestampFromMs } from "@bufbuild/protobuf/wkt";
import type { Clients } from "../rpc/clients.ts";
import { withPatience } from "../rpc/transport.ts";
import type { Connection } from "../stream/connection.svelte.ts";
import { Balances } from "./balances.svelte.ts";
import type { Frame } from "./frame.ts";
import type { Notifier } from "./notifier.svelte.ts";
import { Orders } from "./orders.svelte.ts";
import { Outbox, type Outcome, type SentOrder } from "./outbox.ts";
import { newRequestId } from "./request-id.ts";

/** Clocks differ: an order is looked for from a little before it was sent. */
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
    this.orders = new Orders(clients, connection, frame, notifier, accountId);
    this.balances = new Balances(connection, frame, accountId);
    // By user and account: who signs in after somebody else neither sees nor sends what is theirs.
    const key = `atlas.outbox.${userId}.${accountId}`;
    this.#outbox = new Outbox({
      submit: (requestId, account, terms) => this.#submit(requestId, account, terms),
      find: (account, requestId, since) => this.#find(account, requestId, since),
      wallTime: () => Date.now(),
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

  /** Sends an order; it is one order, however often it has to be sent. */
  async send(terms: NewOrder): Promise<Outcome> {
    const outcome = await this.#outbox.send(newRequestId(), this.accountId, terms);
    if (outcome.kind === "accepted") {
      this.roundTrip = outcome.milliseconds;
      this.orders.put(outcome.order);
    }
    return outcome;
  }

  close(): void {
    this.#outbox.close();
    this.orders.close();
    this.balances.close();
  }

  async #submit(requestId: string, accountId: string, terms: NewOrder): Promise<Order> {
    const { order } = await this.#clients.orders.submitOrder({ requestId, accountId, order: terms }, withPatience());
    if (order === undefined) throw new Error("an order was accepted and not told");
    return order;
  }

  async #find(accountId: string, requestId: string, since: number): Promise<Order | undefined> {
    let pageToken = "";
    do {
      const request = { accountId, startTime: timestampFromMs(since - LOOK_BACK), pageSize: 1_000, pageToken };
      const page = await this.#clients.orders.listOrders(request, withPatience());
      const found = page.orders.find((order) => order.requestId === requestId);
      if (found !== undefined) return found;
      pageToken = page.nextPageToken;
    } while (pageToken !== "");
    return undefined;
  }

  /** Nobody waits for these any more beside a ticket. */
  #tellResumed(outcome: Outcome): void {
    if (outcome.kind === "accepted") {
      this.orders.put(outcome.order);
      this.#notifier.say("plain", "The order sent before the page was reloaded has been taken.");
    } else this.#notifier.say("bad", `The order sent before the page was reloaded came to nothing. ${outcome.words}`);
  }
}
