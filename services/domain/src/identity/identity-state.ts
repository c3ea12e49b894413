import { partitionOf } from "../partition/partition.ts";
import type { ApiKey, LoginLink, Session, User } from "./identity-terms.ts";

/** Parts that every table has, chosen by id, so that an image writes again only what changed (S19). */
const BUCKETS = 4;

/** Rows by id, in buckets. */
export type Table<Row> = readonly Map<string, Row>[];

/** All that decisions read. `tokens` finds a session by the refresh tokens it has and had; it follows from `sessions`. */
export interface IdentityState {
  readonly users: Table<User>;
  readonly apiKeys: Table<ApiKey>;
  readonly loginLinks: Table<LoginLink>;
  readonly sessions: Table<Session>;
  readonly tokens: Map<string, string>;
}

export type TableName = "users" | "apiKeys" | "loginLinks" | "sessions";

/** Every table, in the order in which images list them. */
export const TABLES: readonly TableName[] = ["users", "apiKeys", "loginLinks", "sessions"];

export function emptyIdentityState(): IdentityState {
  return { users: table(), apiKeys: table(), loginLinks: table(), sessions: table(), tokens: new Map() };
}

export function bucketOf(id: string): number {
  return partitionOf(id, BUCKETS);
}

export function find<Row>(rows: Table<Row>, id: string): Row | undefined {
  return bucket(rows, id).get(id);
}

export function bucket<Row>(rows: Table<Row>, id: string): Map<string, Row> {
  return rows[bucketOf(id)] as Map<string, Row>;
}

/** The rows of one bucket, by id. */
export function sortedRows<Row>(rows: Table<Row>, index: number): readonly Row[] {
  const found = rows[index] as Map<string, Row>;
  // any order: sorted here
  return [...found.keys()].sort().map((id) => found.get(id) as Row);
}

/** Puts a session in place of itself, with its tokens. */
export function putSession(state: IdentityState, session: Session): void {
  dropSession(state, session.sessionId);
  bucket(state.sessions, session.sessionId).set(session.sessionId, session);
  state.tokens.set(session.refreshHash, session.sessionId);
  for (const hash of session.spentHashes) state.tokens.set(hash, session.sessionId);
}

export function dropSession(state: IdentityState, sessionId: string): void {
  const session = find(state.sessions, sessionId);
  if (session === undefined) return;
  bucket(state.sessions, sessionId).delete(sessionId);
  state.tokens.delete(session.refreshHash);
  for (const hash of session.spentHashes) state.tokens.delete(hash);
}

function table<Row>(): Table<Row> {
  return Array.from({ length: BUCKETS }, () => new Map<string, Row>());
}
