import {
  dropSession,
  type IdentityState,
  putSession,
  sortedRows,
  TABLES,
  type TableName,
} from "@atlas/domain/identity/identity-state";
import { type IdentityImage, IdentityImageSchema } from "@atlas/gen/atlas/log/v1/identity_image_pb";
import type { SlabContent } from "@atlas/platform/progress/stamped-slabs";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import {
  readApiKey,
  readLoginLink,
  readSession,
  readUser,
  writeApiKey,
  writeLoginLink,
  writeSession,
  writeUser,
} from "./wire/kept.ts";

/** Every bucket of every table as a slab of its own (S19). */
export function identitySlabs(state: IdentityState): readonly SlabContent[] {
  return TABLES.flatMap((table) =>
    state[table].map((_, bucket) => ({
      key: slabKey(table, bucket),
      copy: () => toBinary(IdentityImageSchema, create(IdentityImageSchema, rowsOf(state, table, bucket))),
      restore: (bytes: Uint8Array) => restoreRows(state, table, bucket, fromBinary(IdentityImageSchema, bytes)),
    })),
  );
}

export function slabKey(table: TableName, bucket: number): string {
  return `${table}/${bucket}`;
}

/** What gateways authenticate and authorise by: all but login links. */
export function identityImage(state: IdentityState): IdentityImage {
  const image = create(IdentityImageSchema);
  state.users.forEach((_, bucket) => {
    image.users.push(...rowsOf(state, "users", bucket).users);
    image.apiKeys.push(...rowsOf(state, "apiKeys", bucket).apiKeys);
    image.sessions.push(...rowsOf(state, "sessions", bucket).sessions);
  });
  return image;
}

function rowsOf(state: IdentityState, table: TableName, bucket: number) {
  const rows = { users: [], apiKeys: [], loginLinks: [], sessions: [] };
  switch (table) {
    case "users":
      return { ...rows, users: sortedRows(state.users, bucket).map(writeUser) };
    case "apiKeys":
      return { ...rows, apiKeys: sortedRows(state.apiKeys, bucket).map(writeApiKey) };
    case "loginLinks":
      return { ...rows, loginLinks: sortedRows(state.loginLinks, bucket).map(writeLoginLink) };
    case "sessions":
      return { ...rows, sessions: sortedRows(state.sessions, bucket).map(writeSession) };
  }
}

function restoreRows(state: IdentityState, table: TableName, bucket: number, image: IdentityImage): void {
  for (const { sessionId } of table === "sessions" ? sortedRows(state.sessions, bucket) : []) {
    dropSession(state, sessionId);
  }
  state[table][bucket]?.clear();
  for (const user of image.users) state.users[bucket]?.set(user.userId, readUser(user));
  for (const kept of image.apiKeys.map(readApiKey)) state.apiKeys[bucket]?.set(kept.keyId, kept);
  for (const link of image.loginLinks.map(readLoginLink)) state.loginLinks[bucket]?.set(link.tokenHash, link);
  for (const session of image.sessions) putSession(state, readSession(session));
}
