import type { Component } from "svelte";
import type { Area } from "../layout/presets.ts";
import BalancesPanel from "./balances-panel.svelte";
import ChartPanel from "./chart-panel.svelte";
import DepthPanel from "./depth-panel.svelte";
import FillsPanel from "./fills-panel.svelte";
import OnlyHere from "./only-here.svelte";
import OrderHistoryPanel from "./order-history-panel.svelte";
import PostingsPanel from "./postings-panel.svelte";
import TapePanel from "./tape-panel.svelte";
import TicketPanel from "./ticket-panel.svelte";
import WorkingOrdersPanel from "./working-orders-panel.svelte";

/** A part of the desk. Several of one area are tabs of it, in this order. It takes what it shows from `useDesk()`. */
export interface Panel {
  readonly id: string;
  readonly title: string;
  readonly area: Area;
  readonly component: Component;
  /** Beside its tab while it is shown: what changes what all of it shows. */
  readonly aside?: Component;
}

export const PANELS: readonly Panel[] = [
  { id: "depth", title: "Depth", area: "depth", component: DepthPanel },
  { id: "chart", title: "Chart", area: "chart", component: ChartPanel },
  { id: "tape", title: "Trades", area: "tape", component: TapePanel },
  { id: "ticket", title: "Order", area: "ticket", component: TicketPanel },
  { id: "working", title: "Working orders", area: "orders", component: WorkingOrdersPanel, aside: OnlyHere },
  { id: "history", title: "Order history", area: "orders", component: OrderHistoryPanel },
  { id: "fills", title: "Fills", area: "orders", component: FillsPanel },
  { id: "postings", title: "Postings", area: "orders", component: PostingsPanel },
  { id: "balances", title: "Balances", area: "money", component: BalancesPanel },
];
