import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { ApiKey } from "@atlas/gen/atlas/identity/v1/identity_pb";
import {
  type CreateApiKeyRequest,
  type CreateApiKeyResponse,
  CreateApiKeyResponseSchema,
  type ListApiKeysRequest,
  type ListApiKeysResponse,
  ListApiKeysResponseSchema,
  type RevokeApiKeyRequest,
  type RevokeApiKeyResponse,
  RevokeApiKeyResponseSchema,
} from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import { cursorOf } from "@atlas/platform/query/cursor";
import { refusal } from "@atlas/platform/refusal/refusal-error";
import { hexadecimal } from "@atlas/platform/text/hexadecimal";
import { millisecondsOf } from "@atlas/platform/wire/time";
import { create } from "@bufbuild/protobuf";
import { newApiKeySecret } from "../access/api-key-secret.ts";
import { IDENTITY_SHARD } from "../access/identity-view.ts";
import type { CallContext } from "../call-context.ts";
import { afterDecision } from "../intake/after-decision.ts";
import { invalidField } from "../refusal/invalid-field.ts";
import { ask, isAdmin, subjectOf, unknownUser } from "./asked.ts";
import type { IdentityContext } from "./identity-context.ts";
import { pageOf } from "./page.ts";

const ID_BYTES = 10;

/** The key's id follows from caller and request id: the key itself tells that the request was made before. */
export async function createApiKey(
  request: CreateApiKeyRequest,
  call: CallContext,
  context: IdentityContext,
): Promise<CreateApiKeyResponse> {
  const { chance, clock, digest, view } = context;
  const userId = subjectOf(request.userId, call);
  const { requestId, label, expireTime } = request;
  if ((millisecondsOf(expireTime) ?? Number.MAX_SAFE_INTEGER) <= clock.now()) {
    throw invalidField("expire_time", "lies in the past");
  }
  const keyId = `k${hexadecimal(digest.sha256(`${call.principal.userId}\0${requestId}`).subarray(0, ID_BYTES))}`;
  const secret = newApiKeySecret(keyId, chance);
  const value = { apiKey: { keyId, userId, label, expireTime }, secretHash: digest.sha256(secret) };
  const { event } = await ask({ case: "createApiKey", value }, call, context, requestId);
  if (event.case !== "apiKeyChanged") throw new Error("a key was answered without being made");
  return create(CreateApiKeyResponseSchema, { apiKey: view.apiKey(keyId)?.apiKey, secret });
}

export async function listApiKeys(
  request: ListApiKeysRequest,
  call: CallContext,
  context: IdentityContext,
): Promise<ListApiKeysResponse> {
  const { freshness, view } = context;
  const userId = subjectOf(request.userId, call);
  await freshness.confirm(call.deadline);
  if (view.user(userId) === undefined) throw unknownUser(userId);
  const keys = view.apiKeysOf(userId).map(({ apiKey }) => apiKey as ApiKey);
  const page = pageOf(keys, ({ keyId }) => keyId, request, userId);
  const cursor = cursorOf(IDENTITY_SHARD, view.sequence);
  return create(ListApiKeysResponseSchema, { apiKeys: page.rows, nextPageToken: page.nextPageToken, cursor });
}

/** Answers when every gateway's next look and every order shard refuses the key. Another's key does not exist for the caller. */
export async function revokeApiKey(
  request: RevokeApiKeyRequest,
  call: CallContext,
  context: IdentityContext,
): Promise<RevokeApiKeyResponse> {
  const { freshness, view } = context;
  const { keyId } = request;
  await freshness.confirm(call.deadline);
  const userId = view.apiKey(keyId)?.apiKey?.userId;
  if (userId === undefined || (userId !== call.principal.userId && !isAdmin(call))) {
    throw refusal(Reason.UNKNOWN_IDENTITY, `there is no key ${keyId}`, { field: "key_id" });
  }
  await ask({ case: "revokeApiKey", value: { keyId } }, call, context);
  await afterDecision(() => context.revoke({ userId, keyId }, call.deadline));
  return create(RevokeApiKeyResponseSchema, { apiKey: view.apiKey(keyId)?.apiKey });
}
