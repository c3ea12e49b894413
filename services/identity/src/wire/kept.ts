import type { ApiKey, Grant, LoginLink, Session, User } from "@atlas/domain/identity/identity-terms";
import {
  type AccountGrant,
  AccountGrantSchema,
  UserSchema,
  type User as WireUser,
} from "@atlas/gen/atlas/identity/v1/identity_pb";
import { type KeptSession, KeptSessionSchema } from "@atlas/gen/atlas/log/v1/identity_image_pb";
import {
  type ApiKeyChanged,
  ApiKeyChangedSchema,
  type LoginLinkCreated,
  LoginLinkCreatedSchema,
} from "@atlas/gen/atlas/log/v1/identity_record_pb";
import { fromHexadecimal, hexadecimal } from "@atlas/platform/text/hexadecimal";
import { millisecondsOf, timestampOf } from "@atlas/platform/wire/time";
import { create } from "@bufbuild/protobuf";
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import { readAccountRole, readPlatformRoles, writeRole } from "./roles.ts";

/** What events and images hold, written. What stands on the log was decided here: it is read without a way to refuse. */
export function writeUser(user: User): WireUser {
  return create(UserSchema, {
    userId: user.userId,
    roles: user.roles.map(writeRole),
    grants: user.grants.map(writeGrant),
    disabled: user.disabled,
    createTime: timestampOf(user.createdAt),
  });
}

export function readUser(user: WireUser): User {
  return {
    userId: user.userId,
    roles: must(readPlatformRoles(user.roles), "roles"),
    grants: user.grants.map((grant) => must(readGrant(grant), "grant")),
    disabled: user.disabled,
    createdAt: time(user.createTime),
  };
}

function writeGrant(grant: Grant): AccountGrant {
  return create(AccountGrantSchema, { accountId: grant.accountId, role: writeRole(grant.role) });
}

/** `undefined`: its role is none of an account's. */
export function readGrant(grant: AccountGrant): Grant | undefined {
  const role = readAccountRole(grant.role);
  return role === undefined ? undefined : { accountId: grant.accountId, role };
}

export function writeApiKey(key: ApiKey): ApiKeyChanged {
  return create(ApiKeyChangedSchema, {
    apiKey: {
      keyId: key.keyId,
      userId: key.userId,
      label: key.label,
      createTime: timestampOf(key.createdAt),
      expireTime: key.expiresAt === undefined ? undefined : timestampOf(key.expiresAt),
      revoked: key.revoked,
    },
    secretHash: fromHexadecimal(key.secretHash),
  });
}

export function readApiKey(kept: ApiKeyChanged): ApiKey {
  const key = must(kept.apiKey, "api_key");
  return {
    keyId: key.keyId,
    userId: key.userId,
    label: key.label,
    createdAt: time(key.createTime),
    expiresAt: millisecondsOf(key.expireTime),
    revoked: key.revoked,
    secretHash: hexadecimal(kept.secretHash),
  };
}

export function writeLoginLink(link: LoginLink): LoginLinkCreated {
  return create(LoginLinkCreatedSchema, {
    userId: link.userId,
    tokenHash: fromHexadecimal(link.tokenHash),
    expireTime: timestampOf(link.expiresAt),
  });
}

export function readLoginLink(link: LoginLinkCreated): LoginLink {
  return { userId: link.userId, tokenHash: hexadecimal(link.tokenHash), expiresAt: time(link.expireTime) };
}

export function writeSession(session: Session): KeptSession {
  return create(KeptSessionSchema, {
    sessionId: session.sessionId,
    userId: session.userId,
    refreshHash: fromHexadecimal(session.refreshHash),
    expireTime: timestampOf(session.expiresAt),
    spentHashes: session.spentHashes.map(fromHexadecimal),
  });
}

export function readSession(session: KeptSession): Session {
  return {
    sessionId: session.sessionId,
    userId: session.userId,
    refreshHash: hexadecimal(session.refreshHash),
    expiresAt: time(session.expireTime),
    spentHashes: session.spentHashes.map(hexadecimal),
  };
}

/** Milliseconds since the epoch. */
export function time(timestamp: Timestamp | undefined): number {
  return must(millisecondsOf(timestamp), "time");
}

function must<Value>(value: Value | undefined, what: string): Value {
  if (value === undefined) throw new Error(`an identity record lacks its ${what}`);
  return value;
}
