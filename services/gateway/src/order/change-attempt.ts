import { Reason, type Refusal } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import type { ReplaceOrder } from "@atlas/gen/atlas/order/v1/order_command_pb";
import { type Order, OrderStatusSchema } from "@atlas/gen/atlas/order/v1/order_pb";
import { cursorOf } from "@atlas/platform/query/cursor";
import { RefusalError, refusal } from "@atlas/platform/refusal/refusal-error";
import type { CommandDraft } from "../intake/command-intake.ts";
import { unread } from "../intake/look-ups.ts";
import { naming } from "../intake/naming.ts";
import type { CommandReceiver, Silence } from "../intake/pending-command.ts";
import { needsNoEvidence } from "../intake/request-time.ts";
import { outcomeUnknown, silenceRefusal } from "../intake/silence.ts";
import type { OrderAnswer } from "./order-answer.ts";
import type { OrderDeskPorts } from "./order-desk.ts";
import { readOrder } from "./read-order.ts";

/** An order that changes faster than its version can be read is refused as stale in the end. */
const MOST_READS = 5;
/** Milliseconds for a version to be read: until then it has a place among the look-ups, whether or not somebody still waits. */
const LONGEST_READ = 10_000;

/** One replace or cancel of one order, from the version that is read for it to its answer. */
export class ChangeAttempt implements CommandReceiver {
  readonly #ports: OrderDeskPorts;
  readonly #draft: CommandDraft;
  readonly #orderId: string;
  readonly #answer: OrderAnswer;
  /** The version was read here, not named by the client. */
  #reads = 0;

  constructor(ports: OrderDeskPorts, draft: CommandDraft, orderId: string, answer: OrderAnswer) {
    this.#ports = ports;
    this.#draft = draft;
    this.#orderId = orderId;
    this.#answer = answer;
  }

  begin(): void {
    const { command, requestId } = this.#draft;
    const namesNoVersion = command.case === "replace" && command.value.expectedVersion === 0n;
    if (namesNoVersion && !needsNoEvidence(requestId, this.#ports.clock.now())) this.#readVersion(command.value);
    else this.#send(this.#draft);
  }

  decided({ event, shard, sequence }: OrderEvent): boolean {
    const notBefore = cursorOf(shard, sequence);
    const refused = event.case === "commandAnswered" ? event.value.refusal : undefined;
    if (refused === undefined) this.#show(notBefore);
    else this.#refused(refused, notBefore);
    return true;
  }

  silent(silence: Silence): void {
    this.#answer.refused(silenceRefusal(silence));
  }

  #send(draft: CommandDraft): void {
    const refused = this.#ports.intake.send(draft, this);
    if (refused !== undefined) this.#answer.refused(refused);
  }

  /**
   * The shard may have forgotten the id. Bound to the version that stands now, a replace that happened long ago cannot happen
   * again behind the back of a later one (S18). An order that is not found is for the shard to refuse.
   */
  #readVersion(replace: ReplaceOrder): void {
    this.#reads += 1;
    const { accountId, deadline, commandClass } = this.#draft;
    const { queries, lookUps, clock } = this.#ports;
    const until = Math.min(deadline, clock.monotonic() + LONGEST_READ);
    const read = () => readOrder(queries, { accountId, orderId: this.#orderId, notBefore: "" }, until);
    lookUps.read(accountId, commandClass, read).then(
      (order) => {
        const value = { ...replace, expectedVersion: order?.version ?? 0n };
        this.#send({ ...this.#draft, command: { case: "replace", value } });
      },
      (error) => this.#answer.refused(unread(error, "the order")),
    );
  }

  #refused(refused: Refusal, notBefore: string): void {
    const { command } = this.#draft;
    const stale = refused.reason === Reason.STALE_VERSION && this.#reads > 0 && this.#reads < MOST_READS;
    if (stale && command.case === "replace") this.#readVersion(command.value);
    else if (refused.reason === Reason.ORDER_CLOSED || refused.reason === Reason.UNKNOWN_ORDER) {
      this.#explain(refused, notBefore);
    } else this.#answer.refused(new RefusalError(naming("request_id", refused)));
  }

  /** The shard knows open orders only: whether this one has ended or never was, a read tells (S17). */
  #explain(refused: Refusal, notBefore: string): void {
    this.#read(notBefore, (order) => {
      if (order === undefined) this.#answer.refused(this.#unknown());
      else {
        const status = OrderStatusSchema.value[order.status]?.name ?? "";
        const closed = { reason: Reason.ORDER_CLOSED, message: `order ${order.orderId} is ${status}` };
        this.#answer.refused(new RefusalError({ ...refused, ...closed, field: "order_id", facts: { status } }));
      }
    });
  }

  #show(notBefore: string): void {
    this.#read(notBefore, (order) => {
      if (order === undefined) this.#answer.refused(this.#unknown());
      else this.#answer.ordered(order);
    });
  }

  #read(notBefore: string, use: (order: Order | undefined) => void): void {
    const { accountId, deadline } = this.#draft;
    readOrder(this.#ports.queries, { accountId, orderId: this.#orderId, notBefore }, deadline).then(use, () =>
      this.#answer.refused(outcomeUnknown()),
    );
  }

  #unknown(): RefusalError {
    const { accountId } = this.#draft;
    return refusal(Reason.UNKNOWN_ORDER, `account ${accountId} has no order ${this.#orderId}`, { field: "order_id" });
  }
}
