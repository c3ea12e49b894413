import { KeptChoice } from "../form/kept-choice.ts";
import { readTitles } from "./kept-titles.ts";

const VERSION = 1;

/** Which columns of a history a person does not want to see, remembered in this browser. */
export class HiddenColumns {
  #titles = $state.raw<readonly string[]>([]);
  readonly #kept: KeptChoice<readonly string[]>;

  /** `history`: whose columns they are. */
  constructor(history: string) {
    this.#kept = new KeptChoice(`atlas.columns.${history}`, VERSION, readTitles);
    this.#titles = this.#kept.recall();
  }

  has(title: string): boolean {
    return this.#titles.includes(title);
  }

  /** Of these columns, those to be seen: all of them if none were left. */
  seen<Named extends { readonly title: string }>(columns: readonly Named[]): readonly Named[] {
    const seen = columns.filter(({ title }) => !this.has(title));
    return seen.length === 0 ? columns : seen;
  }

  set(title: string, isHidden: boolean): void {
    const others = this.#titles.filter((one) => one !== title);
    this.#titles = isHidden ? [...others, title] : others;
    this.#kept.keep(this.#titles);
  }

  showAll(): void {
    this.#titles = [];
    this.#kept.forget();
  }
}
