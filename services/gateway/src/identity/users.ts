import {
  type CreateUserRequest,
  type CreateUserResponse,
  CreateUserResponseSchema,
  type DisableUserRequest,
  type DisableUserResponse,
  DisableUserResponseSchema,
  type ListUsersRequest,
  type ListUsersResponse,
  ListUsersResponseSchema,
  type SetRolesRequest,
  type SetRolesResponse,
  SetRolesResponseSchema,
} from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import { cursorOf } from "@atlas/platform/query/cursor";
import { create } from "@bufbuild/protobuf";
import { IDENTITY_SHARD } from "../access/identity-view.ts";
import type { CallContext } from "../call-context.ts";
import { afterDecision } from "../intake/after-decision.ts";
import { refuseHouseOwner } from "../refusal/house-names.ts";
import { ask, userAsIs } from "./asked.ts";
import type { IdentityContext } from "./identity-context.ts";
import { pageOf } from "./page.ts";

/** A repeat answers the user as it is; one that exists with other roles is refused. */
export async function createUser(
  request: CreateUserRequest,
  call: CallContext,
  context: IdentityContext,
): Promise<CreateUserResponse> {
  const { userId, roles } = request;
  const refused = refuseHouseOwner("user_id", userId);
  if (refused !== undefined) throw refused;
  await ask({ case: "createUser", value: { userId, roles } }, call, context);
  return create(CreateUserResponseSchema, { user: userAsIs(userId, context) });
}

export async function listUsers(
  request: ListUsersRequest,
  call: CallContext,
  context: IdentityContext,
): Promise<ListUsersResponse> {
  const { freshness, view } = context;
  await freshness.confirm(call.deadline);
  const page = pageOf(view.users(), ({ userId }) => userId, request, "users");
  const cursor = cursorOf(IDENTITY_SHARD, view.sequence);
  return create(ListUsersResponseSchema, { users: page.rows, nextPageToken: page.nextPageToken, cursor });
}

export async function setRoles(
  request: SetRolesRequest,
  call: CallContext,
  context: IdentityContext,
): Promise<SetRolesResponse> {
  const { userId, roles } = request;
  await ask({ case: "setRoles", value: { userId, roles } }, call, context);
  return create(SetRolesResponseSchema, { user: userAsIs(userId, context) });
}

/** Answers when every order shard refuses the user, too. */
export async function disableUser(
  request: DisableUserRequest,
  call: CallContext,
  context: IdentityContext,
): Promise<DisableUserResponse> {
  const { userId } = request;
  await ask({ case: "disableUser", value: { userId } }, call, context);
  await afterDecision(() => context.revoke({ userId, keyId: "" }, call.deadline));
  return create(DisableUserResponseSchema, { user: userAsIs(userId, context) });
}
