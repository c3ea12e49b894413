import type { IdentityEvent } from "./identity-event.ts";
import {
  bucket,
  bucketOf,
  dropSession,
  find,
  type IdentityState,
  putSession,
  type Table,
  type TableName,
} from "./identity-state.ts";
import { SPENT_KEPT } from "./identity-terms.ts";

/** A part of the state that an event changes, and nothing else does at that sequence. */
export interface TouchedBucket {
  readonly table: TableName;
  readonly bucket: number;
}

/** What an event changes: at most one bucket of each table. */
export function touchedBuckets(event: IdentityEvent): readonly TouchedBucket[] {
  switch (event.type) {
    case "USER_CHANGED":
      return [{ table: "users", bucket: bucketOf(event.user.userId) }];
    case "API_KEY_CHANGED":
      return [{ table: "apiKeys", bucket: bucketOf(event.apiKey.keyId) }];
    case "LOGIN_LINK_CREATED":
      return [{ table: "loginLinks", bucket: bucketOf(event.link.tokenHash) }];
    case "SESSION_ADVANCED": {
      const session = { table: "sessions", bucket: bucketOf(event.sessionId) } as const;
      return event.started ? [{ table: "loginLinks", bucket: bucketOf(event.spentHash) }, session] : [session];
    }
    case "SESSION_ENDED":
      return [{ table: "sessions", bucket: bucketOf(event.sessionId) }];
    case "ANSWERED":
      return [];
  }
}

/**
 * Applies an event of log time `now` to one table. What has expired in a bucket of links or sessions goes when an event
 * changes that bucket: decisions refuse it before.
 */
export function evolveIdentity(state: IdentityState, table: TableName, event: IdentityEvent, now: number): void {
  switch (event.type) {
    case "USER_CHANGED":
      bucket(state.users, event.user.userId).set(event.user.userId, event.user);
      return;
    case "API_KEY_CHANGED":
      bucket(state.apiKeys, event.apiKey.keyId).set(event.apiKey.keyId, event.apiKey);
      return;
    case "LOGIN_LINK_CREATED":
      dropExpiredLinks(state, event.link.tokenHash, now);
      bucket(state.loginLinks, event.link.tokenHash).set(event.link.tokenHash, event.link);
      return;
    case "SESSION_ADVANCED":
      if (table === "loginLinks") bucket(state.loginLinks, event.spentHash).delete(event.spentHash);
      else advanceSession(state, event, now);
      return;
    case "SESSION_ENDED":
      dropSession(state, event.sessionId);
      return;
    case "ANSWERED":
      return;
  }
}

function advanceSession(
  state: IdentityState,
  event: Extract<IdentityEvent, { type: "SESSION_ADVANCED" }>,
  now: number,
): void {
  const { sessionId, userId, refreshHash, expiresAt } = event;
  const before = find(state.sessions, sessionId);
  const spent = before === undefined ? [] : [...before.spentHashes, before.refreshHash];
  dropExpiredSessions(state, sessionId, now);
  putSession(state, { sessionId, userId, refreshHash, expiresAt, spentHashes: spent.slice(-SPENT_KEPT) });
}

function dropExpiredLinks(state: IdentityState, near: string, now: number): void {
  for (const id of expired(state.loginLinks, near, now)) bucket(state.loginLinks, id).delete(id);
}

function dropExpiredSessions(state: IdentityState, near: string, now: number): void {
  for (const id of expired(state.sessions, near, now)) dropSession(state, id);
}

function expired<Row extends { readonly expiresAt: number }>(rows: Table<Row>, near: string, now: number): string[] {
  const ids: string[] = [];
  // any order: all of them are dropped
  for (const [id, row] of bucket(rows, near)) if (row.expiresAt <= now) ids.push(id);
  return ids;
}
