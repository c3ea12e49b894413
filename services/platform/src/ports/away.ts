import { ArchiveUnavailable } from "./archive.ts";
import { LogUnavailable } from "./log.ts";
import { StoreUnavailable } from "./store.ts";

const AWAY = [LogUnavailable, StoreUnavailable, ArchiveUnavailable];

/** Whether storage says that it cannot be asked now: the same works once it is back. */
export function isAway(error: unknown): boolean {
  return AWAY.some((away) => error instanceof away);
}
