import { systemDigest } from "@atlas/adapters/system/system-digest";
import { Findings } from "@atlas/cli/doctor/findings";
import { sequenced } from "@atlas/cli/doctor/frame-walk";
import type { LogSource } from "@atlas/cli/doctor/log-source";
import { OrderEventCodec } from "@atlas/gen/atlas/log/v1/order_event_codec";
import { FundsMovement, type OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { type Fill, type Order, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { inputPartition } from "@atlas/platform/shard/shard-name";
import { orderIdOf } from "@atlas/platform/text/order-id";
import { topics } from "@atlas/platform/topic/topics";
import { type OrderState, stateOf } from "../load/order-state.ts";
import { E8, e8 } from "./e8.ts";

type Terms = Pick<Order, "accountId" | "requestId" | "instrumentId" | "side" | "quantity" | "limitPrice">;
/** What is kept of a fill: an hour of them stays in memory. */
export type LoggedFill = Pick<
  Fill,
  "executionId" | "matchId" | "orderId" | "instrumentId" | "side" | "price" | "quantity"
>;

interface StandingFill {
  readonly accountId: string;
  /** Of its event. */
  readonly sequence: number;
  readonly fill: LoggedFill;
  times: number;
}

/** An order as its events on the log tell it. */
export interface LoggedOrder {
  /** As it was made. */
  readonly order: Terms;
  /** How it stood, from version 1 on. */
  readonly states: OrderState[];
  readonly fills: LoggedFill[];
}

/** An event by which a request that makes no order had its effect. */
export interface LoggedEffect {
  readonly event: OrderEvent["event"]["case"];
  /** Such as `oms/3`. */
  readonly shard: string;
  readonly sequence: number;
  readonly eventId: string;
  readonly orderId: string;
  /** Of the request. */
  readonly contentDigest: Uint8Array;
  /** Of a replace: what the venue is asked for, and what stood before. */
  readonly replace?: { readonly terms: ReplaceTerms; readonly before: ReplaceTerms };
}

/** Events of requests that have a record for ever, besides orders, whose items are theirs. */
export const ONCE: readonly LoggedEffect["event"][] = ["fundsMoved", "limitsSet", "workAdvanced"];

type ReplaceTerms = Pick<Order, "quantity" | "limitPrice">;

/** What stands on the log about some accounts, and what keys it comes to of all, in plain maps: made by reading every event once more. */
export class LogModel {
  readonly orders = new Map<string, LoggedOrder>();
  /** Ids of orders, by account and request. */
  readonly byRequest = new Map<string, string[]>();
  /** What requests did that make no order, by account and request. */
  readonly effects = new Map<string, LoggedEffect[]>();
  /** Ids of orders of every account. */
  readonly orderIds = new Set<string>();
  /** Keys of the records that requests of every account have, besides orders. */
  readonly recordKeys = new Set<string>();
  /** How often each fill stands there, by execution. */
  readonly fills = new Map<string, StandingFill>();
  /** How often each movement stands there: account, asset, `+` or `-` and amount. */
  readonly movements = new Map<string, number>();
  readonly #balances = new Map<string, Map<string, bigint>>();
  readonly #accounts: ReadonlySet<string>;
  readonly #digest = systemDigest();

  constructor(accounts: ReadonlySet<string>) {
    this.#accounts = accounts;
  }

  static async read(source: LogSource, accounts: ReadonlySet<string>): Promise<LogModel> {
    const model = new LogModel(accounts);
    // Whether the log itself is sound is the doctor's to say.
    const [readable, gapless, same] = ["S1", "I19", "I20"].map((name) => new Findings().rule(name, ""));
    if (readable === undefined || gapless === undefined || same === undefined) throw new Error("no rules");
    const rules = { readable, gapless, same };
    for (let partition = 0; partition < source.partitions.oms; partition++) {
      const events = sequenced(source, topics.orderEvents.name, partition, OrderEventCodec, rules);
      for await (const { message } of events) model.take(message);
    }
    return model;
  }

  /** The next event of a shard. */
  take(event: OrderEvent): void {
    const { accountId, event: body } = event;
    this.#addKey(event);
    if (!this.#accounts.has(accountId)) return;
    if (body.case === "orderAccepted" || body.case === "orderDenied") return this.#begin(body.value.order);
    if (event.requestId !== "" && body.case !== "commandAnswered") this.#effect(event);
    if (body.case === "fundsMoved") {
      const sign = body.value.movement === FundsMovement.DEPOSIT ? "+" : "-";
      for (const { asset, amount } of body.value.amounts) this.#move(accountId, asset, sign, amount);
    } else this.#advance(event);
  }

  #addKey({ accountId, requestId, shard, event: body }: OrderEvent): void {
    if (body.case === "orderAccepted" || body.case === "orderDenied") {
      this.orderIds.add(body.value.order?.orderId ?? "");
    } else if (ONCE.includes(body.case) && requestId !== "") {
      this.recordKeys.add(orderIdOf(this.#digest, inputPartition(shard)?.partition ?? 0, accountId, requestId));
    }
  }

  #effect({ accountId, requestId, contentDigest, orderId, shard, sequence, eventId, event: body }: OrderEvent): void {
    const place = { shard, sequence: Number(sequence), eventId, orderId };
    const effect = { event: body.case, ...place, contentDigest, ...replaceOf(body) };
    const key = requestKey(accountId, requestId);
    this.effects.set(key, [...(this.effects.get(key) ?? []), effect]);
  }

  #move(accountId: string, asset: string, sign: "+" | "-", amount: string): void {
    const key = movementKey(accountId, asset, sign, amount);
    this.movements.set(key, (this.movements.get(key) ?? 0) + 1);
    this.#add(accountId, asset, sign === "+" ? e8(amount) : -e8(amount));
  }

  /** What an account has once nothing is open, by asset, in units of 1e-8: what was paid in and out, and what fills moved. */
  available(accountId: string): Map<string, bigint> {
    return new Map(this.#balances.get(accountId));
  }

  #trade(accountId: string, { instrumentId, side, price, quantity, fee }: Fill): void {
    const [base = "", quote = ""] = instrumentId.split("-");
    const sign = side === Side.BUY ? 1n : -1n;
    this.#add(accountId, base, sign * e8(quantity));
    this.#add(accountId, quote, -sign * ((e8(price) * e8(quantity)) / E8));
    this.#add(accountId, fee?.asset ?? quote, -e8(fee?.amount ?? ""));
  }

  #add(accountId: string, asset: string, amount: bigint): void {
    const sums = this.#balances.get(accountId) ?? new Map<string, bigint>();
    this.#balances.set(accountId, sums);
    sums.set(asset, (sums.get(asset) ?? 0n) + amount);
  }

  #begin(order: Order | undefined): void {
    if (order === undefined) return;
    const key = requestKey(order.accountId, order.requestId);
    this.byRequest.set(key, [...(this.byRequest.get(key) ?? []), order.orderId]);
    const states = [stateOf(order)];
    const { accountId, requestId, instrumentId, side, quantity, limitPrice } = order;
    const terms = { accountId, requestId, instrumentId, side, quantity, limitPrice };
    this.orders.set(order.orderId, { order: terms, states, fills: [] });
  }

  #advance({ accountId, orderId, sequence, event: body }: OrderEvent): void {
    const known = this.orders.get(orderId);
    if (known === undefined || body.value === undefined || !("progress" in body.value)) return;
    const { progress } = body.value;
    if (progress === undefined) return;
    known.states[Number(progress.version) - 1] = stateOf(progress);
    if (body.case !== "orderFilled" || body.value.fill === undefined) return;
    const { executionId, matchId, instrumentId, side, price, quantity } = body.value.fill;
    const fill = { executionId, matchId, orderId, instrumentId, side, price, quantity };
    known.fills.push(fill);
    const before = this.fills.get(fill.executionId);
    if (before === undefined) {
      this.fills.set(fill.executionId, { accountId, sequence: Number(sequence), fill, times: 1 });
      this.#trade(accountId, body.value.fill);
    } else before.times++;
  }
}

function replaceOf(body: OrderEvent["event"]): Pick<LoggedEffect, "replace"> {
  if (body.case !== "replaceRequested") return {};
  const { quantity, limitPrice, progress } = body.value;
  const before = { quantity: progress?.quantity ?? "", limitPrice: progress?.limitPrice ?? "" };
  return { replace: { terms: { quantity, limitPrice }, before } };
}

export function requestKey(accountId: string, requestId: string): string {
  return `${accountId}\n${requestId}`;
}

/** What `requestKey` was made of. */
export function accountAndRequest(key: string): [accountId: string, requestId: string] {
  const [accountId = "", requestId = ""] = key.split("\n");
  return [accountId, requestId];
}

export function movementKey(accountId: string, asset: string, sign: string, amount: string): string {
  return `${accountId} ${sign}${amount} ${asset}`;
}
