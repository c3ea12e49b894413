import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import {
  type OpenSession,
  type TradeRequest,
  TradeRequestSchema,
  type TradeResponse,
} from "@atlas/gen/atlas/order/v1/order_session_service_pb";
import type { Caller } from "@atlas/platform/access/caller";
import { refuseInvalid } from "@atlas/platform/access/validate";
import { cursorOf, sequenceOf } from "@atlas/platform/query/cursor";
import { RefusalError, refusal } from "@atlas/platform/refusal/refusal-error";
import type { SessionSink, TradeSession } from "@atlas/platform/session/trade-session";
import { notReady } from "@atlas/platform/shard/not-ready";
import { shardName } from "@atlas/platform/shard/shard-name";
import { base64url } from "@atlas/platform/text/base64url";
import { timestampOf } from "@atlas/platform/wire/time";
import { invalidField } from "../refusal/invalid-field.ts";
import type { AnswerDoor } from "./answers.ts";
import { type CatchingUp, CatchUp } from "./catch-up.ts";
import { heartbeatOf, refuseOpening } from "./open-session.ts";
import { OwnOrders } from "./own-orders.ts";
import type { SessionContext } from "./session-context.ts";
import { gap, missed, tooSlow } from "./session-refusals.ts";
import { SessionRequests } from "./session-requests.ts";

/** Requests that may be unanswered; beyond them nothing is read. */
const WINDOW = 256;
/** Reading goes on when so few are left: not at every answer. */
const RESUME_READING = WINDOW - 32;

/** One `Trade` stream, from its first request to its end. */
export class Session implements TradeSession, AnswerDoor {
  readonly #context: SessionContext;
  readonly #caller: Caller;
  readonly #sink: SessionSink;
  readonly #stops: (() => void)[] = [];
  readonly #stopped = new AbortController();
  #requests: SessionRequests | undefined;
  #orders = new OwnOrders("", false);
  #shard = "";
  #lastRequest = 0n;
  #unanswered = 0;
  #holding = false;
  #finished = false;
  /** Ends the session once what was taken is answered; nothing is taken any more. */
  #failure: RefusalError | undefined;
  #over = false;
  /** Everything up to here was reported. */
  #cursor = 0;
  /** Brings what came before the live events, which wait for it; `undefined`: reports are live. */
  #older: CatchUp | undefined;
  #sentSinceHeartbeat = false;

  constructor(context: SessionContext, caller: Caller, sink: SessionSink) {
    this.#context = context;
    this.#caller = caller;
    this.#sink = sink;
    this.#stops.push(context.credentials.watch(caller, (error) => this.#end(error)));
  }

  receive(request: TradeRequest): void {
    if (this.#over || this.#failure !== undefined) return;
    const expected = this.#lastRequest + 1n;
    if (request.clientSequence !== expected) {
      this.#failure = gap(expected, request.clientSequence);
      if (this.#unanswered === 0) this.#end(this.#failure);
      return;
    }
    this.#lastRequest = expected;
    if (this.#requests === undefined) this.#open(request);
    else this.#take(request, this.#requests);
  }

  refuse(error: RefusalError): void {
    this.#end(error);
  }

  finish(): void {
    this.#finished = true;
    if (this.#unanswered === 0) this.#end(undefined);
  }

  abort(): void {
    this.#stop();
  }

  /** The gateway goes away. */
  stopping(): void {
    this.#end(refusal(Reason.NOT_READY, "the platform is stopping: open another session with the last cursor"));
  }

  answer(clientSequence: bigint, response: TradeResponse["response"]): void {
    if (this.#over) return;
    this.#send(clientSequence, response);
    this.#unanswered -= 1;
    if (this.#holding && this.#unanswered <= RESUME_READING) {
      this.#holding = false;
      this.#sink.release();
    }
    if (this.#unanswered === 0 && (this.#finished || this.#failure !== undefined)) this.#end(this.#failure);
  }

  #take(request: TradeRequest, requests: SessionRequests): void {
    this.#unanswered += 1;
    if (this.#unanswered >= WINDOW && !this.#holding) {
      this.#holding = true;
      this.#sink.hold();
    }
    requests.take(request);
  }

  #open(request: TradeRequest): void {
    const open = request.request.case === "open" ? request.request.value : undefined;
    if (open === undefined) {
      this.#end(refuseInvalid(TradeRequestSchema, request) ?? invalidField("open", "must be the first request"));
      return;
    }
    try {
      const refused = refuseOpening(open, this.#caller);
      if (refused !== undefined) this.#end(refused);
      else this.#begin(request.clientSequence, open);
    } catch (error) {
      this.#end(error instanceof RefusalError ? error : refusal(Reason.DEFECT, "internal error"));
    }
  }

  #begin(clientSequence: bigint, open: OpenSession): void {
    const { events, chance, journal } = this.#context;
    const { accountId, resumeCursor } = open;
    const shard = events.shardOf(accountId);
    this.#shard = shardName("oms", shard);
    const position = events.position(shard);
    if (position < 0) return this.#end(notReady(`${this.#shard} is not followed here yet: open the session again`));
    const resumeAfter = sequenceOf(resumeCursor, this.#shard, "open.resume_cursor");
    const sessionId = `s${base64url(chance.bytes(12))}`;
    const { principal } = this.#caller;
    this.#requests = new SessionRequests(this.#context, this, { principal, sessionId, accountId });
    this.#orders = new OwnOrders(sessionId, resumeCursor !== "");
    this.#cursor = resumeCursor === "" ? position : resumeAfter;
    this.#stops.push(
      events.watch(accountId, { event: (event) => this.#hear(event), missed: () => this.#end(missed()) }),
    );
    const heartbeat = heartbeatOf(open);
    this.#send(clientSequence, opened(sessionId, heartbeat, cursorOf(this.#shard, this.#cursor)));
    this.#beat(heartbeat);
    journal.debug("session opened", { sessionId, accountId, cursor: this.#cursor });
    if (this.#cursor < position) this.#catchUp(accountId, position);
  }

  /** Everything between the cursor and `position` first; what comes meanwhile waits behind it. */
  #catchUp(accountId: string, position: number): void {
    const session: CatchingUp = {
      ...{ accountId, ended: this.#stopped.signal },
      position: () => this.#context.events.position(this.#context.events.shardOf(accountId)),
      unread: () => this.#sink.bufferedBytes,
      tell: (event) => this.#tell(event),
      reached: (sequence) => {
        this.#cursor = sequence;
      },
      caughtUp: (events) => {
        this.#older = undefined;
        for (const event of events) this.#tell(event);
      },
      end: (error) => this.#end(error),
    };
    this.#older = new CatchUp(this.#context, session, this.#cursor);
    this.#older.fetch(position);
  }

  #hear(event: OrderEvent): void {
    if (this.#older === undefined) this.#tell(event);
    else this.#older.hear(event);
  }

  #tell(event: OrderEvent): void {
    const sequence = Number(event.sequence);
    if (this.#over || sequence <= this.#cursor) return;
    this.#cursor = sequence;
    const report = this.#orders.reportOf(event);
    if (report !== undefined) this.#send(0n, { case: "report", value: report });
  }

  #send(clientSequence: bigint, response: TradeResponse["response"]): void {
    const cursor = this.#shard === "" ? "" : cursorOf(this.#shard, this.#cursor);
    this.#sink.send({ $typeName: "atlas.order.v1.TradeResponse", clientSequence, cursor, response });
    this.#sentSinceHeartbeat = true;
    if (this.#sink.bufferedBytes > this.#context.room.sessionBytes) this.#end(tooSlow());
  }

  #beat(interval: number): void {
    const cancel = this.#context.clock.after(interval, () => {
      this.#stops.splice(this.#stops.indexOf(cancel), 1);
      if (!this.#sentSinceHeartbeat) this.#send(0n, heartbeatNow(Math.floor(this.#context.clock.now())));
      this.#sentSinceHeartbeat = false;
      if (!this.#over) this.#beat(interval);
    });
    this.#stops.push(cancel);
  }

  #end(error: RefusalError | undefined): void {
    if (this.#over) return;
    this.#stop();
    if (error !== undefined) {
      const { reason } = error.refusal;
      this.#context.journal.debug("session ended", { shard: this.#shard, reason, problem: error.message });
    }
    this.#sink.end(error);
  }

  #stop(): void {
    if (this.#over) return;
    this.#over = true;
    this.#older = undefined;
    this.#stopped.abort();
    for (const stop of this.#stops) stop();
    this.#context.over();
  }
}

function opened(sessionId: string, heartbeat: number, cursor: string): TradeResponse["response"] {
  const rest = heartbeat % 1000;
  return {
    case: "opened",
    value: {
      $typeName: "atlas.order.v1.SessionOpened",
      sessionId,
      window: WINDOW,
      heartbeat: {
        $typeName: "google.protobuf.Duration",
        seconds: BigInt((heartbeat - rest) / 1000),
        nanos: rest * 1_000_000,
      },
      cursor,
    },
  };
}

function heartbeatNow(now: number): TradeResponse["response"] {
  return { case: "heartbeat", value: { $typeName: "atlas.order.v1.Heartbeat", time: timestampOf(now) } };
}
