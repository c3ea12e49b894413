import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { RefusalError } from "@atlas/platform/refusal/refusal-error";
import type { CommandReceiver, Silence } from "../intake/pending-command.ts";
import { silenceRefusal } from "../intake/silence.ts";
import type { CancelAnswer } from "./order-answer.ts";

/** One request to cancel several orders: gathers what the shard cancels until it says that this was all. */
export class CancelManyAttempt implements CommandReceiver {
  readonly #answer: CancelAnswer;
  readonly #orderIds: string[] = [];

  constructor(answer: CancelAnswer) {
    this.#answer = answer;
  }

  decided({ event, orderId }: OrderEvent): boolean {
    if (event.case === "commandAnswered" && event.value.refusal !== undefined) {
      this.#answer.refused(new RefusalError(event.value.refusal));
      return true;
    }
    if (event.case === "commandAnswered" || (event.case === "workAdvanced" && event.value.done)) {
      this.#answer.canceled(this.#orderIds);
      return true;
    }
    if (orderId !== "") this.#orderIds.push(orderId);
    return false;
  }

  silent(silence: Silence): void {
    this.#answer.refused(silenceRefusal(silence));
  }
}
