import type { OrderCommand } from "@atlas/gen/atlas/log/v1/order_command_pb";
import type { Quote } from "@atlas/gen/atlas/market/v1/market_pb";
import type { CancelOrders, ReplaceOrder } from "@atlas/gen/atlas/order/v1/order_command_pb";
import type { NewOrder } from "@atlas/gen/atlas/order/v1/order_pb";
import type { Clock } from "@atlas/platform/ports/clock";
import type { Digest } from "@atlas/platform/ports/digest";
import type { AccountQueries } from "@atlas/platform/query/account-queries";
import { orderIdOf } from "@atlas/platform/text/order-id";
import type { CommandIntake } from "../intake/command-intake.ts";
import { contentDigest } from "../intake/content-digest.ts";
import type { LookUps } from "../intake/look-ups.ts";
import { CancelManyAttempt } from "./cancel-many-attempt.ts";
import { ChangeAttempt } from "./change-attempt.ts";
import type { CancelAnswer, OrderAnswer } from "./order-answer.ts";
import type { Sender } from "./sender.ts";
import { SubmitAttempt } from "./submit-attempt.ts";

export interface OrderDeskPorts {
  readonly intake: CommandIntake;
  readonly queries: AccountQueries;
  readonly lookUps: LookUps;
  readonly clock: Clock;
  readonly digest: Digest;
  /** The market as it is seen here; `undefined`: nothing is known of the instrument. */
  readonly quote: (instrumentId: string) => Quote | undefined;
}

/** Which request it is. */
export interface RequestName {
  readonly accountId: string;
  readonly requestId: string;
}

/** One of several orders that are submitted together. */
export interface Submission {
  readonly name: RequestName;
  readonly order: NewOrder;
  readonly answer: OrderAnswer;
}

/**
 * Where unary calls, batches and sessions hand their order commands in. Requests are valid and allowed when they come
 * here; each is answered exactly once, by the shard's decision alone, and none of these methods throws or waits.
 */
export class OrderDesk {
  readonly #ports: OrderDeskPorts;

  constructor(ports: OrderDeskPorts) {
    this.#ports = ports;
  }

  submit(sender: Sender, name: RequestName, order: NewOrder, answer: OrderAnswer): void {
    this.#submission(sender, name, order, answer).begin();
  }

  /** The same of several, which go to the log in their order, all in one turn: those that need no look-up wait for those that do. */
  submitAll(sender: Sender, submissions: readonly Submission[]): void {
    const attempts = submissions.map(({ name, order, answer }) => this.#submission(sender, name, order, answer));
    if (attempts.some(({ needsEvidence }) => needsEvidence)) {
      void Promise.all(attempts.map((attempt) => attempt.prepare())).then((all) => {
        for (const send of all) send();
      });
    } else for (const attempt of attempts) attempt.begin();
  }

  #submission(sender: Sender, name: RequestName, order: NewOrder, answer: OrderAnswer): SubmitAttempt {
    const command: OrderCommand["command"] = {
      case: "submit",
      value: { $typeName: "atlas.order.v1.SubmitOrder", order },
    };
    const { intake, digest } = this.#ports;
    const orderId = orderIdOf(digest, intake.shardOf(name.accountId), name.accountId, name.requestId);
    const draft = this.#draft(sender, name, command);
    return new SubmitAttempt(this.#ports, { ...draft, orderId, commandClass: "ORDER" }, order, answer);
  }

  replace(sender: Sender, name: RequestName, replace: ReplaceOrder, answer: OrderAnswer): void {
    const draft = this.#draft(sender, name, { case: "replace", value: replace });
    new ChangeAttempt(this.#ports, { ...draft, orderId: "", commandClass: "ORDER" }, replace.orderId, answer).begin();
  }

  cancel(sender: Sender, name: RequestName, orderId: string, answer: OrderAnswer): void {
    const draft = this.#draft(sender, name, {
      case: "cancel",
      value: { $typeName: "atlas.order.v1.CancelOrder", orderId },
    });
    new ChangeAttempt(this.#ports, { ...draft, orderId: "", commandClass: "CANCEL" }, orderId, answer).begin();
  }

  cancelMany(sender: Sender, name: RequestName, cancel: CancelOrders, answer: CancelAnswer): void {
    const draft = this.#draft(sender, name, { case: "cancelMany", value: cancel });
    const { intake, digest } = this.#ports;
    const orderId = orderIdOf(digest, intake.shardOf(name.accountId), name.accountId, name.requestId);
    new CancelManyAttempt(this.#ports, { ...draft, orderId, commandClass: "CANCEL" }, cancel, answer).begin();
  }

  #draft(sender: Sender, { accountId, requestId }: RequestName, command: OrderCommand["command"]) {
    return {
      accountId,
      requestId,
      contentDigest: contentDigest(this.#ports.digest, command),
      principal: sender.principal,
      sessionId: sender.sessionId,
      deadline: sender.deadline,
      command,
    };
  }
}
