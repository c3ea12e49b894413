import { KeptChoice } from "../form/kept-choice.ts";
import { type ChosenLayout, readLayout } from "./kept-layout.ts";
import type { Area, PresetName } from "./presets.ts";
import type { Sizes } from "./split.ts";

const VERSION = 1;

/** The desk's layout, remembered in this browser. */
export class Layout {
  #chosen = $state.raw<ChosenLayout>(readLayout(undefined));
  readonly #kept = new KeptChoice("atlas.layout", VERSION, readLayout);

  constructor() {
    this.#chosen = this.#kept.recall();
  }

  get preset(): PresetName {
    return this.#chosen.preset;
  }

  get sizes(): Sizes {
    return this.#chosen.sizes[this.preset];
  }

  choose(preset: PresetName): void {
    this.#set({ preset });
  }

  /** `isFinal`: whoever drags has let go; until then nothing is written. */
  resize(sizes: Sizes, isFinal: boolean): void {
    this.#set({ sizes: { ...this.#chosen.sizes, [this.preset]: sizes } }, isFinal);
  }

  tabOf(area: Area): string | undefined {
    return this.#chosen.tabs[area];
  }

  chooseTab(area: Area, panelId: string): void {
    this.#set({ tabs: { ...this.#chosen.tabs, [area]: panelId } });
  }

  /** Everything as it was at first, but for the preset looked at. */
  reset(): void {
    this.#chosen = { ...readLayout(undefined), preset: this.preset };
    this.#kept.keep(this.#chosen);
  }

  #set(change: Partial<ChosenLayout>, isKept = true): void {
    this.#chosen = { ...this.#chosen, ...change };
    if (isKept) this.#kept.keep(this.#chosen);
  }
}
