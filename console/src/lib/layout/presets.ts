import type { Least, Split } from "./split.ts";

/** Where on the desk. */
export type Area = "depth" | "chart" | "tape" | "ticket" | "orders" | "money";

/** What a person wants of the desk. */
export type PresetName = "trade" | "analyse" | "operate";

export interface Preset {
  readonly title: string;
  readonly hint: string;
  readonly split: Split<Area>;
}

/** The chart takes what the others leave: it gains most from a larger screen. */
export const PRESETS: Readonly<Record<PresetName, Preset>> = {
  trade: {
    title: "Trade",
    hint: "Depth, chart, trades and the order ticket; orders and money below",
    split: {
      axis: "columns",
      parts: [
        { name: "depth", holds: "depth", usual: 260 },
        {
          name: "market and orders",
          holds: {
            axis: "rows",
            parts: [
              {
                name: "market",
                holds: {
                  axis: "columns",
                  parts: [
                    { name: "chart", holds: "chart" },
                    { name: "trades", holds: "tape", usual: 232 },
                    { name: "ticket", holds: "ticket", usual: 300 },
                  ],
                },
              },
              {
                name: "orders and money",
                usual: 0.31,
                holds: {
                  axis: "columns",
                  parts: [
                    { name: "orders", holds: "orders" },
                    { name: "balances", holds: "money", usual: 380 },
                  ],
                },
              },
            ],
          },
        },
      ],
    },
  },
  analyse: {
    title: "Analyse",
    hint: "A large chart with the history below it; trades and money beside",
    split: {
      axis: "columns",
      parts: [
        {
          name: "chart and orders",
          holds: {
            axis: "rows",
            parts: [
              { name: "chart", holds: "chart" },
              { name: "orders", holds: "orders", usual: 0.36 },
            ],
          },
        },
        {
          name: "trades and balances",
          usual: 380,
          holds: {
            axis: "rows",
            parts: [
              { name: "trades", holds: "tape" },
              { name: "balances", holds: "money", usual: 0.36 },
            ],
          },
        },
      ],
    },
  },
  // Whoever watches over orders places none: there is no ticket to place one with by mistake.
  operate: {
    title: "Operate",
    hint: "Orders, history, fills and postings at large; money, depth and a small chart beside",
    split: {
      axis: "columns",
      parts: [
        { name: "orders", holds: "orders" },
        {
          name: "money and market",
          usual: 420,
          holds: {
            axis: "rows",
            parts: [
              { name: "balances", holds: "money", usual: 0.22 },
              { name: "depth", holds: "depth" },
              { name: "chart", holds: "chart", usual: 0.28 },
            ],
          },
        },
      ],
    },
  },
};

export const LEAST: Least<Area> = {
  depth: { width: 210, height: 200 },
  chart: { width: 260, height: 180 },
  tape: { width: 180, height: 120 },
  ticket: { width: 260, height: 240 },
  orders: { width: 320, height: 110 },
  money: { width: 220, height: 110 },
};
