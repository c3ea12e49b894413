import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import type { Order } from "@atlas/gen/atlas/order/v1/order_pb";
import {
  Channel,
  type Contents,
  type SubscribeResponse,
  type Subscription,
} from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { cursorOf, sequenceOf } from "@atlas/platform/query/cursor";
import { RefusalError, refusal } from "@atlas/platform/refusal/refusal-error";
import { shardName } from "@atlas/platform/shard/shard-name";
import { timestampOf } from "@atlas/platform/wire/time";
import { readOrder } from "../order/read-order.ts";
import { AccountBalances } from "./account-balances.ts";
import { AccountOrders } from "./account-orders.ts";
import { type At, openAt } from "./account-snapshot.ts";
import { contentsOf, weightOf } from "./contents.ts";
import type { Feed, StreamOutput } from "./feed.ts";
import { PrivateSubscription } from "./private-subscription.ts";
import { RESYNC, responseOf, snapshotContent, updateContent } from "./responses.ts";
import type { StreamContext } from "./stream-context.ts";

const PATIENCE = 10_000;
const CATCH_UP_STEP = 5;
/** Events held while what stands is read; more, and it begins anew. */
const MOST_HELD = 20_000;
/** Entries of one message. */
const CHUNK = 500;

/**
 * The private channels of one stream on one account: each is told what stands, or what it missed, and then every event in
 * commit order; the updates of one event carry the same cursor. What stands is read channel after channel, each at a sequence of
 * its own: it is told in its place among the events, so that whoever keeps the highest cursor alone misses nothing.
 */
export class AccountFeed implements Feed {
  readonly #context: StreamContext;
  readonly #accountId: string;
  readonly #shard: string;
  readonly #output: StreamOutput;
  readonly #subscriptions: readonly PrivateSubscription[];
  /** Sequences of the cursors that clients came with. */
  readonly #cursors: ReadonlyMap<PrivateSubscription, number>;
  #orders: AccountOrders;
  #unwatch: () => void = () => {};
  /** Events in sequence that are not told yet. */
  #queue: OrderEvent[] = [];
  /** What stands, by the sequence at which it was read: told before the events above that. */
  #standing: Standing[] = [];
  /** Nothing but the queue is left to tell: events are told as they come. */
  #live = false;
  #telling = false;
  /** Which start the asynchronous work belongs to. */
  #round = 0;
  /** Ends what this start still reads. */
  #reading = new AbortController();

  /** Throws a `RefusalError` when a cursor is none of the account's. `paths` name the subscriptions in the request. */
  constructor(
    context: StreamContext,
    accountId: string,
    subscriptions: readonly { readonly subscription: Subscription; readonly path: string }[],
    output: StreamOutput,
  ) {
    this.#context = context;
    this.#accountId = accountId;
    this.#shard = shardName("oms", context.events.shardOf(accountId));
    this.#output = output;
    this.#orders = this.#newOrders();
    const cursors = new Map<PrivateSubscription, number>();
    this.#subscriptions = subscriptions.map(({ subscription, path }) => {
      const tell = this.#update.bind(this);
      const one = new PrivateSubscription(subscription, context.clock, tell);
      const { cursor } = subscription;
      if (cursor !== "") cursors.set(one, sequenceOf(cursor, this.#shard, `${path}.cursor`));
      return one;
    });
    this.#cursors = cursors;
  }

  start(): void {
    this.#unwatch = this.#context.events.watch(this.#accountId, {
      event: (event) => this.#hear(event),
      missed: () => this.restart(),
    });
    this.#begin(this.#cursors);
  }

  restart(): void {
    for (const one of this.#subscriptions) this.#push(one, "", RESYNC, 100);
    this.#begin(new Map());
  }

  stop(): void {
    this.#round += 1;
    this.#reading.abort();
    this.#unwatch();
    for (const one of this.#subscriptions) one.stop();
  }

  #begin(cursors: ReadonlyMap<PrivateSubscription, number>): void {
    this.#round += 1;
    this.#reading.abort();
    this.#reading = new AbortController();
    this.#queue = [];
    this.#standing = [];
    for (const one of this.#subscriptions) one.wait();
    this.#live = false;
    this.#telling = false;
    this.#orders = this.#newOrders();
    const round = this.#round;
    this.#catchUp(round, cursors).catch((error: unknown) => this.#failed(round, error));
  }

  #failed(round: number, error: unknown): void {
    if (round !== this.#round) return;
    const known = error instanceof RefusalError;
    if (!known) this.#context.journal.error("a private stream failed", { accountId: this.#accountId }, error);
    this.#output.end(known ? error : refusal(Reason.DEFECT, "internal error"));
  }

  async #catchUp(round: number, cursors: ReadonlyMap<PrivateSubscription, number>): Promise<void> {
    const deadline = this.#context.clock.monotonic() + PATIENCE;
    const position = this.#position();
    if (position < 0) {
      // What happens between a read of what stands and the first event heard would be told to nobody (S15).
      await this.#heard(0, deadline);
      if (round === this.#round) this.#begin(cursors);
      return;
    }
    const { snapshots } = this.#context;
    const missed = await this.#missed(cursors, position, deadline);
    if (round !== this.#round) return;
    const resumed = missed === undefined ? new Map<PrivateSubscription, number>() : cursors;
    const view = await snapshots.view(this.#accountId, deadline);
    if (round !== this.#round) return;
    const fresh = this.#subscriptions.filter((one) => !resumed.has(one));
    const pages = has(fresh, Channel.ORDERS) ? await snapshots.openOrders(this.#accountId, deadline) : undefined;
    const fills = new Map<PrivateSubscription, At<Contents["fills"]>>();
    for (const one of fresh.filter((other) => other.channel === Channel.FILLS)) {
      fills.set(one, await snapshots.fills(this.#accountId, one.subscription.instrumentId, deadline));
    }
    const sequences = [view, ...fills.values()].map(({ sequence }) => sequence);
    await this.#heard(Math.max(pages?.through ?? 0, ...sequences), deadline);
    if (round !== this.#round) return;
    this.#queue = [...(missed ?? []), ...this.#queue];
    const orders = pages && openAt(pages, this.#queue);
    if (orders !== undefined) {
      this.#standing.push({ sequence: orders.sequence, tell: () => this.#orders.load(orders.value) });
    }
    for (const [one, from] of resumed) this.#resume(one, from, view);
    for (const one of fresh) this.#snapshot(one, { view, orders, fills: fills.get(one) });
    this.#standing.sort((left, right) => left.sequence - right.sequence);
    await this.#tellQueue(round);
    if (round !== this.#round) return;
    this.#tellStanding(Number.MAX_SAFE_INTEGER);
    this.#live = true;
    await this.#tellQueue(round);
  }

  /** What happened between the cursors and `through`; `undefined`: it cannot be had, or is too much: everybody begins anew. */
  async #missed(
    cursors: ReadonlyMap<PrivateSubscription, number>,
    through: number,
    deadline: number,
  ): Promise<readonly OrderEvent[] | undefined> {
    if (cursors.size === 0) return [];
    const first = Math.min(...cursors.values());
    if (Math.max(...cursors.values()) > through) return undefined;
    const range = { accountId: this.#accountId, after: first, through, deadline };
    return await this.#context.history(range, MOST_HELD, this.#reading.signal);
  }

  /** Waits until the events up to a sequence that was read have come. */
  async #heard(sequence: number, deadline: number): Promise<void> {
    const { clock } = this.#context;
    while (this.#position() < sequence) {
      if (clock.monotonic() > deadline) throw refusal(Reason.NOT_READY, "the account's events do not come in time");
      await new Promise<void>((resolve) => void clock.after(CATCH_UP_STEP, resolve));
    }
  }

  /** Goes on from a cursor. Balances are taken back to it from what they are now, by the events in between. */
  #resume(one: PrivateSubscription, from: number, view: Stands["view"]): void {
    const balances = new AccountBalances(this.#accountId, view.value.balances);
    const isState = one.channel === Channel.BALANCES || one.channel === Channel.POSITIONS;
    if (isState && one.isConflated) {
      // What was merged but not told when the client left lies before its cursor: it gets all as it is now.
      const tell = () => {
        for (const contents of snapshotParts(one, { view })) this.#update(one, view.sequence, contents);
        one.begin(view.sequence, balances);
      };
      this.#standing.push({ sequence: view.sequence, tell });
    } else if (one.channel !== Channel.BALANCES) one.begin(from, undefined);
    else {
      for (const event of this.#queue.toReversed()) {
        const sequence = Number(event.sequence);
        if (sequence > from && sequence <= view.sequence) balances.rewind(event);
      }
      one.begin(from, balances);
    }
  }

  #snapshot(one: PrivateSubscription, stands: Stands): void {
    const { view, orders, fills } = stands;
    const read = one.channel === Channel.ORDERS ? orders : one.channel === Channel.FILLS ? fills : view;
    const sequence = read?.sequence ?? 0;
    const parts = snapshotParts(one, stands);
    const tell = () => {
      for (const [index, contents] of parts.entries()) {
        const last = index === parts.length - 1;
        const cursor = last ? cursorOf(this.#shard, sequence) : "";
        this.#push(one, cursor, snapshotContent(contents, last), weightOf(contents));
      }
      const balances = new AccountBalances(this.#accountId, view.value.balances);
      one.begin(sequence, one.channel === Channel.BALANCES ? balances : undefined);
    };
    this.#standing.push({ sequence, tell });
  }

  /** Tells what stood at a sequence or below, the lowest first. */
  #tellStanding(through: number): void {
    while ((this.#standing[0]?.sequence ?? Number.POSITIVE_INFINITY) <= through) this.#standing.shift()?.tell();
  }

  #hear(event: OrderEvent): void {
    this.#queue.push(event);
    if (!this.#live || this.#telling) {
      if (this.#queue.length > MOST_HELD) this.restart();
      return;
    }
    const round = this.#round;
    this.#tellQueue(round).catch((error: unknown) => this.#failed(round, error));
  }

  /** Tells what is queued, in order; waits only where an order has to be read first. */
  async #tellQueue(round: number): Promise<void> {
    this.#telling = true;
    while (this.#queue.length > 0 && round === this.#round) {
      const event = this.#queue.shift() as OrderEvent;
      this.#tellStanding(Number(event.sequence) - 1);
      const order = this.#wantsOrder(event) ? this.#orders.after(event) : undefined;
      const known = order instanceof Promise ? await order : order;
      if (round !== this.#round) return;
      for (const one of this.#subscriptions) one.hear(event, known);
    }
    if (round === this.#round) this.#telling = false;
  }

  #wantsOrder(event: OrderEvent): boolean {
    return this.#subscriptions.some((one) => one.channel === Channel.ORDERS && one.from < Number(event.sequence));
  }

  #update(one: PrivateSubscription, sequence: number, contents: Contents): void {
    this.#push(one, cursorOf(this.#shard, sequence), updateContent(contents), weightOf(contents));
  }

  #push(one: PrivateSubscription, cursor: string, content: SubscribeResponse["content"], weight: number): void {
    const serverTime = timestampOf(Math.floor(this.#context.clock.now()));
    this.#output.push(responseOf(one.subscription.subscriptionId, cursor, serverTime, content), weight);
  }

  #position(): number {
    return this.#context.events.position(this.#context.events.shardOf(this.#accountId));
  }

  #newOrders(): AccountOrders {
    const { queries, clock } = this.#context;
    return new AccountOrders((orderId) =>
      readOrder(queries, { accountId: this.#accountId, orderId, notBefore: "" }, clock.monotonic() + PATIENCE),
    );
  }
}

/** What begins in its place among the events. */
interface Standing {
  readonly sequence: number;
  readonly tell: () => void;
}

interface Stands {
  readonly view: At<{ readonly balances: Contents["balances"]; readonly positions: Contents["positions"] }>;
  readonly orders?: At<Order[]> | undefined;
  readonly fills?: At<Contents["fills"]> | undefined;
}

function has(subscriptions: readonly PrivateSubscription[], channel: Channel): boolean {
  return subscriptions.some((one) => one.channel === channel);
}

/** At least one part. */
function snapshotParts(one: PrivateSubscription, { view, orders, fills }: Stands): Contents[] {
  switch (one.channel) {
    case Channel.ORDERS:
      return chunks((orders?.value ?? []).filter((order) => one.watches(order.instrumentId))).map((part) =>
        contentsOf({ orders: part }),
      );
    case Channel.FILLS:
      return chunks(fills?.value ?? []).map((part) => contentsOf({ fills: part }));
    case Channel.BALANCES:
      return chunks(view.value.balances).map((part) => contentsOf({ balances: part }));
    default:
      return chunks(view.value.positions.filter((position) => one.watches(position.instrumentId))).map((part) =>
        contentsOf({ positions: part }),
      );
  }
}

function chunks<Entry>(entries: readonly Entry[]): Entry[][] {
  const parts: Entry[][] = [];
  for (let from = 0; from === 0 || from < entries.length; from += CHUNK) parts.push(entries.slice(from, from + CHUNK));
  return parts;
}
