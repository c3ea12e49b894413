import type { AtlasClient } from "@atlas/cli/client/atlas-client";
import { requestId } from "@atlas/cli/client/request-id";
import { Role } from "@atlas/gen/atlas/options/v1/options_pb";

/** A second person, zoe, with an account of her own that holds 77 dollars; there is one of her however often she is asked for. */
export async function createZoe(atlas: AtlasClient): Promise<void> {
  const { users } = await atlas.identity.listUsers({});
  if (users.some(({ userId }) => userId === "zoe")) return;
  await atlas.identity.createUser({ userId: "zoe", roles: [] });
  await atlas.accounts.createAccount({ requestId: requestId(), accountId: "zoes", ownerId: "zoe" });
  await atlas.identity.grantAccount({ userId: "zoe", grant: { accountId: "zoes", role: Role.TRADER } });
  const funds = { requestId: requestId(), accountId: "zoes", amount: { asset: "USD", amount: "77" } };
  await atlas.accounts.depositFunds(funds);
}
