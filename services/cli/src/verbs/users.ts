import { type User, UserSchema } from "@atlas/gen/atlas/identity/v1/identity_pb";
import { type Role, RoleSchema } from "@atlas/gen/atlas/options/v1/options_pb";
import type { Command } from "commander";
import { refused } from "../client/failure.ts";
import type { Io } from "../output/io.ts";
import { table } from "../output/table.ts";
import { numberOf, timeOf, wordOf } from "../output/words.ts";
import { collect } from "./pages.ts";
import { type CommonOptions, print, type VerbContext, verb, withAtlas } from "./verb.ts";

export function usersVerb(io: Io): Command {
  return verb("users", "Lists users, or makes and changes them.", [
    "users",
    "users create maria --role operator",
    "users roles maria --role admin auditor",
    "users grant maria demo viewer",
    "users withdraw maria demo viewer",
    "users disable maria",
  ])
    .action((options: CommonOptions) =>
      withAtlas(io, options, async (context) => {
        const users = await collect(100_000, async (pageSize, pageToken) => {
          const answer = await context.atlas.identity.listUsers({ pageSize, pageToken });
          return { entries: answer.users, nextPageToken: answer.nextPageToken };
        });
        print(context, UserSchema, users, () => usersText(users));
      }),
    )
    .addCommand(rolesVerb(io, "create", "Makes a user with platform-wide roles."))
    .addCommand(rolesVerb(io, "roles", "Puts roles in place of a user's platform-wide ones."))
    .addCommand(grantVerb(io, "grant", "Grants a user a role on an account: viewer or trader."))
    .addCommand(grantVerb(io, "withdraw", "Takes a user's role on an account."))
    .addCommand(disableVerb(io));
}

function rolesVerb(io: Io, name: "create" | "roles", summary: string): Command {
  return verb(name, summary, [`users ${name} maria --role operator`])
    .argument("<user>", "the user's id")
    .option("--role <role...>", "such as operator", [])
    .action((userId: string, own: { role: string[] }, self: Command) => {
      const roles = own.role.map((word) => numberOf(RoleSchema, word, "role"));
      return change(io, self, async ({ atlas }) =>
        name === "create" ? atlas.identity.createUser({ userId, roles }) : atlas.identity.setRoles({ userId, roles }),
      );
    });
}

function grantVerb(io: Io, name: "grant" | "withdraw", summary: string): Command {
  return verb(name, summary, [`users ${name} maria demo viewer`])
    .argument("<user>", "the user's id")
    .argument("<account>", "the account's id")
    .argument("<role>", "viewer or trader")
    .action((userId: string, accountId: string, word: string, _: unknown, self: Command) => {
      const role: Role = numberOf(RoleSchema, word, "role");
      return change(io, self, async ({ atlas }) =>
        name === "grant"
          ? atlas.identity.grantAccount({ userId, grant: { accountId, role } })
          : atlas.identity.revokeAccountGrant({ userId, grant: { accountId, role } }),
      );
    });
}

function disableVerb(io: Io): Command {
  return verb("disable", "Disables a user: nothing of theirs works any more.", ["users disable maria"])
    .argument("<user>", "the user's id")
    .action((userId: string, _: unknown, self: Command) =>
      change(io, self, ({ atlas }) => atlas.identity.disableUser({ userId })),
    );
}

/** Changes a user and shows them as they are now. */
function change(
  io: Io,
  command: Command,
  action: (context: VerbContext) => Promise<{ user?: User | undefined }>,
): Promise<void> {
  return withAtlas(io, command.optsWithGlobals<CommonOptions>(), async (context) => {
    const { user } = await action(context);
    if (user === undefined) throw refused("the answer holds no user");
    print(context, UserSchema, [user], () => usersText([user]));
  });
}

function usersText(users: readonly User[]): string {
  return table(
    users,
    [
      { title: "user", of: (user) => user.userId },
      { title: "roles", of: (user) => user.roles.map((role) => wordOf(RoleSchema, role)).join(" ") },
      {
        title: "grants",
        of: (user) => user.grants.map(({ accountId, role }) => `${accountId}:${wordOf(RoleSchema, role)}`).join(" "),
      },
      { title: "state", of: (user) => (user.disabled ? "DISABLED" : "ACTIVE") },
      { title: "created", of: (user) => timeOf(user.createTime) },
    ],
    "no users",
  );
}
