import type { Instrument } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { type Fill, type Order, OrderStatus, RefusedBy, Side, TimeInForce } from "@atlas/gen/atlas/order/v1/order_pb";
import { Channel } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { add, decimalsOf, divide, format, multiply } from "../decimal/decimal.ts";
import { wordsOf } from "../rpc/refusal.ts";
import type { Connection } from "../stream/connection.svelte.ts";
import type { Notifier } from "./notifier.svelte.ts";
import type { Orders } from "./orders.svelte.ts";

/** Fills of one order that are told together. */
export interface Run {
  readonly count: number;
  readonly quantity: string;
  /** Price times quantity, of all of them. */
  readonly notional: string;
}

type InstrumentOf = (instrumentId: string) => Instrument | undefined;

/** Tells an account's person what happens to the orders while they look elsewhere: fills, and ends that the venue decided. */
export class OrderNews {
  readonly #notifier: Pick<Notifier, "say" | "isShown">;
  readonly #instrumentOf: InstrumentOf;
  /** By order, of those that are shown. */
  readonly #runs = new Map<string, Run>();
  readonly #stops: readonly (() => void)[];

  constructor(
    world: { readonly connection: Pick<Connection, "watch">; readonly orders: Pick<Orders, "onChange"> },
    accountId: string,
    notifier: Pick<Notifier, "say" | "isShown">,
    instrumentOf: InstrumentOf,
  ) {
    this.#notifier = notifier;
    this.#instrumentOf = instrumentOf;
    this.#stops = [
      world.connection.watch(
        { channel: Channel.FILLS, accountId },
        {
          // What was filled before somebody looked is no news.
          snapshot: () => {},
          update: ({ fills }) => {
            for (const fill of fills) this.#tellFill(fill);
          },
        },
      ),
      world.orders.onChange((order, before) => {
        const words = endingWords(order, before, instrumentOf);
        if (words !== "") notifier.say(order.status === OrderStatus.REJECTED ? "bad" : "plain", words);
        const refused = unchangedWords(order, before, instrumentOf);
        if (refused !== "") notifier.say("bad", refused);
      }),
    ];
  }

  close(): void {
    for (const stop of this.#stops) stop();
  }

  #tellFill(fill: Fill): void {
    const about = (orderId: string): string => `fills of ${orderId}`;
    for (const orderId of this.#runs.keys()) if (!this.#notifier.isShown(about(orderId))) this.#runs.delete(orderId);
    const run = withFill(this.#runs.get(fill.orderId), fill);
    this.#runs.set(fill.orderId, run);
    this.#notifier.say("good", fillWords(run, fill, this.#instrumentOf), about(fill.orderId));
  }
}

export function withFill(before: Run | undefined, { price, quantity }: Fill): Run {
  return {
    count: (before?.count ?? 0) + 1,
    quantity: add(before?.quantity ?? "0", quantity),
    notional: add(before?.notional ?? "0", multiply(price, quantity)),
  };
}

/** `Bought 0.5 BTC at 50,000.00.` */
export function fillWords(run: Run, { side, instrumentId }: Fill, instrumentOf: InstrumentOf): string {
  const instrument = instrumentOf(instrumentId);
  const decimals = instrument === undefined ? 0 : decimalsOf(instrument.tick);
  const average = format(divide(run.notional, run.quantity), decimals, decimals);
  const verb = side === Side.BUY ? "Bought" : "Sold";
  const what = `${verb} ${format(run.quantity)} ${instrument?.baseAsset ?? instrumentId} at ${average}`;
  return run.count === 1 ? `${what}.` : `${what} on average, in ${run.count} fills.`;
}

/** Why an order ended that its person did not end; empty: it goes on, or they did, or the ticket has said it. */
export function endingWords(order: Order, before: Order | undefined, instrumentOf: InstrumentOf): string {
  const { status, side, instrumentId, refusal } = order;
  const isAsked = before?.status === OrderStatus.PENDING_CANCEL || before?.status === OrderStatus.PENDING_REPLACE;
  const base = instrumentOf(instrumentId)?.baseAsset ?? instrumentId;
  const what = `${side === Side.BUY ? "buy" : "sell"} ${format(order.canceledQuantity)} ${base}`;
  const why = refusal === undefined ? "." : `: ${lowered(wordsOf(refusal))}`;
  if (status === OrderStatus.CANCELED && !isAsked) {
    // Without a reason it may be the person's own cancel, asked for in another tab.
    if (refusal === undefined && !isAtOnce(order)) return `Your order to ${what} was cancelled.`;
    return `The venue cancelled your order to ${what}${why}`;
  }
  if (status === OrderStatus.EXPIRED) return `Your order to ${what} has expired.`;
  if (status === OrderStatus.REJECTED && order.refusedBy === RefusedBy.VENUE) {
    return `The venue refused your order to ${what}${why}`;
  }
  return "";
}

/** What the venue did not do though it was asked to; empty: it did, or was not asked. Its reason is not told with the order. */
export function unchangedWords(order: Order, before: Order | undefined, instrumentOf: InstrumentOf): string {
  if (order.status !== OrderStatus.LIVE && order.status !== OrderStatus.PARTIALLY_FILLED) return "";
  const { side, instrumentId, quantity, limitPrice } = order;
  const base = instrumentOf(instrumentId)?.baseAsset ?? instrumentId;
  const what = `your order to ${side === Side.BUY ? "buy" : "sell"} ${format(quantity)} ${base}`;
  if (before?.status === OrderStatus.PENDING_CANCEL) return `The venue did not cancel ${what}: it works on.`;
  const isSame = before?.quantity === quantity && before.limitPrice === limitPrice;
  return before?.status === OrderStatus.PENDING_REPLACE && isSame
    ? `The venue did not change ${what}: it works as it did.${order.postOnly ? " It is post-only, and must not trade at once." : ""}`
    : "";
}

/** Only the venue ends these: nobody has the time to. */
function isAtOnce({ timeInForce }: Order): boolean {
  return timeInForce === TimeInForce.IOC || timeInForce === TimeInForce.FOK;
}

export function lowered(words: string): string {
  return words.charAt(0).toLowerCase() + words.slice(1);
}
