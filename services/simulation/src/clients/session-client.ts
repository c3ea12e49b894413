import type { Dice } from "@atlas/assembly/simulated/dice";
import type { GatewayProcess, MemoryPlatform } from "@atlas/assembly/simulated/memory-platform";
import { ReasonSchema } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { Order } from "@atlas/gen/atlas/order/v1/order_pb";
import {
  OrderSessionService,
  type SessionRefusal,
  type TradeRequestSchema,
  type TradeResponse,
} from "@atlas/gen/atlas/order/v1/order_session_service_pb";
import { sleep } from "@atlas/platform/ports/clock";
import type { MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Answer, ClientModel, ClientRequest } from "../model/client-model.ts";
import { Absence } from "./absence.ts";
import { randomOrder } from "./random-order.ts";

type TradeRequest = MessageInitShape<typeof TradeRequestSchema>;

/** A request that has no answer yet: it is sent again on every session until it has one. */
interface Unanswered {
  readonly request: ClientRequest;
  readonly body: TradeRequest["request"];
  /** The version of its order that the client knew when it was sent last. */
  known: bigint;
}

/** Requests without an answer, at most. */
const WINDOW = 8;
/** Without a sign of life for so many milliseconds it goes elsewhere. */
const SILENCE = 4_000;
const SESSION = 20_000;
const PACE = 50;

/**
 * A client of the fast road: it keeps a request before it sends it (F3), many at a time on one stream, and when the stream breaks,
 * falls silent or is killed, opens another at any gateway and sends again what has no answer, under the same ids.
 */
export class SessionClient {
  readonly #platform: MemoryPlatform;
  readonly #model: ClientModel;
  readonly #accountId: string;
  readonly #roll: Dice;
  /** Milliseconds between two requests, about. */
  readonly #pause: number;
  readonly #absence: Absence;
  readonly #unanswered = new Map<string, Unanswered>();
  readonly #orders: string[] = [];
  #count = 0;
  #stopped = false;
  #isDead = false;

  constructor(platform: MemoryPlatform, model: ClientModel, accountId: string, roll: Dice, pause: number) {
    this.#platform = platform;
    this.#model = model;
    this.#accountId = accountId;
    this.#roll = roll;
    this.#pause = pause;
    this.#absence = new Absence(platform.clock);
  }

  /** Resolves when it was stopped and knows of every request what came of it. */
  async trade(): Promise<void> {
    while (!this.#stopped || this.#unanswered.size > 0) {
      const { clock } = this.#platform;
      if (this.#isDead) await this.#comeBack();
      const living = this.#platform.livingGateways();
      // Whatever breaks a stream, the next one tells what came of its requests; only a defect is passed on.
      if (living.length > 0) await this.#session(this.#roll.pick(living)).catch(passOnDefect);
      await sleep(clock, PACE + this.#roll(500));
    }
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Its process ends when it has kept its next request, before it is sent, and is there again so many milliseconds later (F3). */
  die(milliseconds: number): void {
    this.#absence.plan(milliseconds);
  }

  async #comeBack(): Promise<void> {
    await this.#absence.pass(() => this.#stopped);
    this.#isDead = false;
  }

  async #session(gateway: GatewayProcess): Promise<void> {
    const { clock } = this.#platform;
    const end = new AbortController();
    const inTime = clock.after(1_000 + this.#roll(SESSION), () => end.abort());
    let silence = clock.after(SILENCE, () => end.abort());
    const sent = new Map<bigint, Unanswered>();
    try {
      const requests = this.#requests(sent, end);
      const stream = gateway.client(OrderSessionService).trade(requests, { signal: end.signal });
      for await (const response of stream) {
        silence();
        silence = clock.after(SILENCE, () => end.abort());
        this.#take(response, sent.get(response.clientSequence));
      }
    } finally {
      inTime();
      silence();
      end.abort();
    }
  }

  /** What goes out on one session: the opening, what has no answer, then whatever comes to mind. */
  async *#requests(sent: Map<bigint, Unanswered>, end: AbortController): AsyncGenerator<TradeRequest> {
    let clientSequence = 1n;
    yield {
      clientSequence,
      request: { case: "open", value: { accountId: this.#accountId, heartbeat: { seconds: 1n } } },
    };
    const waiting = [...this.#unanswered.values()];
    while (!end.signal.aborted) {
      const isRoom = !this.#stopped && this.#unanswered.size < WINDOW;
      const next = waiting.shift() ?? (isRoom ? this.#make() : undefined);
      if (next !== undefined && this.#absence.isDue) {
        this.#isDead = true;
        end.abort();
        return;
      }
      if (next !== undefined && this.#unanswered.has(next.request.requestId)) {
        next.known = this.#model.known(orderIdOf(next.body));
        sent.set(++clientSequence, next);
        yield { clientSequence, request: next.body } as TradeRequest;
      } else if (this.#stopped && this.#unanswered.size === 0) return;
      if (waiting.length === 0) await sleep(this.#platform.clock, PACE + this.#roll(2 * this.#pause));
    }
  }

  /** Makes a request and keeps it, before it is sent. */
  #make(): Unanswered {
    const requestId = `${this.#accountId} session ${++this.#count}`;
    const accountId = this.#accountId;
    const orderId = this.#orders[this.#roll(this.#orders.length)];
    const isCancel = orderId !== undefined && this.#roll.onceIn(3);
    const { terms, order } = randomOrder(this.#roll);
    const body: TradeRequest["request"] = isCancel
      ? { case: "cancel", value: { requestId, accountId, orderId } }
      : { case: "submit", value: { requestId, accountId, order } };
    const method = isCancel ? "cancel" : "submit";
    const request: ClientRequest = { accountId, requestId, method, terms: isCancel ? undefined : terms, answers: [] };
    const one: Unanswered = { request, body, known: 0n };
    this.#model.requests.push(request);
    this.#unanswered.set(requestId, one);
    return one;
  }

  #take({ response }: TradeResponse, asked: Unanswered | undefined): void {
    if (asked === undefined || response.case === "report" || response.case === undefined) return;
    const answer = answerOf(response);
    asked.request.answers.push(answer);
    if (answer.kind === "UNKNOWN" || answer.kind === "NOTHING") return;
    if (answer.kind === "ORDER") {
      this.#model.show(answer.order, asked.known);
      if (asked.request.method === "submit") this.#orders.push(answer.order.orderId);
    }
    this.#unanswered.delete(asked.request.requestId);
  }
}

/** The platform answered what it never may. */
class Defect extends Error {
  override name = "Defect";
}

function passOnDefect(error: unknown): void {
  if (error instanceof Defect) throw error;
  const isInternal = error instanceof ConnectError && (error.code === Code.Internal || error.code === Code.Unknown);
  if (isInternal) throw new Defect(error.message);
}

function orderIdOf(body: TradeRequest["request"]): string {
  return body?.case === "cancel" ? (body.value.orderId ?? "") : "";
}

function answerOf(response: TradeResponse["response"]): Answer {
  if (response.case === "refused") return refusedOf(response.value);
  const order: Order | undefined =
    response.case === "submitted" || response.case === "canceled" ? response.value.order : undefined;
  return order === undefined ? { kind: "DONE" } : { kind: "ORDER", order };
}

function refusedOf({ code, refusal }: SessionRefusal): Answer {
  const reason = refusal === undefined ? code : (ReasonSchema.value[refusal.reason]?.localName ?? "");
  if (code === "internal" || code === "unknown") throw new Defect(reason);
  if (code === "deadline_exceeded" || code === "canceled") return { kind: "UNKNOWN", reason };
  if (code === "unavailable" || code === "resource_exhausted" || code === "aborted") return { kind: "NOTHING", reason };
  return { kind: "REFUSED", reason, orderId: refusal?.orderId ?? "", field: refusal?.field ?? "" };
}
