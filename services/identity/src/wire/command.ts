import type { IdentityCommand, IdentityRequest } from "@atlas/domain/identity/identity-command";
import type { IdentityCommand as WireCommand } from "@atlas/gen/atlas/log/v1/identity_record_pb";
import { hexadecimal } from "@atlas/platform/text/hexadecimal";
import { millisecondsOf } from "@atlas/platform/wire/time";
import { readGrant } from "./kept.ts";
import { readPlatformRoles } from "./roles.ts";

type Body = WireCommand["command"];
type Of<Case extends Body["case"]> = Extract<Body, { case: Case }>["value"];

/** What the command asks for; `undefined` when it lacks something that every gateway sets, or holds what it does not know. */
export function readRequest(wire: WireCommand): IdentityRequest | undefined {
  const command = readCommand(wire.command);
  if (command === undefined) return undefined;
  return { command, principal: wire.principal, validUntil: millisecondsOf(wire.validUntil) };
}

function readCommand(body: Body): IdentityCommand | undefined {
  switch (body.case) {
    case "createUser":
      return readCreateUser(body.value);
    case "setRoles": {
      const roles = readPlatformRoles(body.value.roles);
      return roles && { type: "SET_ROLES", userId: body.value.userId, roles };
    }
    case "disableUser":
      return { type: "DISABLE_USER", userId: body.value.userId };
    case "grantAccount":
      return readGrantChange("GRANT_ACCOUNT", body.value);
    case "revokeGrant":
      return readGrantChange("REVOKE_GRANT", body.value);
    case "createApiKey":
      return readCreateApiKey(body.value);
    case "revokeApiKey":
      return { type: "REVOKE_API_KEY", keyId: body.value.keyId };
    default:
      return readSessionCommand(body);
  }
}

function readSessionCommand(body: Body): IdentityCommand | undefined {
  switch (body.case) {
    case "createLoginLink": {
      const { userId, tokenHash } = body.value;
      const expiresAt = millisecondsOf(body.value.expireTime);
      if (expiresAt === undefined) return undefined;
      return { type: "CREATE_LOGIN_LINK", userId, tokenHash: hexadecimal(tokenHash), expiresAt };
    }
    case "redeemLoginLink": {
      const { tokenHash, sessionId, refreshHash } = body.value;
      const expiresAt = millisecondsOf(body.value.expireTime);
      if (expiresAt === undefined) return undefined;
      const hashes = { tokenHash: hexadecimal(tokenHash), refreshHash: hexadecimal(refreshHash) };
      return { type: "REDEEM_LOGIN_LINK", sessionId, ...hashes, expiresAt };
    }
    case "rotateRefreshToken": {
      const { refreshHash, nextHash } = body.value;
      const expiresAt = millisecondsOf(body.value.expireTime);
      if (expiresAt === undefined) return undefined;
      const hashes = { refreshHash: hexadecimal(refreshHash), nextHash: hexadecimal(nextHash) };
      return { type: "ROTATE_REFRESH_TOKEN", ...hashes, expiresAt };
    }
    case "endSession":
      return { type: "END_SESSION", sessionId: body.value.sessionId };
    default:
      return undefined;
  }
}

function readCreateUser({ userId, roles, grants }: Of<"createUser">): IdentityCommand | undefined {
  const platform = readPlatformRoles(roles);
  const granted = grants.map(readGrant).filter((grant) => grant !== undefined);
  if (platform === undefined || granted.length < grants.length) return undefined;
  return { type: "CREATE_USER", userId, roles: platform, grants: granted };
}

function readGrantChange(
  type: "GRANT_ACCOUNT" | "REVOKE_GRANT",
  value: Of<"grantAccount"> | Of<"revokeGrant">,
): IdentityCommand | undefined {
  const grant = value.grant && readGrant(value.grant);
  return grant && { type, userId: value.userId, grant };
}

function readCreateApiKey({ apiKey, secretHash }: Of<"createApiKey">): IdentityCommand | undefined {
  if (apiKey === undefined) return undefined;
  const { keyId, userId, label } = apiKey;
  const expiresAt = millisecondsOf(apiKey.expireTime);
  return { type: "CREATE_API_KEY", keyId, userId, label, expiresAt, secretHash: hexadecimal(secretHash) };
}
