import { openTradeConnection, type TradeClient, type TradeConnection } from "@atlas/adapters/http/trade/trade-client";
import type { ExecutionReport } from "@atlas/gen/atlas/order/v1/execution_report_pb";
import { ExecutionType, NewOrderSchema } from "@atlas/gen/atlas/order/v1/order_pb";
import {
  type CancelOrderRequest,
  CancelOrderRequestSchema,
  CancelOrdersRequestSchema,
  ReplaceOrderRequestSchema,
  SubmitOrderRequestSchema,
} from "@atlas/gen/atlas/order/v1/order_service_pb";
import type { TradeRequest, TradeResponse } from "@atlas/gen/atlas/order/v1/order_session_service_pb";
import { create } from "@bufbuild/protobuf";
import { answerOfOrder, answerOfRefusal } from "./answer.ts";
import type { Answer, Asked } from "./asked.ts";
import type { Road } from "./road.ts";

export interface SessionRoadTerms {
  readonly gateways: readonly string[];
  /** Which of them it tries first. */
  readonly home: number;
  readonly key: string;
  readonly accountId: string;
  /** What cannot be sent on a session. */
  readonly calls: Road;
  /** Hears behind which sequence of the account reports will come, once the first session is open. */
  readonly began: (sequence: number) => void;
  /** Hears of fills, in the order in which the session tells them. */
  readonly filled: (report: ExecutionReport) => void;
}

/** Milliseconds without anything heard, asked or not, after which a session counts as lost: the server gives a sign of life every second. */
const SILENCE = 3_000;
const HEARTBEAT = { $typeName: "google.protobuf.Duration" as const, seconds: 1n, nanos: 0 };
/** Milliseconds before the next gateway is tried. */
const PAUSE = 100;

/** A `Trade` session; when it breaks or falls silent, another one with the next gateway, resumed where it was. */
export class SessionRoad implements Road {
  readonly #terms: SessionRoadTerms;
  readonly #waiting = new Map<bigint, (answer: Answer) => void>();
  #turn: number;
  #connection: TradeConnection | undefined;
  #stream: TradeClient | undefined;
  #isOpen = false;
  #sequence = 0n;
  #cursor = "";
  #heardAt = 0;
  #closed = false;
  #watch: NodeJS.Timeout;

  constructor(terms: SessionRoadTerms) {
    this.#terms = terms;
    this.#turn = terms.home;
    this.#watch = setInterval(() => this.#look(), 250);
    this.#connect();
  }

  async ask(asked: Asked, patience: number): Promise<Answer> {
    const request = requestOf(asked);
    if (request === undefined) return this.#terms.calls.ask(asked, patience);
    if (!this.#isOpen) return { kind: "UNSENT", reason: "no session" };
    return new Promise((resolve) => {
      const sequence = this.#send(request);
      const late = setTimeout(() => settle({ kind: "UNKNOWN", reason: "no answer" }), patience);
      const settle = (answer: Answer) => {
        clearTimeout(late);
        this.#waiting.delete(sequence);
        resolve(answer);
      };
      this.#waiting.set(sequence, settle);
    });
  }

  get heardThrough(): number {
    return sequenceOf(this.#cursor);
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#watch);
    this.#end();
    this.#terms.calls.close();
  }

  #connect(): void {
    if (this.#closed) return;
    const { gateways, key, accountId } = this.#terms;
    const connection = openTradeConnection(gateways[this.#turn % gateways.length] as string, key);
    this.#connection = connection;
    this.#sequence = 0n;
    this.#heardAt = performance.now();
    this.#stream = connection.open({
      receive: (response) => {
        if (connection === this.#connection) this.#receive(response);
      },
      ended: () => {
        if (connection === this.#connection) this.#lost();
      },
    });
    const value = {
      $typeName: "atlas.order.v1.OpenSession" as const,
      ...{ accountId, cancelOnDisconnect: false, resumeCursor: this.#cursor, heartbeat: HEARTBEAT },
    };
    this.#send({ case: "open", value });
  }

  #send(request: TradeRequest["request"]): bigint {
    this.#sequence++;
    this.#stream?.send({ $typeName: "atlas.order.v1.TradeRequest", clientSequence: this.#sequence, request });
    return this.#sequence;
  }

  #receive({ response, clientSequence, cursor }: TradeResponse): void {
    this.#heardAt = performance.now();
    const isFirst = this.#cursor === "";
    if (cursor !== "") this.#cursor = cursor;
    const settle = this.#waiting.get(clientSequence);
    switch (response.case) {
      case "opened":
        this.#isOpen = true;
        if (isFirst) this.#terms.began(sequenceOf(cursor));
        break;
      case "submitted":
      case "replaced":
      case "canceled":
        settle?.(answerOfOrder(response.value.order));
        break;
      case "canceledMany":
        settle?.({ kind: "DONE" });
        break;
      case "refused":
        if (response.value.refusal !== undefined) settle?.(answerOfRefusal(response.value.refusal));
        break;
      case "report":
        if (response.value.executionType === ExecutionType.TRADE) this.#terms.filled(response.value);
    }
  }

  /** A gateway that stands still keeps its connections open. */
  #look(): void {
    if (this.#connection !== undefined && performance.now() - this.#heardAt > SILENCE) this.#lost();
  }

  #lost(): void {
    this.#end();
    this.#turn++;
    setTimeout(() => this.#connect(), PAUSE);
  }

  #end(): void {
    const stream = this.#stream;
    const connection = this.#connection;
    this.#stream = undefined;
    this.#connection = undefined;
    this.#isOpen = false;
    stream?.cancel();
    connection?.close();
    for (const settle of [...this.#waiting.values()]) settle({ kind: "UNKNOWN", reason: "the session broke" });
  }
}

/** `oms/3:1200` is 1200; before there is any, 0. */
function sequenceOf(cursor: string): number {
  return Number(cursor.slice(cursor.lastIndexOf(":") + 1));
}

/** As a session takes it; `undefined`: it takes only what is about orders. */
function requestOf({ requestId, content }: Asked): TradeRequest["request"] | undefined {
  switch (content.kind) {
    case "submit": {
      const order = create(NewOrderSchema, content.order);
      return { case: "submit", value: create(SubmitOrderRequestSchema, { requestId, order }) };
    }
    case "cancel": {
      const value: CancelOrderRequest = create(CancelOrderRequestSchema, { requestId, orderId: content.orderId });
      return { case: "cancel", value };
    }
    case "replace": {
      const { orderId, quantity, limitPrice } = content;
      const value = create(ReplaceOrderRequestSchema, { requestId, orderId, quantity, limitPrice });
      return { case: "replace", value };
    }
    case "cancelMany":
      return { case: "cancelMany", value: create(CancelOrdersRequestSchema, { requestId }) };
    default:
      return undefined;
  }
}
