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

/** The ticket's preview, with where what it is reckoned by stands. */
export interface DrawnPreview {
  /** Of the account, as the platform previewed by it. */
  readonly cursor: string;
  /** Of the ticker and the balances, which the exposure is of. */
  readonly ticker: string;
  readonly balances: string;
  readonly values: Readonly<Record<string, string>>;
}

export function readPreview(page: Page): Promise<DrawnPreview> {
  return page.evaluate(() => {
    const cursorOf = (selector: string): string => document.querySelector<HTMLElement>(selector)?.dataset.cursor ?? "";
    const clean = (text: string | null | undefined): string => (text ?? "").replaceAll(/[\s\u00a0]+/g, " ").trim();
    const terms = [...document.querySelectorAll("dl[aria-label=Preview] dt")];
    const pairs = terms.map((term) => [
      clean(term.textContent),
      clean(term.parentElement?.querySelector("dd")?.textContent),
    ]);
    return {
      cursor: cursorOf("dl[aria-label=Preview]"),
      ticker: cursorOf("header dl[data-cursor]"),
      balances: cursorOf('[role=group][aria-label="Balances"]'),
      values: Object.fromEntries(pairs) as Record<string, string>,
    };
  });
}
