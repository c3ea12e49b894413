import { setTimeout as sleep } from "node:timers/promises";
import type { Dice } from "@atlas/assembly/simulated/dice";
import { requestId } from "@atlas/cli/client/request-id";
import { OrderType } from "@atlas/gen/atlas/order/v1/order_pb";
import { type Answer, type Asked, type Content, settles } from "./asked.ts";
import type { ClientBook } from "./client-book.ts";
import { FIRST_FUNDS } from "./prepare.ts";
import { randomOrder, randomReplace } from "./random-content.ts";
import type { Road } from "./road.ts";

/** Requests of one account that may be unanswered: who waits for so many sends no new ones. */
const MOST_OPEN = 40;
/** Milliseconds that an attempt waits for its answer: between these. */
const PATIENCE = { least: 1_500, more: 3_000 };
/** Milliseconds before the second attempt: between these; doubled for each further one, up to eight times. */
const PAUSE = { least: 100, more: 200, most: 8 };
/** One new request in so many is left at that when its client is told that nothing was done: then nothing may stand (I7). */
const GIVES_UP = 4;
/** One new order in so many is a batch of them on a road that takes batches: of 2 to 20. */
const BATCHED = 20;
const BATCH = { least: 2, more: 19 };
/** Orders that it still thinks of when it cancels or changes one. */
const REMEMBERED = 50;

/** How far a request is taken: until its client knows what came of it, or until it hears that nothing did; or it was known long ago. */
type Patience = "SETTLED" | "NOTHING" | "KNOWN";

/** Trades for one account, as a client that means it: most requests are sent, with the same id, until they are settled. */
export class Trader {
  readonly accountId: string;
  readonly #road: Road;
  readonly #book: ClientBook;
  readonly #roll: Dice;
  readonly #open = new Set<Promise<void>>();
  readonly #orders: string[] = [];
  readonly #own: Asked[] = [];
  #amounts = 1;
  #isOver = false;

  constructor(accountId: string, road: Road, book: ClientBook, roll: Dice) {
    this.accountId = accountId;
    this.#road = road;
    this.#book = book;
    this.#roll = roll;
  }

  /** Pays in what it trades with; resolves when that is answered. */
  async fund(): Promise<void> {
    for (const [asset, amount] of Object.entries(FIRST_FUNDS))
      this.#ask({ kind: "deposit", asset, amount: `${amount}` }, "SETTLED");
    await this.settled();
  }

  /** Sends something new, or nothing when too much is unanswered already. How many requests that were. */
  act(): number {
    if (this.#open.size >= MOST_OPEN) return 0;
    const kind = this.#roll(100);
    const orderId = this.#orders[this.#roll(this.#orders.length)];
    if (kind < 70 || orderId === undefined) return this.#submit();
    if (kind < 82) this.#ask({ kind: "cancel", orderId });
    else if (kind < 94) this.#ask(randomReplace(this.#roll, orderId));
    else if (kind < 97) this.#again();
    else this.#moveFunds();
    return 1;
  }

  /** Cancels everything that is open. */
  cancelAll(): void {
    this.#ask({ kind: "cancelMany" }, "SETTLED");
  }

  get unanswered(): number {
    return this.#open.size;
  }

  /** On a session: the sequence of the account through which it was told everything; `undefined`: by calls. */
  get heardThrough(): number | undefined {
    return this.#road.heardThrough;
  }

  /** Resolves when everything that was sent is answered. */
  async settled(): Promise<void> {
    while (this.#open.size > 0) await Promise.all(this.#open);
  }

  /** Sends nothing any more, not even what is unanswered. */
  close(): void {
    this.#isOver = true;
    this.#road.close();
  }

  /** A new order, or a batch of them: what that does not settle is sent again as if each had come alone (F9). How many. */
  #submit(): number {
    const submit = (): Content => ({ kind: "submit", order: randomOrder(this.#roll) });
    if (this.#road.askMany === undefined || !this.#roll.onceIn(BATCHED)) {
      this.#ask(submit());
      return 1;
    }
    const batch = Array.from({ length: BATCH.least + this.#roll(BATCH.more) }, () => this.#make(submit()));
    const answers = this.#road.askMany(batch, this.#wait());
    for (const [index, asked] of batch.entries()) {
      const first = answers.then((all) => all[index] as Answer);
      this.#track(this.#send(asked, this.#patience(), first));
    }
    this.#book.batched += batch.length;
    return batch.length;
  }

  /** Each amount once in an account's life: one that was moved twice shows. */
  #moveFunds(): void {
    const asset = this.#roll.pick(Object.keys(FIRST_FUNDS));
    const kind = this.#roll.onceIn(2) ? "deposit" : "withdraw";
    this.#ask({ kind, asset, amount: `${this.#amounts++}` });
  }

  /** What was settled long ago reaches the platform once more (F2, F7). */
  #again(): void {
    const asked = this.#own[this.#roll(this.#own.length)];
    if (asked?.settled.length) this.#track(this.#send(asked, "KNOWN"));
  }

  #ask(content: Content, patience = this.#patience()): void {
    this.#track(this.#send(this.#make(content), patience));
  }

  #patience(): Patience {
    return this.#roll.onceIn(GIVES_UP) ? "NOTHING" : "SETTLED";
  }

  /** Milliseconds for one attempt. */
  #wait(): number {
    return PATIENCE.least + this.#roll(PATIENCE.more);
  }

  #make(content: Content): Asked {
    const { accountId } = this;
    const asked: Asked = {
      ...{ accountId, requestId: requestId(), content, askedAt: performance.now() },
      ...{ answeredAt: 0, sent: 0, unknown: 0, settled: [] },
    };
    this.#book.asked.push(asked);
    this.#own.push(asked);
    return asked;
  }

  #track(sending: Promise<void>): void {
    this.#open.add(sending);
    void sending.finally(() => this.#open.delete(sending));
  }

  /** `first`: what comes of its first sending, which is under way. Absent: it is sent alone. */
  async #send(asked: Asked, patience: Patience, first?: Promise<Answer>): Promise<void> {
    let sending = first;
    for (let times = 1; !this.#isOver; times = Math.min(2 * times, PAUSE.most)) {
      if (asked.sent > 0) this.#book.repeated++;
      const answer = await this.#attempt(asked, sending ?? this.#road.ask(asked, this.#wait()));
      sending = undefined;
      if (answer.kind === "WRONG") {
        this.#book.broken.push(`${asked.content.kind} ${asked.requestId} of ${asked.accountId}: ${answer.text}`);
      }
      if (settles(answer) || answer.kind === "WRONG") {
        asked.settled.push(answer);
        if (patience !== "KNOWN") this.#answered(asked, answer);
        return;
      }
      if (patience === "NOTHING" && answer.kind === "NOTHING" && asked.unknown === 0) {
        asked.gaveUpOn = answer.reason;
        asked.answeredAt = performance.now();
        return;
      }
      asked.openFor = answer.reason;
      await sleep(times * (PAUSE.least + this.#roll(PAUSE.more)));
    }
  }

  async #attempt(asked: Asked, sending: Promise<Answer>): Promise<Answer> {
    const before = new Map(this.#orders.map((orderId) => [orderId, this.#book.known(orderId)]));
    asked.sent++;
    const answer = await sending;
    if (answer.kind === "UNKNOWN") asked.unknown++;
    if (answer.kind === "ORDER") this.#book.tell(answer.order, before.get(answer.order.orderId) ?? 0);
    return answer;
  }

  #answered(asked: Asked, answer: Answer): void {
    asked.answeredAt = performance.now();
    if (answer.kind !== "ORDER" || asked.content.kind !== "submit") return;
    if (asked.content.order.type === OrderType.MARKET) return;
    this.#orders.push(answer.order.orderId);
    if (this.#orders.length > REMEMBERED) this.#orders.shift();
  }
}
