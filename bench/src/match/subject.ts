import type { Flow } from "./flow.ts";

/** An engine under test, with an empty book. Orders are known by text ids, as clients name them. */
export interface Subject {
  /** Does operation `index` of the flow; answers the quantity that it traded. */
  apply(flow: Flow, ids: readonly string[], index: number): number;
  /** Orders at rest. */
  resting(): number;
}
