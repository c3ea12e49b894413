import type { StoreQuery } from "@atlas/platform/ports/store";
import type { Failure } from "./failure.ts";
import type { PackedItems, PackedPuts } from "./store-pack.ts";

/** What the store's thread is asked, and answers. */

export interface StoreThreadData {
  readonly folder: string;
  readonly tables: readonly string[];
}

export type StoreRead =
  | { readonly kind: "get"; readonly id: number; readonly table: string; readonly key: string }
  | { readonly kind: "query"; readonly id: number; readonly table: string; readonly query: StoreQuery }
  | { readonly kind: "pragma"; readonly id: number; readonly text: string };

export type StoreWrite =
  | { readonly kind: "put"; readonly id: number; readonly puts: PackedPuts }
  | { readonly kind: "remove"; readonly id: number; readonly table: string; readonly keys: readonly string[] };

export type ToStore = StoreRead | StoreWrite | { readonly kind: "close" };

export type FromStore =
  | { readonly kind: "opened" }
  | { readonly kind: "refused"; readonly failure: Failure }
  | { readonly kind: "items"; readonly id: number; readonly items: PackedItems }
  | { readonly kind: "value"; readonly id: number; readonly value: unknown }
  /** `changed`: how many items took a new version. */
  | { readonly kind: "written"; readonly id: number; readonly changed: number }
  | { readonly kind: "failed"; readonly id: number; readonly failure: Failure; readonly certain: boolean };
