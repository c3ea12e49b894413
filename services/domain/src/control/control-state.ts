import type { RevokedPrincipal } from "./control-command.ts";
import type { DefinedInstrument } from "./instrument-terms.ts";

/** A request that had an outcome other than a refusal. */
export interface SettledRequest {
  readonly requestId: string;
  readonly contentDigest: string;
  /** Of the event that settled it. */
  readonly sequence: number;
}

/** The latest so many request ids are remembered. */
export const REQUESTS_KEPT = 10_000;

export interface ControlState {
  readonly instruments: Map<string, DefinedInstrument>;
  /** By `principalKey`. */
  readonly revoked: Map<string, RevokedPrincipal>;
  /** The last number of every outgoing link. */
  readonly linksOut: Map<string, number>;
  /** By id, in the order in which they were settled. */
  readonly requests: Map<string, SettledRequest>;
}

export function emptyControlState(): ControlState {
  return { instruments: new Map(), revoked: new Map(), linksOut: new Map(), requests: new Map() };
}

/** No id holds a zero byte. */
export function principalKey({ userId, keyId }: RevokedPrincipal): string {
  return `${userId}\0${keyId}`;
}

export function isRevoked(state: ControlState, principal: RevokedPrincipal): boolean {
  return state.revoked.has(principalKey({ ...principal, keyId: "" })) || state.revoked.has(principalKey(principal));
}

/** Rows by their key, ascending. */
export function sortedRows<Row>(rows: ReadonlyMap<string, Row>): readonly Row[] {
  // any order: sorted here
  return [...rows.keys()].sort().map((key) => rows.get(key) as Row);
}

/** The last number of every outgoing link, by destination. */
export function linkNumbers(state: ControlState): readonly { destination: string; number: number }[] {
  // any order: sorted here
  const destinations = [...state.linksOut.keys()].sort();
  return destinations.map((destination) => ({ destination, number: state.linksOut.get(destination) as number }));
}
