import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import type { ExecutionReport } from "@atlas/gen/atlas/order/v1/execution_report_pb";
import { orderMadeBy } from "@atlas/platform/wire/order/advance-order";
import { executionReportOf } from "@atlas/platform/wire/order/execution-report";
import { isFinal } from "@atlas/platform/wire/order/final-status";

/** Which of an account's events a session reports: those of the orders sent on it, or of all. */
export class OwnOrders {
  readonly #sessionId: string;
  readonly #all: boolean;
  /** Open orders of the session. */
  readonly #open = new Set<string>();

  constructor(sessionId: string, all: boolean) {
    this.#sessionId = sessionId;
    this.#all = all;
  }

  /** The report of an event that the session is told of. */
  reportOf(event: OrderEvent): ExecutionReport | undefined {
    if (this.#all) return executionReportOf(event);
    const made = orderMadeBy(event);
    if (made !== undefined && made.sessionId === this.#sessionId) this.#open.add(event.orderId);
    if (!this.#open.has(event.orderId)) return undefined;
    const report = executionReportOf(event);
    if (report !== undefined && isFinal(report.status)) this.#open.delete(event.orderId);
    return report;
  }
}
