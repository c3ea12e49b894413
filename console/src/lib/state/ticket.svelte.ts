import type { Instrument } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import {
  type NewOrder,
  type Order,
  OrderType,
  SelfTradePrevention,
  Side,
  TimeInForce,
} from "@atlas/gen/atlas/order/v1/order_pb";
import type { PreviewOrderResponse } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { decimalsOf, parseTyped } from "../decimal/decimal.ts";
import type { KeptChoice } from "../form/kept-choice.ts";
import type { Clients } from "../rpc/clients.ts";
import { refusalOf, wordsOf, wordsOfError } from "../rpc/refusal.ts";
import { withPatience } from "../rpc/transport.ts";
import { Intentions } from "./intentions.ts";
import { lowered } from "./order-news.ts";
import type { Outcome } from "./outbox.ts";
import { type TicketDefaults, ticketMemory } from "./ticket-memory.ts";
import { PreviewTurns } from "./ticket-preview.ts";
import { afterFunds, NOT_REFUSED, refusalBeside, type TicketRefusal, venueRefusal } from "./ticket-refusal.ts";
import {
  type Best,
  describe,
  fieldOf,
  type Problems,
  priceFor,
  quantityFor,
  readTerms,
  type Stance,
  type TicketInput,
  usualTime,
} from "./ticket-terms.ts";
import { quantityOfTotal, type TypedTotal, totalOf, totalPrice, totalProblem } from "./ticket-total.ts";

/** What the ticket needs of the desk. */
export interface TicketDesk {
  readonly clients: Clients;
  readonly userId: string;
  /** Asked each time: another may have been chosen since. */
  accountId(): string;
  best(): Best;
  availableOf(asset: string): string | undefined;
  isStale(): boolean;
  /** `ended`: told when the order has ended before it came to rest, or as soon as it did. */
  send(terms: NewOrder, ended?: (order: Order) => void): Promise<Outcome>;
  /** Says what went wrong to somebody who looks elsewhere by now. */
  tell(words: string): void;
}

/** What a total is reckoned by. */
const REPRICING: readonly (keyof TicketInput)[] = ["price", "type", "side"];

/** What was sent, as it was typed: what becomes of it concerns the ticket for as long as that stands there. */
interface SentTicket {
  readonly typed: string;
  readonly accountId: string;
  readonly number: number;
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
  /** Held as it was typed until a quantity is: the quantity is what it came to. */
  #typedTotal = $state.raw<TypedTotal>();
  /** What the quantity comes to, or what it was set by. */
  readonly total = $derived.by(() => this.#typedTotal?.text ?? totalOf(this.quantity, this.totalPrice));
  /** What became of the last order that came to nothing, until the terms change. */
  #refused = $state.raw<TicketRefusal>(NOT_REFUSED);
  /** Why no preview can be made of these terms. */
  #unshown = $state.raw<TicketRefusal>(NOT_REFUSED);
  #isAsked = $state(false);
  /** Data is stale, and the order was asked for: once more sends it. */
  readonly asksAgain = $derived.by(() => this.#isAsked && this.#desk.isStale());
  readonly read = $derived.by(() => readTerms(this.#input(), this.instrument));
  readonly terms = $derived("terms" in this.read ? this.read.terms : undefined);
  readonly problems = $derived.by(() => this.#problems());
  readonly instrument: Instrument;
  readonly #desk: TicketDesk;
  readonly #memory: KeptChoice<TicketDefaults>;
  readonly #turns: PreviewTurns;
  /** Orders sent from here. */
  #sent = 0;
  #isClosed = false;
  readonly #intentions = new Intentions();

  constructor(instrument: Instrument, desk: TicketDesk) {
    this.instrument = instrument;
    this.#desk = desk;
    this.#memory = ticketMemory(desk.userId, instrument.instrumentId);
    this.#turns = new PreviewTurns({
      ask: (signal) => this.#ask(signal),
      old: (isOld) => {
        this.isPreviewing = isOld;
      },
      now: () => performance.now(),
      after: (milliseconds, run) => {
        const timer = setTimeout(run, milliseconds);
        return () => clearTimeout(timer);
      },
    });
    Object.assign(this, this.#memory.recall());
  }

  /** What the total is reckoned at; of one that was typed, the price of then. */
  get totalPrice(): string | undefined {
    return this.#typedTotal === undefined ? totalPrice(this, this.#desk.best()) : this.#typedTotal.price;
  }

  /** Why the total that was typed comes to no quantity; empty: it does. */
  get totalProblem(): string {
    const { lot, baseAsset } = this.instrument;
    return this.#typedTotal === undefined ? "" : totalProblem(this.#typedTotal, lot, baseAsset);
  }

  set(change: Partial<TicketInput>): void {
    const isOtherType = change.type !== undefined && change.type !== this.type;
    Object.assign(this, change);
    if (isOtherType) this.timeInForce = usualTime(this.type);
    if (change.quantity !== undefined) this.#typedTotal = undefined;
    // The market's moving alone changes no quantity that somebody is about to send.
    else if (this.#typedTotal !== undefined && REPRICING.some((field) => field in change)) {
      this.#reckon(this.#typedTotal.text);
    }
    this.#refused = NOT_REFUSED;
    this.#unshown = NOT_REFUSED;
    this.#isAsked = false;
    this.ask();
  }

  /** What is typed sets the quantity, at the price of now. */
  setTotal(text: string): void {
    this.#reckon(text);
    this.set({});
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
    this.#refused = afterFunds(this.#refused, (asset) => this.#desk.availableOf(asset));
    this.askAgain();
  }

  /** What the same terms would come to may be another now. */
  askAgain(): void {
    if (this.terms !== undefined) this.#turns.moved();
  }

  /** Asks what the order would do, when nobody has typed for a moment. */
  ask(): void {
    if (this.terms !== undefined) this.#turns.typed();
    else {
      this.#turns.stop();
      this.preview = undefined;
      this.previewProblem = "";
    }
  }

  async submit(): Promise<void> {
    const { terms } = this;
    if (terms === undefined) return;
    const typed = JSON.stringify(this.#input());
    // Before the question: the second half of a double click must not answer it.
    if (this.#intentions.isEcho(typed, performance.now())) return;
    if (this.#desk.isStale() && !this.asksAgain) {
      this.#isAsked = true;
      return;
    }
    this.#isAsked = false;
    this.#refused = NOT_REFUSED;
    const { type, quantity, timeInForce, postOnly, selfTrade } = this;
    this.#memory.keep({ type, quantity, timeInForce, postOnly, selfTrade });
    this.#sent += 1;
    const sent = { typed, accountId: this.#desk.accountId(), number: this.#sent };
    const outcome = await this.#desk.send(terms, (order) => this.#ended(order, sent));
    if (outcome.kind === "accepted") this.#turns.moved();
    else if (!this.#shows(sent)) {
      const what = describe(terms, this.instrument, decimalsOf(this.instrument.tick));
      this.#desk.tell(`Not placed, ${lowered(what)}: ${lowered(outcome.words)}`);
    } else if (outcome.kind === "refused" && outcome.refusal !== undefined) {
      this.#refused = refusalBeside(outcome.refusal);
    } else this.#refused = { problems: { form: outcome.words }, refusal: undefined };
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
    this.#isClosed = true;
    this.#turns.stop();
  }

  /** Whether what was sent still stands here: what became of it is to be said beside nothing else. */
  #shows({ typed, accountId, number }: SentTicket): boolean {
    const isHere = !this.#isClosed && accountId === this.#desk.accountId();
    return isHere && number === this.#sent && typed === JSON.stringify(this.#input());
  }

  /** The venue's news are told to who looks elsewhere; here they stand beside their field too. */
  #ended(order: Order, sent: SentTicket): void {
    const refused = venueRefusal(order, this.instrument);
    if (refused !== undefined && this.#shows(sent)) this.#refused = refused;
  }

  #reckon(text: string): void {
    this.#typedTotal = { text, price: totalPrice(this, this.#desk.best()) };
    this.quantity = quantityOfTotal(this.#typedTotal, this.instrument.lot);
  }

  #input(): TicketInput {
    const { side, type, quantity, price, timeInForce, postOnly, selfTrade, label } = this;
    return { side, type, quantity, price, timeInForce, postOnly, selfTrade, label };
  }

  /** What is wrong, beside its field: by the rules, else by the last order's refusal, else by the preview's. */
  #problems(): Problems {
    if ("problems" in this.read) return this.read.problems;
    if (this.#refused !== NOT_REFUSED) return this.#refused.problems;
    const refusal = this.preview?.refusal;
    return refusal === undefined ? this.#unshown.problems : { [fieldOf(refusal)]: wordsOf(refusal) };
  }

  async #ask(signal: AbortSignal): Promise<void> {
    const accountId = this.#desk.accountId();
    const { terms } = this;
    if (terms === undefined) return;
    try {
      const preview = await this.#desk.clients.orders.previewOrder({ accountId, order: terms }, withPatience(signal));
      if (signal.aborted) return;
      this.preview = preview;
      this.previewProblem = "";
      this.#unshown = NOT_REFUSED;
    } catch (error) {
      if (signal.aborted) return;
      this.preview = undefined;
      const refusal = refusalOf(error);
      // What is wrong with a field is of the terms; anything else is of this attempt alone.
      const isOfTerms = refusal !== undefined && fieldOf(refusal) !== "form";
      this.#unshown = isOfTerms ? refusalBeside(refusal) : NOT_REFUSED;
      this.previewProblem = isOfTerms ? "" : `No preview: ${wordsOfError(error)}`;
    }
  }
}
