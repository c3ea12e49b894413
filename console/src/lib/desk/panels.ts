import type { Component } from "svelte";
import BalancesPanel from "./balances-panel.svelte";
import DepthPanel from "./depth-panel.svelte";
import TapePanel from "./tape-panel.svelte";
import TicketPanel from "./ticket-panel.svelte";
import WorkingOrdersPanel from "./working-orders-panel.svelte";

/** Where on the desk: `desk.svelte` places the areas; one without a panel leaves its room to its neighbours. */
export type Area = "depth" | "chart" | "tape" | "ticket" | "orders" | "money";

/** A part of the desk. Several of one area are tabs of it, in this order. It takes what it shows from `useDesk()`. */
export interface Panel {
  readonly id: string;
  readonly title: string;
  readonly area: Area;
  readonly component: Component;
}

export const PANELS: readonly Panel[] = [
  { id: "depth", title: "Depth", area: "depth", component: DepthPanel },
  { id: "tape", title: "Trades", area: "tape", component: TapePanel },
  { id: "ticket", title: "Order", area: "ticket", component: TicketPanel },
  { id: "working", title: "Working orders", area: "orders", component: WorkingOrdersPanel },
  { id: "balances", title: "Balances", area: "money", component: BalancesPanel },
];
