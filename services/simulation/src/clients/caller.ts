import type { Dice } from "@atlas/assembly/simulated/dice";
import type { GatewayProcess, MemoryPlatform } from "@atlas/assembly/simulated/memory-platform";
import { ReasonSchema, type Refusal } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { Order } from "@atlas/gen/atlas/order/v1/order_pb";
import type { SubmitOrdersResult } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { RefusalError, refusalOf } from "@atlas/platform/refusal/refusal-error";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Answer } from "../model/client-model.ts";

/** What a client sends, over and over, until it knows what came of it. */
export type Send = (gateway: GatewayProcess) => Promise<Order | undefined>;

/** The same of a batch. */
type SendBatch = (gateway: GatewayProcess) => Promise<readonly SubmitOrdersResult[]>;

/** What a transport says of its own. */
const NOTHING_DONE = [Code.Unavailable, Code.ResourceExhausted, Code.Aborted];
/** Milliseconds by which clients wait longer, at most; who sends a batch now and then until a gateway has to tell of each entry. */
const PATIENCE = 2_000;
const MOST_PATIENCE = 25_000;

/** Calls any gateway that lives, and waits as long as clients wait. */
export class Caller {
  readonly #platform: MemoryPlatform;
  readonly #roll: Dice;

  constructor(platform: MemoryPlatform, roll: Dice) {
    this.#platform = platform;
    this.#roll = roll;
  }

  /** Sends once; rejects at what the platform never may answer. */
  attempt(send: Send): Promise<Answer> {
    return this.#once(send, answerOfOrder, (answer) => answer, PATIENCE);
  }

  /** The same of a batch of `count` entries: what came of each, in their order. */
  attemptBatch(count: number, send: SendBatch): Promise<readonly Answer[]> {
    const patience = this.#roll.onceIn(4) ? MOST_PATIENCE : PATIENCE;
    const ofAll = (answer: Answer) => Array<Answer>(count).fill(answer);
    return this.#once(send, (results) => answersOf(results, count), ofAll, patience);
  }

  /** `told`: what an answer says; `ofAll`: the same where none came. */
  async #once<Answered, Told>(
    send: (gateway: GatewayProcess) => Promise<Answered>,
    told: (answered: Answered) => Told,
    ofAll: (answer: Answer) => Told,
    patience: number,
  ): Promise<Told> {
    const { clock } = this.#platform;
    const living = this.#platform.livingGateways();
    if (living.length === 0) return ofAll({ kind: "NOTHING", reason: "nobody listens" });
    const late = new Promise<Told>((resolve) => {
      clock.after(1_500 + this.#roll(patience), () => resolve(ofAll({ kind: "UNKNOWN", reason: "no answer" })));
    });
    const answered = send(this.#roll.pick(living)).then(told, (error: unknown) => ofAll(answerOf(error)));
    return Promise.race([late, answered]);
  }
}

function answerOfOrder(order: Order | undefined): Answer {
  return order === undefined ? { kind: "DONE" } : { kind: "ORDER", order };
}

/** One for each entry, in the same order, says the contract. */
function answersOf(results: readonly SubmitOrdersResult[], count: number): readonly Answer[] {
  if (results.length !== count) throw new Error(`a defect: ${results.length} results for ${count} entries`);
  return results.map(({ result }) => {
    if (result.case === "order") return { kind: "ORDER", order: result.value };
    if (result.case === undefined) throw new Error("a defect: an entry without a result");
    return answerOfCode(new RefusalError(result.value).code, result.value, result.value.message);
  });
}

function answerOf(error: unknown): Answer {
  if (!(error instanceof ConnectError)) return { kind: "UNKNOWN", reason: String(error) };
  return answerOfCode(error.code, refusalOf(error), error.message);
}

function answerOfCode(code: Code, refusal: Refusal | undefined, message: string): Answer {
  const reason = refusal === undefined ? (Code[code] ?? "") : (ReasonSchema.value[refusal.reason]?.localName ?? "");
  if (code === Code.Internal || code === Code.Unknown) throw new Error(`a defect: ${message}`);
  // A connection that broke says nothing of what was sent on it.
  const isBroken = code === Code.Aborted && refusal === undefined;
  if (isBroken || code === Code.DeadlineExceeded || code === Code.Canceled) return { kind: "UNKNOWN", reason };
  // a stale version is about this attempt alone; what the client asks next is another question
  if (NOTHING_DONE.includes(code) && reason !== "STALE_VERSION") return { kind: "NOTHING", reason };
  return { kind: "REFUSED", reason, orderId: refusal?.orderId ?? "", field: refusal?.field ?? "" };
}
