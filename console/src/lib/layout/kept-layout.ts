import { fieldsOf } from "../form/kept-choice.ts";
import { type Area, PRESETS, type PresetName } from "./presets.ts";
import type { Sizes } from "./split.ts";

/** How the desk is laid out. */
export interface ChosenLayout {
  readonly preset: PresetName;
  readonly sizes: Readonly<Record<PresetName, Sizes>>;
  /** Ids of the panels looked at, by area. */
  readonly tabs: Readonly<Partial<Record<Area, string>>>;
}

/** No screen is larger, in pixels. */
const LARGEST = 10_000;
/** A preset has fewer parts. */
const MOST_PARTS = 32;

/** What of something kept is a layout; the rest is as usual. */
export function readLayout(kept: unknown): ChosenLayout {
  const { preset, sizes, tabs } = fieldsOf(kept);
  const names = Object.keys(PRESETS) as PresetName[];
  const bySizes = names.map((name) => [name, readSizes(fieldsOf(sizes)[name])] as const);
  return {
    preset: names.find((name) => name === preset) ?? "trade",
    sizes: Object.fromEntries(bySizes) as Record<PresetName, Sizes>,
    tabs: Object.fromEntries(
      Object.entries(fieldsOf(tabs))
        .filter(([, id]) => typeof id === "string")
        .slice(0, MOST_PARTS),
    ),
  };
}

function readSizes(kept: unknown): Sizes {
  const sizes = Object.entries(fieldsOf(kept)).filter(
    (one): one is [string, number] => typeof one[1] === "number" && one[1] > 0 && one[1] < LARGEST,
  );
  return Object.fromEntries(sizes.slice(0, MOST_PARTS));
}
