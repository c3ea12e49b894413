import { ORDER_STATES, type OrderStatus, type OrderStep } from "./order-status.ts";

const STATUSES: readonly OrderStatus[] = [
  "PENDING_SUBMIT",
  "UNTRIGGERED",
  "LIVE",
  "PARTIALLY_FILLED",
  "PENDING_CANCEL",
  "PENDING_REPLACE",
  "FILLED",
  "CANCELED",
  "REJECTED",
  "EXPIRED",
];

const STEPS: readonly OrderStep[] = [
  "ARM",
  "TRIGGER",
  "REST",
  "FILL_PART",
  "FILL_ALL",
  "REDUCE",
  "ASK_CANCEL",
  "REFUSE_CANCEL",
  "CANCEL",
  "ASK_REPLACE",
  "REFUSE_REPLACE",
  "REPLACE",
  "REJECT",
  "EXPIRE",
];

/** The table of order states as a Mermaid diagram, one line for all steps from one status to another. */
export function orderStateDiagram(): string {
  const lines = ["stateDiagram-v2", "  [*] --> PENDING_SUBMIT", "  [*] --> REJECTED: refused by the platform"];
  for (const status of STATUSES) lines.push(...arrowsFrom(status));
  return `${lines.join("\n")}\n`;
}

function arrowsFrom(status: OrderStatus): string[] {
  const arrows: Partial<Record<OrderStep, string>> = ORDER_STATES[status];
  const steps = STEPS.filter((step) => arrows[step] !== undefined);
  if (steps.length === 0) return [`  ${status} --> [*]`];
  return STATUSES.flatMap((target) => {
    const leading = steps.filter(
      (step) => arrows[step] === target || (arrows[step] === "WORKING" && isWorking(target)),
    );
    return leading.length === 0 ? [] : [`  ${status} --> ${target}: ${leading.join(", ")}`];
  });
}

function isWorking(status: OrderStatus): boolean {
  return status === "LIVE" || status === "PARTIALLY_FILLED";
}
