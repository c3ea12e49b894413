import type { Page } from "@playwright/test";
import type { DrawnTable } from "./desk-figures.ts";

/** A price of the ladder as it is drawn; empty: nothing stands there. */
export interface DrawnStep {
  readonly price: string;
  readonly bid: string;
  readonly ask: string;
  readonly ownBid: string;
  readonly ownAsk: string;
}

export interface DrawnLadder {
  readonly cursor: string;
  /** Of the working orders, which own quantities are of. */
  readonly orders: string;
  readonly steps: readonly DrawnStep[];
}

export function readLadder(page: Page): Promise<DrawnLadder> {
  return page.evaluate(() => {
    const text = (inside: Element | undefined, selector: string): string =>
      [...(inside?.querySelectorAll(selector) ?? [])].map((one) => one.textContent?.trim() ?? "").join("");
    const rows = [...document.querySelectorAll('[role=grid][aria-label="Price ladder"] [role=row]')];
    const cursorOf = (selector: string): string => document.querySelector<HTMLElement>(selector)?.dataset.cursor ?? "";
    return {
      cursor: cursorOf(".depth[data-cursor]"),
      orders: cursorOf('[role=group][aria-label="Working orders"]'),
      steps: rows.map((row) => {
        const [buy, sell] = [...row.querySelectorAll("[role=gridcell]")];
        return {
          price: text(row, "[role=rowheader]"),
          bid: text(buy, ".book"),
          ask: text(sell, ".book"),
          ownBid: text(buy, ".own"),
          ownAsk: text(sell, ".own"),
        };
      }),
    };
  });
}

/** Rows of a history that are drawn, by the titles of their columns. */
export function readHistory(page: Page, label: string): Promise<DrawnTable["rows"]> {
  return page.evaluate((name) => {
    const frame = document.querySelector(`[role=group][aria-label="${name}"]`);
    const titles = [...(frame?.querySelectorAll("thead th") ?? [])].map((head) => head.textContent?.trim() ?? "");
    return [...(frame?.querySelectorAll<HTMLElement>("tbody tr[aria-rowindex]") ?? [])].map((row) => {
      const cells = [...row.children].map((cell) => ({
        text: (cell.textContent ?? "").trim(),
        hint: (cell as HTMLElement).title,
        cursor: "",
      }));
      const byTitle = Object.fromEntries(cells.map((cell, index) => [titles[index] ?? "", cell]));
      return { index: Number(row.getAttribute("aria-rowindex")) - 2, cells, byTitle };
    });
  }, label);
}
