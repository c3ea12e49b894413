import { Reason, type Refusal } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { Evidence } from "@atlas/gen/atlas/log/v1/order_command_pb";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { type NewOrder, type Order, OrderStatus, RefusedBy } from "@atlas/gen/atlas/order/v1/order_pb";
import { cursorOf } from "@atlas/platform/query/cursor";
import { RefusalError, refusal } from "@atlas/platform/refusal/refusal-error";
import type { CommandDraft } from "../intake/command-intake.ts";
import { differingField } from "../intake/difference.ts";
import { beforeLookUp, MOST_LOOK_UPS, unread } from "../intake/look-ups.ts";
import type { CommandReceiver, Silence } from "../intake/pending-command.ts";
import { needsNoEvidence } from "../intake/request-time.ts";
import { outcomeUnknown, silenceRefusal } from "../intake/silence.ts";
import type { OrderAnswer } from "./order-answer.ts";
import type { OrderDeskPorts } from "./order-desk.ts";
import { readOrder } from "./read-order.ts";

/** One submit, from the first look-up to its answer. */
export class SubmitAttempt implements CommandReceiver {
  readonly #ports: OrderDeskPorts;
  readonly #draft: CommandDraft;
  readonly #terms: NewOrder;
  readonly #answer: OrderAnswer;
  #lookUps = 0;
  #wasAsked = false;

  constructor(ports: OrderDeskPorts, draft: CommandDraft, terms: NewOrder, answer: OrderAnswer) {
    this.#ports = ports;
    this.#draft = draft;
    this.#terms = terms;
    this.#answer = answer;
  }

  /** Whether the store has to be asked before it can be sent. */
  get needsEvidence(): boolean {
    return !needsNoEvidence(this.#draft.requestId, this.#ports.clock.now());
  }

  begin(): void {
    if (this.needsEvidence) this.#lookUp();
    else this.#send(undefined);
  }

  /** As `begin`, in two steps: resolves, whatever the store says, to what sends it. */
  async prepare(): Promise<() => void> {
    if (!this.needsEvidence) return () => this.#send(undefined);
    return this.#evidence().then(
      (known) => () => this.#send(known),
      (error) => () => this.#unread(error),
    );
  }

  decided(decision: OrderEvent): boolean {
    const { event } = decision;
    switch (event.case) {
      case "orderAccepted":
        this.#ordered(event.value.order as Order);
        return true;
      case "orderDenied":
        this.#answer.refused(denial(event.value.order as Order));
        return true;
      case "commandAnswered":
        this.#answered(event.value.refusal, cursorOf(decision.shard, decision.sequence));
        return true;
      default:
        return false;
    }
  }

  silent(silence: Silence): void {
    this.#answer.refused(silenceRefusal(silence));
  }

  #send(evidence: Evidence | undefined): void {
    const quote = this.#ports.quote(this.#terms.instrumentId);
    const refused = this.#ports.intake.send({ ...this.#draft, quote, evidence, wasAsked: this.#wasAsked }, this);
    if (refused !== undefined) this.#answer.refused(refused);
  }

  /** The shard may have forgotten the id: the store says whether it was used (S18). */
  #lookUp(): void {
    this.#evidence().then(
      (known) => this.#send(known),
      (error) => this.#unread(error),
    );
  }

  #evidence(): Promise<Evidence> {
    const { accountId, orderId, commandClass } = this.#draft;
    const { clock, queries, lookUps } = this.#ports;
    const read = () => queries.evidence(accountId, orderId);
    return beforeLookUp(clock, this.#lookUps++).then(() => lookUps.read(accountId, commandClass, read));
  }

  #unread(error: unknown): void {
    this.#answer.refused(unread(error, "the query store"));
  }

  #answered(refused: Refusal | undefined, notBefore: string): void {
    this.#wasAsked = refused?.reason === Reason.LOOK_UP_FIRST;
    if (this.#wasAsked && this.#lookUps < MOST_LOOK_UPS) this.#lookUp();
    else if (refused !== undefined && refused.reason !== Reason.REQUEST_ID_REUSED) {
      this.#answer.refused(new RefusalError(refused));
    } else this.#read(refused, notBefore);
  }

  /** A repeat shows the order as it is now; a conflict says in what the two requests differ. */
  #read(conflict: Refusal | undefined, notBefore: string): void {
    const { accountId, orderId, deadline } = this.#draft;
    readOrder(this.#ports.queries, { accountId, orderId, notBefore }, deadline).then(
      (order) => {
        if (conflict !== undefined) this.#answer.refused(this.#conflict(conflict, order));
        else if (order === undefined) this.#answer.refused(refusal(Reason.DEFECT, `order ${orderId} is missing`));
        else this.#ordered(order);
      },
      () => this.#answer.refused(outcomeUnknown()),
    );
  }

  #conflict(conflict: Refusal, order: Order | undefined): RefusalError {
    const field = order === undefined ? "request_id" : differingField(order, this.#terms);
    const message =
      field === "request_id"
        ? `request id ${this.#draft.requestId} was used for something else`
        : `request id ${this.#draft.requestId} was used with another ${field}`;
    return new RefusalError({ ...conflict, field, message });
  }

  /** What the platform refused is an error for ever; what the venue refused was an order first. */
  #ordered(order: Order): void {
    const denied = order.status === OrderStatus.REJECTED && order.refusedBy === RefusedBy.PLATFORM;
    if (denied) this.#answer.refused(denial(order));
    else this.#answer.ordered(order);
  }
}

function denial(order: Order): RefusalError {
  const { orderId, refusal: reason } = order;
  if (reason === undefined) return refusal(Reason.DEFECT, `order ${orderId} was rejected without a reason`);
  return new RefusalError({ ...reason, orderId });
}
