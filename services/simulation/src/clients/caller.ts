import type { Dice } from "@atlas/assembly/simulated/dice";
import type { GatewayProcess, MemoryPlatform } from "@atlas/assembly/simulated/memory-platform";
import { ReasonSchema } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { Order } from "@atlas/gen/atlas/order/v1/order_pb";
import { refusalOf } from "@atlas/platform/refusal/refusal-error";
import { Code, ConnectError } from "@connectrpc/connect";
import type { Answer } from "../model/client-model.ts";

/** What a client sends, over and over, until it knows what came of it. */
export type Send = (gateway: GatewayProcess) => Promise<Order | undefined>;

/** What a transport says of its own. */
const NOTHING_DONE = [Code.Unavailable, Code.ResourceExhausted, Code.Aborted];

/** Calls any gateway that lives, and waits as long as clients wait. */
export class Caller {
  readonly #platform: MemoryPlatform;
  readonly #roll: Dice;

  constructor(platform: MemoryPlatform, roll: Dice) {
    this.#platform = platform;
    this.#roll = roll;
  }

  /** Sends once; rejects at what the platform never may answer. */
  async attempt(send: Send): Promise<Answer> {
    const { clock } = this.#platform;
    const living = this.#platform.livingGateways();
    if (living.length === 0) return { kind: "NOTHING", reason: "nobody listens" };
    const late = new Promise<Answer>((resolve) => {
      clock.after(1_500 + this.#roll(2_000), () => resolve({ kind: "UNKNOWN", reason: "no answer" }));
    });
    const answered = send(this.#roll.pick(living)).then(
      (order): Answer => (order === undefined ? { kind: "DONE" } : { kind: "ORDER", order }),
      answerOf,
    );
    return Promise.race([late, answered]);
  }
}

function answerOf(error: unknown): Answer {
  if (!(error instanceof ConnectError)) return { kind: "UNKNOWN", reason: String(error) };
  const refusal = refusalOf(error);
  const reason = refusal === undefined ? Code[error.code] : (ReasonSchema.value[refusal.reason]?.localName ?? "");
  if (error.code === Code.Internal || error.code === Code.Unknown) throw new Error(`a defect: ${error.message}`);
  // A connection that broke says nothing of what was sent on it.
  const isBroken = error.code === Code.Aborted && refusal === undefined;
  if (isBroken || error.code === Code.DeadlineExceeded || error.code === Code.Canceled) {
    return { kind: "UNKNOWN", reason };
  }
  // a stale version is about this attempt alone; what the client asks next is another question
  if (NOTHING_DONE.includes(error.code) && reason !== "STALE_VERSION") return { kind: "NOTHING", reason };
  return { kind: "REFUSED", reason, orderId: refusal?.orderId ?? "", field: refusal?.field ?? "" };
}
