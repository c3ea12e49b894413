import { HiddenColumns } from "./hidden-columns.svelte.ts";
import { EVERYTHING, type HistoryFilter } from "./history-filter.ts";

/** How a history is looked at. */
export class HistoryLook {
  filter = $state<HistoryFilter>({ ...EVERYTHING });
  readonly hidden: HiddenColumns;

  constructor(label: string) {
    this.hidden = new HiddenColumns(label.toLowerCase());
  }
}

/** How each history is looked at: it stays when another tab is looked at meanwhile, and goes with the desk of its person. */
export class HistoryLooks {
  readonly #byLabel = new Map<string, HistoryLook>();

  of(label: string): HistoryLook {
    const look = this.#byLabel.get(label) ?? new HistoryLook(label);
    this.#byLabel.set(label, look);
    return look;
  }
}
