import { Reason, type Refusal } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { Evidence } from "@atlas/gen/atlas/log/v1/order_command_pb";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import type { CancelOrders } from "@atlas/gen/atlas/order/v1/order_command_pb";
import { cursorOf } from "@atlas/platform/query/cursor";
import { RefusalError, refusal } from "@atlas/platform/refusal/refusal-error";
import { afterDecision } from "../intake/after-decision.ts";
import type { CommandDraft } from "../intake/command-intake.ts";
import { beforeLookUp, MOST_LOOK_UPS, unread } from "../intake/look-ups.ts";
import { naming } from "../intake/naming.ts";
import type { CommandReceiver, Silence } from "../intake/pending-command.ts";
import { needsNoEvidence } from "../intake/request-time.ts";
import { outcomeUnknown, silenceRefusal } from "../intake/silence.ts";
import type { CancelAnswer } from "./order-answer.ts";
import type { OrderDeskPorts } from "./order-desk.ts";

/** One request to cancel several orders: gathers what the shard cancels until it says that this was all. */
export class CancelManyAttempt implements CommandReceiver {
  readonly #ports: OrderDeskPorts;
  readonly #draft: CommandDraft;
  readonly #cancel: CancelOrders;
  readonly #answer: CancelAnswer;
  readonly #orderIds: string[] = [];
  #lookUps = 0;

  constructor(ports: OrderDeskPorts, draft: CommandDraft, cancel: CancelOrders, answer: CancelAnswer) {
    this.#ports = ports;
    this.#draft = draft;
    this.#cancel = cancel;
    this.#answer = answer;
  }

  begin(): void {
    if (needsNoEvidence(this.#draft.requestId, this.#ports.clock.now())) this.#send(undefined);
    else this.#lookUp();
  }

  decided({ event, orderId, shard, sequence }: OrderEvent): boolean {
    if (event.case === "commandAnswered") {
      this.#answered(event.value.refusal, cursorOf(shard, sequence));
      return true;
    }
    if (event.case === "workAdvanced" && event.value.done) {
      this.#answer.canceled(this.#orderIds);
      return true;
    }
    if (orderId !== "") this.#orderIds.push(orderId);
    return false;
  }

  silent(silence: Silence): void {
    this.#answer.refused(silenceRefusal(silence));
  }

  #send(evidence: Evidence | undefined): void {
    const refused = this.#ports.intake.send({ ...this.#draft, evidence }, this);
    if (refused !== undefined) this.#answer.refused(refused);
  }

  /** The shard may have forgotten the id: made again, the request would cancel what was placed since (S18). */
  #lookUp(): void {
    const { accountId, orderId, commandClass } = this.#draft;
    const { clock, queries, lookUps } = this.#ports;
    const read = () => queries.evidence(accountId, orderId);
    const evidence = beforeLookUp(clock, this.#lookUps++).then(() => lookUps.read(accountId, commandClass, read));
    evidence.then(
      (known) => this.#send(known),
      (error) => this.#answer.refused(unread(error, "the query store")),
    );
  }

  #answered(refused: Refusal | undefined, notBefore: string): void {
    if (refused?.reason === Reason.LOOK_UP_FIRST && this.#lookUps < MOST_LOOK_UPS) this.#lookUp();
    else if (refused !== undefined && refused.reason !== Reason.REQUEST_ID_REUSED) {
      this.#answer.refused(new RefusalError(refused));
    } else {
      afterDecision(() => this.#read(refused, notBefore)).then(
        (orderIds) => this.#answer.canceled(orderIds),
        (error) => this.#answer.refused(error instanceof RefusalError ? error : outcomeUnknown()),
      );
    }
  }

  /** A repeat is answered as the first was; a conflict says in what the two requests differ. */
  async #read(conflict: Refusal | undefined, notBefore: string): Promise<string[]> {
    const { accountId, requestId, orderId: key, deadline } = this.#draft;
    const { queries } = this.#ports;
    const settled = await queries.settled({ accountId, requestId, key, notBefore }, deadline);
    if (conflict !== undefined) throw new RefusalError(naming(differing(settled, this.#cancel), conflict));
    if (settled === undefined) throw refusal(Reason.NOT_READY, "what the request canceled cannot be read yet");
    return queries.canceledBy(settled, deadline);
  }
}

/** The field in which a request differs from the one that was settled. */
function differing(settled: OrderEvent | undefined, cancel: CancelOrders): string {
  if (settled?.event.case !== "workAdvanced") return "request_id";
  return settled.instrumentId === cancel.instrumentId ? "side" : "instrument_id";
}
