import type { ControlEvent } from "./control-event.ts";
import { type ControlState, principalKey, REQUESTS_KEPT, type SettledRequest } from "./control-state.ts";

/** A part of the state that an image holds by itself. */
export type ControlTable = keyof ControlState;

/** Every table, in the order in which images list them. */
export const CONTROL_TABLES: readonly ControlTable[] = ["instruments", "revoked", "linksOut", "requests"];

/** An event with what it settles. */
export interface SettledEvent {
  readonly event: ControlEvent;
  readonly request: SettledRequest;
}

/** Applies an event to one table. */
export function evolveControl(state: ControlState, table: ControlTable, settled: SettledEvent): void {
  const { event, request } = settled;
  if (table === "requests") settle(state, event, request);
  if (event.type !== "DECIDED") return;
  const { change } = event;
  if (table === "linksOut") {
    for (const { destination, number } of event.dispatches) state.linksOut.set(destination, number);
  }
  if (table === "instruments" && change.type === "INSTRUMENT_DEFINED") {
    state.instruments.set(change.instrument.instrumentId, change.instrument);
  }
  if (table === "revoked" && change.type === "PRINCIPAL_REVOKED") {
    state.revoked.set(principalKey(change.revoked), change.revoked);
  }
}

/** A refused request leaves its id free. */
function settle(state: ControlState, event: ControlEvent, request: SettledRequest): void {
  if (event.type === "ANSWERED" && event.refusal !== undefined) return;
  if (request.requestId === "" || state.requests.has(request.requestId)) return;
  state.requests.set(request.requestId, request);
  if (state.requests.size <= REQUESTS_KEPT) return;
  // any order: ids stand in the order in which they were settled, also when restored from an image
  for (const oldest of state.requests.keys()) {
    state.requests.delete(oldest);
    return;
  }
}
