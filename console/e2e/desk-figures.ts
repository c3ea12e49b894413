import { expect, type Page } from "@playwright/test";

/** A table as it is drawn: the rows that are in sight, by the titles of their columns. */
export interface DrawnTable {
  readonly cursor: string;
  readonly rows: readonly DrawnRow[];
}

export interface DrawnRow {
  /** From 0, of all rows and not only of those drawn. */
  readonly index: number;
  readonly cells: readonly DrawnCell[];
  /** By the words at the head of its column. */
  readonly byTitle: Readonly<Record<string, DrawnCell>>;
}

interface DrawnCell {
  readonly text: string;
  readonly hint: string;
  readonly cursor: string;
}

/** A list of terms with their values. */
interface DrawnTerms {
  readonly cursor: string;
  readonly values: Readonly<Record<string, string>>;
}

/** Every figure on the desk, read in one go: between two frames nothing changes. */
export interface DrawnDesk {
  readonly depth: {
    readonly cursor: string;
    readonly bids: readonly string[];
    readonly asks: readonly string[];
    readonly spread: string;
    readonly spreadPercent: string;
    readonly mid: string;
  };
  readonly last: { readonly cursor: string; readonly text: string };
  readonly ticker: DrawnTerms;
  readonly tape: DrawnTable;
  readonly candle: DrawnTerms;
  readonly orders: DrawnTable;
  readonly balances: DrawnTable;
}

/** Parts of the desk that say where they stand, once the stream has told them. */
const TOLD = [
  ".depth",
  "header dl",
  "section[aria-label=Chart] dl",
  ...["Trades", "Working orders", "Balances"].map((label) => `[role=group][aria-label="${label}"]`),
].map((part) => `${part}[data-cursor]:not([data-cursor=""])`);

/** Waits until all of it has been told. */
export async function readDesk(page: Page): Promise<DrawnDesk> {
  let drawn: DrawnDesk | undefined;
  const isTold = async (): Promise<boolean> => {
    drawn = await readOnce(page);
    return drawn !== undefined;
  };
  await expect.poll(isTold, { message: "the desk is told everything", intervals: [50] }).toBe(true);
  return drawn as DrawnDesk;
}

/** `undefined`: some of it is not there yet. */
function readOnce(page: Page): Promise<DrawnDesk | undefined> {
  return page.evaluate((told) => {
    if (told.some((selector) => document.querySelector(selector) === null)) return undefined;
    const clean = (text: string | null | undefined): string => (text ?? "").replaceAll(/[\s\u00a0]+/g, " ").trim();
    const one = (selector: string, inside: ParentNode = document): HTMLElement => {
      const found = inside.querySelector<HTMLElement>(selector);
      if (found === null) throw new Error(`not on the desk: ${selector}`);
      return found;
    };
    const cursorOf = (element: HTMLElement): string => element.dataset.cursor ?? "";
    const table = (label: string) => {
      const frame = one(`[role=group][aria-label="${label}"]`);
      const titles = [...frame.querySelectorAll("thead th")].map((head) => clean(head.textContent));
      const rows = [...frame.querySelectorAll<HTMLElement>("tbody tr[aria-rowindex]")].map((row) => {
        const cells = [...row.children].map((cell) => ({
          text: clean(cell.textContent),
          hint: (cell as HTMLElement).title,
          cursor: cursorOf(cell as HTMLElement),
        }));
        const byTitle = Object.fromEntries(cells.map((cell, index) => [titles[index] ?? "", cell]));
        return { index: Number(row.getAttribute("aria-rowindex")) - 2, cells, byTitle };
      });
      return { cursor: cursorOf(frame), rows };
    };
    const terms = (list: HTMLElement) => {
      const pairs = [...list.querySelectorAll("dt")].map((term) => [
        clean(term.textContent),
        clean(term.parentElement?.querySelector("dd")?.textContent),
      ]);
      return { cursor: cursorOf(list), values: Object.fromEntries(pairs) as Record<string, string> };
    };
    const levels = (side: string): string[] =>
      [...one(`[aria-label="${side}"]`).querySelectorAll("li")]
        .filter((row) => row.querySelector("button") !== null)
        .map((row) => clean([...row.children].map((part) => part.textContent).join(" ")).replace("●", ""));
    const depth = one(".depth[data-cursor]");
    const last = one("[title='Price of the last trade']", depth);
    return {
      depth: {
        cursor: cursorOf(depth),
        bids: levels("Bids"),
        asks: levels("Asks"),
        spread: clean(one("[title='Best ask less best bid'] .figure", depth).textContent),
        spreadPercent: clean(one("[title='Spread in percent of the middle'] .figure", depth).textContent),
        mid: clean(one("[title='Middle of best bid and best ask'] .figure", depth).textContent),
      },
      last: { cursor: cursorOf(last), text: clean(last.textContent) },
      ticker: terms(one("header dl[data-cursor]")),
      tape: table("Trades"),
      candle: terms(one("section[aria-label=Chart] dl[data-cursor]")),
      orders: table("Working orders"),
      balances: table("Balances"),
    };
  }, TOLD);
}
