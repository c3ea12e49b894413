import type { Dice } from "@atlas/assembly/simulated/dice";
import type { GatewayProcess, MemoryPlatform } from "@atlas/assembly/simulated/memory-platform";
import { ReasonSchema } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { ExecutionReport } from "@atlas/gen/atlas/order/v1/execution_report_pb";
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
import type { Answer, Asked, ClientModel, ClientRequest } from "../model/client-model.ts";
import { isEnd } from "../model/order-model.ts";
import { Absence } from "./absence.ts";
import { randomOrder, randomReplacement } from "./random-order.ts";
import { Reading } from "./reading.ts";
import { Stay } from "./stay.ts";

type TradeRequest = MessageInitShape<typeof TradeRequestSchema>;

/** A request that has no answer yet: it is sent again on every session until it has one. */
interface Unanswered {
  readonly request: ClientRequest;
  readonly body: TradeRequest["request"];
  /** The version of its order that the client knew when it was sent last. */
  known: bigint;
  isSent: boolean;
}

/** What a client was told on its sessions, beside answers. */
export type SessionTold =
  /** The session reports what comes after the cursor: of all the account's orders if it resumes, else of its own. */
  | { readonly kind: "opened"; readonly cursor: number; readonly sessionId: string; readonly resumes: boolean }
  | { readonly kind: "report"; readonly cursor: number; readonly report: ExecutionReport }
  /** Every report up to the cursor has come, it says. */
  | { readonly kind: "cursor"; readonly cursor: number };

/** Requests without an answer, at most. */
const WINDOW = 8;
/** Without a sign of life for so many milliseconds it goes elsewhere. */
const SILENCE = 4_000;
const SESSION = 20_000;
const PACE = 50;
const UNANSWERED: Answer = { kind: "UNKNOWN", reason: "the session ended" };

/**
 * A client of the fast road: it keeps a request before it sends it (F3), many at a time on one stream, and when the stream breaks,
 * falls silent or is killed, opens another at any gateway, mostly by its last cursor, and sends again what has no answer, under the
 * same ids.
 */
export class SessionClient {
  readonly accountId: string;
  readonly told: SessionTold[] = [];
  readonly #platform: MemoryPlatform;
  readonly #model: ClientModel;
  readonly #roll: Dice;
  /** Milliseconds between two requests, about. */
  readonly #pause: number;
  readonly #absence: Absence;
  readonly #unanswered = new Map<string, Unanswered>();
  readonly #reading: Reading;
  /** Orders that are open, as far as it was told. */
  readonly #open = new Set<string>();
  /** As it was told last; empty: it knows of none. */
  #cursor = "";
  #count = 0;
  #stopped = false;
  #isDead = false;

  constructor(platform: MemoryPlatform, model: ClientModel, accountId: string, roll: Dice, pause: number) {
    this.#platform = platform;
    this.#model = model;
    this.accountId = accountId;
    this.#roll = roll;
    this.#pause = pause;
    this.#absence = new Absence(platform.clock);
    this.#reading = new Reading(platform.clock);
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

  readSlowly(milliseconds: number, pause: number): void {
    this.#reading.slow(milliseconds, pause);
  }

  wake(): void {
    this.#reading.wake();
  }

  async #comeBack(): Promise<void> {
    await this.#absence.pass(() => this.#stopped);
    this.#isDead = false;
  }

  async #session(gateway: GatewayProcess): Promise<void> {
    const { clock } = this.#platform;
    const end = new AbortController();
    const stay = new Stay(clock, this.#reading, () => end.abort(), 1_000 + this.#roll(SESSION), SILENCE);
    if (this.#roll.onceIn(6)) this.#cursor = "";
    const sent = new Map<bigint, Unanswered>();
    try {
      const requests = this.#requests(sent, end);
      const stream = gateway.client(OrderSessionService).trade(requests, { signal: end.signal });
      for await (const response of stream) {
        stay.heard();
        this.#hear(response);
        this.#take(response, sent.get(response.clientSequence));
        if (this.#reading.isSlow) await stay.pause();
      }
    } finally {
      stay.end();
      end.abort();
    }
  }

  /** What goes out on one session: the opening, what has no answer, then whatever comes to mind. */
  async *#requests(sent: Map<bigint, Unanswered>, end: AbortController): AsyncGenerator<TradeRequest> {
    let clientSequence = 1n;
    const open = { accountId: this.accountId, heartbeat: { seconds: 1n }, resumeCursor: this.#cursor };
    yield { clientSequence, request: { case: "open", value: open } };
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
        // A replace that went out may be refused as stale when its shard has forgotten the id: the first sending stays open.
        if (next.isSent && next.body?.case === "replace") next.request.answers.push(UNANSWERED);
        next.isSent = true;
        sent.set(++clientSequence, next);
        yield { clientSequence, request: next.body } as TradeRequest;
      } else if (this.#stopped && this.#unanswered.size === 0) return;
      if (waiting.length === 0) await sleep(this.#platform.clock, PACE + this.#roll(2 * this.#pause));
    }
  }

  /** Makes a request and keeps it, before it is sent. */
  #make(): Unanswered {
    const { accountId } = this;
    const requestId = `${accountId} session ${++this.#count}`;
    const { asked, body } = this.#asked(requestId);
    const method = body?.case ?? "";
    const request: ClientRequest = { accountId, requestId, method, ...asked, answers: [] };
    const one: Unanswered = { request, body, known: 0n, isSent: false };
    this.#model.requests.push(request);
    this.#unanswered.set(requestId, one);
    return one;
  }

  /** Half of what it asks for concerns an order that it has, as long as it knows of an open one. */
  #asked(requestId: string): { asked: Asked; body: TradeRequest["request"] } {
    const { accountId } = this;
    const roll = this.#roll;
    const orderId = [...this.#open][roll(this.#open.size)];
    const kind = orderId === undefined ? 0 : roll(6);
    if (orderId === undefined || kind < 3) {
      const { terms, order } = randomOrder(roll);
      return { asked: { terms }, body: { case: "submit", value: { requestId, accountId, order } } };
    }
    if (kind < 5) return { asked: {}, body: { case: "cancel", value: { requestId, accountId, orderId } } };
    const expectedVersion = roll.onceIn(2) ? this.#model.known(orderId) : 0n;
    const replacement = { orderId, ...randomReplacement(roll) };
    const value = { requestId, accountId, ...replacement, expectedVersion };
    return { asked: { replacement }, body: { case: "replace", value } };
  }

  #hear({ cursor: position, response }: TradeResponse): void {
    const resumes = this.#cursor !== "";
    const last = this.#cursor;
    this.#cursor = position;
    const cursor = Number(position.split(":")[1]);
    if (response.case === "opened") {
      this.told.push({ kind: "opened", cursor, sessionId: response.value.sessionId, resumes });
    } else if (response.case === "report") {
      this.told.push({ kind: "report", cursor, report: response.value });
      this.#notice(response.value);
    } else if (position !== last) this.told.push({ kind: "cursor", cursor });
  }

  #notice({ orderId, status }: Pick<Order, "orderId" | "status">): void {
    if (isEnd(status)) this.#open.delete(orderId);
    else this.#open.add(orderId);
  }

  #take({ response }: TradeResponse, asked: Unanswered | undefined): void {
    if (asked === undefined || response.case === "report" || response.case === undefined) return;
    const answer = answerOf(response);
    asked.request.answers.push(answer);
    if (answer.kind === "UNKNOWN" || answer.kind === "NOTHING") return;
    if (answer.kind === "ORDER") {
      this.#model.show(answer.order, asked.known);
      this.#notice(answer.order);
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
  return body?.case === "cancel" || body?.case === "replace" ? (body.value.orderId ?? "") : "";
}

function answerOf(response: TradeResponse["response"]): Answer {
  if (response.case === "refused") return refusedOf(response.value);
  const isOrdered = response.case === "submitted" || response.case === "replaced" || response.case === "canceled";
  const order: Order | undefined = isOrdered ? response.value.order : undefined;
  return order === undefined ? { kind: "DONE" } : { kind: "ORDER", order };
}

function refusedOf({ code, refusal }: SessionRefusal): Answer {
  const reason = refusal === undefined ? code : (ReasonSchema.value[refusal.reason]?.localName ?? "");
  if (code === "internal" || code === "unknown") throw new Defect(reason);
  if (code === "deadline_exceeded" || code === "canceled") return { kind: "UNKNOWN", reason };
  const isNothing = code === "unavailable" || code === "resource_exhausted" || code === "aborted";
  // A stale version is about this request alone: sent again it would be as stale.
  if (isNothing && reason !== "STALE_VERSION") return { kind: "NOTHING", reason };
  return { kind: "REFUSED", reason, orderId: refusal?.orderId ?? "", field: refusal?.field ?? "" };
}
