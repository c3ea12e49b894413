import type { Instrument } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { type NewOrder, OrderType, SelfTradePrevention, Side, TimeInForce } from "@atlas/gen/atlas/order/v1/order_pb";
import type { PreviewOrderResponse } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { parseTyped } from "../decimal/decimal.ts";
import type { Clients } from "../rpc/clients.ts";
import { refusalOf, wordsOf, wordsOfError } from "../rpc/refusal.ts";
import { withPatience } from "../rpc/transport.ts";
import { Intentions } from "./intentions.ts";
import type { Outcome } from "./outbox.ts";
import {
  allowedTimes,
  type Best,
  fieldOf,
  type Problems,
  priceFor,
  quantityFor,
  readTerms,
  SELF_TRADES,
  type Stance,
  type TicketInput,
  usualTime,
} from "./ticket-terms.ts";

const DEBOUNCE = 150;

/** What the ticket needs of the desk. */
export interface TicketDesk {
  readonly clients: Clients;
  /** Asked each time: another may have been chosen since. */
  accountId(): string;
  best(): Best;
  availableOf(asset: string): string | undefined;
  isStale(): boolean;
  send(terms: NewOrder): Promise<Outcome>;
}

/** The order ticket of one instrument: nothing typed is lost, whatever becomes of it. */
export class Ticket {
  side = $state<Side>(Side.BUY);
  type = $state<OrderType>(OrderType.LIMIT);
  quantity = $state("");
  price = $state("");
  timeInForce = $state<TimeInForce>(TimeInForce.GTC);
  postOnly = $state(false);
  selfTrade = $state<SelfTradePrevention>(SelfTradePrevention.CANCEL_NEWEST);
  label = $state("");
  preview = $state.raw<PreviewOrderResponse>();
  isPreviewing = $state(false);
  /** Why the preview is not there; empty: it is, or nothing was asked. */
  previewProblem = $state("");
  /** What became of the last order that came to nothing, until the terms change. */
  refused = $state.raw<Problems>({});
  #isAsked = $state(false);
  /** Data is stale, and the order was asked for: once more sends it. */
  readonly asksAgain = $derived.by(() => this.#isAsked && this.#desk.isStale());
  readonly read = $derived.by(() => readTerms(this.#input(), this.instrument));
  readonly terms = $derived("terms" in this.read ? this.read.terms : undefined);
  readonly problems = $derived.by(() => this.#problems());
  readonly instrument: Instrument;
  readonly #desk: TicketDesk;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asking: AbortController | undefined;
  readonly #intentions = new Intentions();

  constructor(instrument: Instrument, desk: TicketDesk) {
    this.instrument = instrument;
    this.#desk = desk;
    this.#recall();
  }

  set(change: Partial<TicketInput>): void {
    const isOtherType = change.type !== undefined && change.type !== this.type;
    Object.assign(this, change);
    if (isOtherType) this.timeInForce = usualTime(this.type);
    this.refused = {};
    this.#isAsked = false;
    this.ask();
  }

  takePrice(stance: Stance): void {
    const price = priceFor(stance, this.side, this.#desk.best(), this.instrument.tick);
    if (price !== undefined) this.set({ price, type: OrderType.LIMIT });
  }

  takeShare(percent: number): void {
    const { baseAsset, quoteAsset } = this.instrument;
    const available = this.#desk.availableOf(this.side === Side.BUY ? quoteAsset : baseAsset);
    if (available === undefined) return;
    const best = this.#desk.best();
    const market = this.side === Side.BUY ? best.ask : best.bid;
    const price = this.type === OrderType.MARKET ? market : (parseTyped(this.price) ?? market);
    const quantity = quantityFor(percent, this.side, this.type, available, price, this.instrument);
    if (quantity !== undefined) this.set({ quantity });
  }

  /** What is available is another: an order that was too much may not be any more. */
  fundsChanged(): void {
    const { quantity: _, ...others } = this.refused;
    this.refused = others;
    this.ask();
  }

  /** Asks what the order would do, when nobody has typed for a moment. */
  ask(): void {
    clearTimeout(this.#timer);
    this.#asking?.abort();
    if (this.terms === undefined) {
      this.preview = undefined;
      this.previewProblem = "";
      this.isPreviewing = false;
      return;
    }
    this.isPreviewing = true;
    this.#timer = setTimeout(() => void this.#askNow(), DEBOUNCE);
  }

  async submit(): Promise<void> {
    const { terms } = this;
    if (terms === undefined) return;
    // Before the question: the second half of a double click must not answer it.
    if (this.#intentions.isEcho(JSON.stringify(this.#input()), performance.now())) return;
    if (this.#desk.isStale() && !this.asksAgain) {
      this.#isAsked = true;
      return;
    }
    this.#isAsked = false;
    this.refused = {};
    this.#remember();
    const outcome = await this.#desk.send(terms);
    if (outcome.kind === "accepted") this.ask();
    else if (outcome.kind === "lost") this.refused = { form: outcome.words };
    else {
      const field = outcome.refusal === undefined ? "form" : fieldOf(outcome.refusal);
      this.refused = { [field]: outcome.words };
    }
  }

  /** Sends a limit order of the ticket's quantity at a price, once for a double click. Answers why not, in words; empty: it stands. */
  async placeAt(side: Side, price: string): Promise<string> {
    const input = { ...this.#input(), side, price, type: OrderType.LIMIT };
    const read = readTerms(input, this.instrument);
    if (this.#desk.isStale()) return "Prices are old, so nothing was sent. Use the order ticket to send it anyway.";
    if (!("terms" in read)) return read.problems.quantity ?? read.problems.price ?? "Fill in the quantity first.";
    if (this.#intentions.isEcho(JSON.stringify(input), performance.now())) return "";
    const outcome = await this.#desk.send(read.terms);
    return outcome.kind === "accepted" ? "" : outcome.words;
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#asking?.abort();
  }

  #input(): TicketInput {
    const { side, type, quantity, price, timeInForce, postOnly, selfTrade, label } = this;
    return { side, type, quantity, price, timeInForce, postOnly, selfTrade, label };
  }

  /** What is wrong, beside its field: by the rules, else by the last order's refusal, else by the preview's. */
  #problems(): Problems {
    if ("problems" in this.read) return this.read.problems;
    if (Object.keys(this.refused).length > 0) return this.refused;
    const refusal = this.preview?.refusal;
    return refusal === undefined ? {} : { [fieldOf(refusal)]: wordsOf(refusal) };
  }

  async #askNow(): Promise<void> {
    const asking = new AbortController();
    this.#asking = asking;
    const { clients } = this.#desk;
    const accountId = this.#desk.accountId();
    const { terms } = this;
    if (terms === undefined) return;
    try {
      const preview = await clients.orders.previewOrder({ accountId, order: terms }, withPatience(asking.signal));
      if (asking.signal.aborted) return;
      this.preview = preview;
      this.previewProblem = "";
    } catch (error) {
      if (asking.signal.aborted) return;
      this.preview = undefined;
      const refusal = refusalOf(error);
      if (refusal === undefined) this.previewProblem = `No preview: ${wordsOfError(error)}`;
      else this.refused = { [fieldOf(refusal)]: wordsOf(refusal) };
    }
    this.isPreviewing = false;
  }

  #key(): string {
    return `atlas.ticket.${this.instrument.instrumentId}`;
  }

  /** All but the price and the label, which are of their moment. */
  #remember(): void {
    const { type, quantity, timeInForce, postOnly, selfTrade } = this;
    localStorage.setItem(this.#key(), JSON.stringify({ type, quantity, timeInForce, postOnly, selfTrade }));
  }

  #recall(): void {
    try {
      const kept = JSON.parse(localStorage.getItem(this.#key()) ?? "{}") as Partial<TicketInput>;
      if (kept.type === OrderType.LIMIT || kept.type === OrderType.MARKET) this.type = kept.type;
      if (typeof kept.quantity === "string") this.quantity = kept.quantity;
      if (typeof kept.postOnly === "boolean") this.postOnly = kept.postOnly;
      this.selfTrade = SELF_TRADES.find((one) => one === kept.selfTrade) ?? SelfTradePrevention.CANCEL_NEWEST;
      const times = allowedTimes(this.type);
      this.timeInForce = times.find((time) => time === kept.timeInForce) ?? usualTime(this.type);
    } catch {
      // Not written by this version of the console: the usual defaults stand.
    }
  }
}
