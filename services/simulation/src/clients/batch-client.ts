import type { Dice } from "@atlas/assembly/simulated/dice";
import type { MemoryPlatform } from "@atlas/assembly/simulated/memory-platform";
import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { sleep } from "@atlas/platform/ports/clock";
import { type Answer, type ClientModel, type ClientRequest, isKnown } from "../model/client-model.ts";
import { Absence } from "./absence.ts";
import { Caller } from "./caller.ts";
import { type NewOrder, randomOrder } from "./random-order.ts";
import { randomRequestId } from "./random-request-id.ts";

/** One order of a batch: a request like any other. */
interface Entry {
  readonly request: ClientRequest;
  readonly order: NewOrder;
}

/** Entries of a batch, mostly and at most: 2 to 20 with what is put in beside its own. */
const FEW = 6;
const MANY = 15;
const MOST_OLD = 3;
/** Milliseconds between two batches, at most about twice that. */
const LONGEST_PAUSE = 6_000;

/**
 * A client that sends orders in batches: it makes an id for each, keeps them, and sends what it does not know again, as the rest of
 * the batch, as all of it, mixed with what was settled long ago or one by one, to any gateway, until it knows of each.
 */
export class BatchClient {
  readonly #platform: MemoryPlatform;
  readonly #model: ClientModel;
  readonly #accountId: string;
  readonly #roll: Dice;
  readonly #pause: number;
  readonly #caller: Caller;
  readonly #absence: Absence;
  readonly #settled: Entry[] = [];
  #expected: ((requestIds: ReadonlySet<string>) => void) | undefined;
  #batches = 0;
  #count = 0;
  #stopped = false;

  constructor(platform: MemoryPlatform, model: ClientModel, accountId: string, roll: Dice, pause: number) {
    this.#platform = platform;
    this.#model = model;
    this.#accountId = accountId;
    this.#roll = roll;
    this.#pause = Math.min(pause, LONGEST_PAUSE);
    this.#caller = new Caller(platform, roll);
    this.#absence = new Absence(platform.clock);
  }

  /** Resolves when it was stopped and knows of every request what came of it. */
  async trade(): Promise<void> {
    while (!this.#stopped) {
      // Or soon all its funds are in orders that rest, and nothing is accepted any more.
      await (this.#roll.onceIn(6) ? this.#cancelAll() : this.#trade());
      await sleep(this.#platform.clock, 1 + this.#roll(2 * this.#pause));
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Its process ends when it has kept its next batch, before it is sent, and is there again so many milliseconds later (F3). */
  die(milliseconds: number): void {
    this.#absence.plan(milliseconds);
  }

  /** `begun` is told once, of the next batch that goes out; who was to be told before is not. */
  expect(begun: (requestIds: ReadonlySet<string>) => void): void {
    this.#expected = begun;
  }

  /** One batch, until it is known what came of each of its entries. */
  async #trade(): Promise<void> {
    const entries = this.#make();
    await this.#absence.pass(() => this.#stopped);
    this.#expected?.(new Set(entries.map(({ request }) => request.requestId)));
    this.#expected = undefined;
    const gives = this.#roll.onceIn(5);
    if (this.#roll.onceIn(8)) await Promise.all([this.#send(entries), this.#send(entries)]);
    for (let rest = entries, sent = this.#mixed(entries); ; sent = this.#again(entries, rest)) {
      await this.#send(sent);
      rest = rest.filter(({ request }) => !request.answers.some(isKnown));
      if (gives) rest = rest.filter(({ request }) => request.answers.some(({ kind }) => kind !== "NOTHING"));
      if (rest.length === 0) break;
      await sleep(this.#platform.clock, 50 + this.#roll(500));
    }
    this.#settled.push(...entries);
  }

  #make(): Entry[] {
    const accountId = this.#accountId;
    const batch = ++this.#batches;
    const count = 2 + this.#roll(this.#roll.onceIn(3) ? MANY : FEW);
    const entries = Array.from({ length: count }, (): Entry => {
      const { terms, order } = randomOrder(this.#roll);
      return {
        request: { accountId, requestId: this.#requestId(), method: "submit", batch, terms, answers: [] },
        order,
      };
    });
    this.#model.requests.push(...entries.map(({ request }) => request));
    return entries;
  }

  /** What is sent of a batch of which not everything is known yet. */
  #again(entries: readonly Entry[], rest: readonly Entry[]): readonly Entry[] {
    switch (this.#roll(4)) {
      case 0:
        return [this.#roll.pick(rest)];
      case 1:
        return entries;
      case 2:
        return this.#mixed(rest);
      default:
        return rest;
    }
  }

  /** Now and then with some of what was settled long ago, or with an entry that stands there twice (F2). */
  #mixed(entries: readonly Entry[]): readonly Entry[] {
    const mixed = [...entries];
    const put = (entry: Entry) => void mixed.splice(this.#roll(mixed.length + 1), 0, entry);
    const isWithOld = this.#roll.onceIn(3) && this.#settled.length > 0;
    if (isWithOld) for (let old = 1 + this.#roll(MOST_OLD); old > 0; old--) put(this.#roll.pick(this.#settled));
    if (this.#roll.onceIn(6)) put(this.#roll.pick(entries));
    return mixed;
  }

  /** Once, as a batch; a single one now and then as what is no batch. */
  async #send(entries: readonly Entry[]): Promise<void> {
    const { moment } = this.#model;
    const [first] = entries;
    const isAlone = entries.length === 1 && this.#roll.onceIn(2);
    const answers = first !== undefined && isAlone ? [await this.#sendOne(first)] : await this.#sendBatch(entries);
    for (const [index, answer] of answers.entries()) {
      entries[index]?.request.answers.push(answer);
      if (answer.kind === "ORDER") this.#model.show(answer.order, this.#model.knownAt(answer.order.orderId, moment));
    }
  }

  #sendOne({ request: { requestId }, order }: Entry): Promise<Answer> {
    const accountId = this.#accountId;
    return this.#caller.attempt(async (gateway) => {
      return (await gateway.client(OrderService).submitOrder({ requestId, accountId, order })).order;
    });
  }

  #sendBatch(all: readonly Entry[]): Promise<readonly Answer[]> {
    const accountId = this.#accountId;
    const entries = all.map(({ request: { requestId }, order }) => ({ requestId, order }));
    return this.#caller.attemptBatch(all.length, async (gateway) => {
      return (await gateway.client(OrderService).submitOrders({ accountId, entries })).results;
    });
  }

  async #cancelAll(): Promise<void> {
    const accountId = this.#accountId;
    const requestId = this.#requestId();
    const request: ClientRequest = { accountId, requestId, method: "cancelMany", answers: [] };
    this.#model.requests.push(request);
    while (!request.answers.some(isKnown)) {
      const answer = await this.#caller.attempt(async (gateway) => {
        await gateway.client(OrderService).cancelOrders({ requestId, accountId });
        return undefined;
      });
      request.answers.push(answer);
      await sleep(this.#platform.clock, 50 + this.#roll(500));
    }
  }

  #requestId(): string {
    return randomRequestId(this.#roll, this.#accountId, ++this.#count, this.#platform.clock.now());
  }
}
