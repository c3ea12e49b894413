import { type ApiKey, ApiKeySchema } from "@atlas/gen/atlas/identity/v1/identity_pb";
import {
  CreateApiKeyResponseSchema,
  CreateLoginLinkResponseSchema,
} from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import { timestampOf } from "@atlas/platform/wire/time";
import type { Command } from "commander";
import { refused } from "../client/failure.ts";
import { requestId } from "../client/request-id.ts";
import type { Io } from "../output/io.ts";
import { record, table } from "../output/table.ts";
import { timeOf } from "../output/words.ts";
import { collect, wholeNumber } from "./pages.ts";
import { type CommonOptions, print, verb, withAtlas } from "./verb.ts";

interface UserOption extends CommonOptions {
  readonly user?: string;
}

export function keysVerb(io: Io): Command {
  return verb("keys", "Makes, lists and revokes API keys, and makes login links.", [
    "keys create --label laptop --expires-in 90",
    "keys list",
    "keys revoke k-1",
    "keys login-link --user maria",
  ])
    .addCommand(createVerb(io))
    .addCommand(listVerb(io))
    .addCommand(revokeVerb(io))
    .addCommand(loginLinkVerb(io));
}

function createVerb(io: Io): Command {
  return verb("create", "Makes an API key. Its secret is shown this once.", ["keys create --label laptop"])
    .option("--user <id>", "whose it is; without it, yours")
    .option("--label <text>", "a label", "")
    .option("--expires-in <days>", "when it stops to work; without it, never", wholeNumber(1, "--expires-in"))
    .action((options: UserOption & { label: string; expiresIn?: number }) =>
      withAtlas(io, options, async (context) => {
        const expireTime =
          options.expiresIn === undefined ? undefined : timestampOf(Date.now() + options.expiresIn * 86_400_000);
        const answer = await context.atlas.identity.createApiKey({
          requestId: requestId(),
          userId: options.user ?? "",
          label: options.label,
          expireTime,
        });
        print(context, CreateApiKeyResponseSchema, [answer], () =>
          record([
            ["key", answer.apiKey?.keyId ?? ""],
            ["user", answer.apiKey?.userId ?? ""],
            ["expires", timeOf(answer.apiKey?.expireTime) || "never"],
            ["secret", answer.secret],
          ]),
        );
      }),
    );
}

function listVerb(io: Io): Command {
  return verb("list", "Lists API keys, without their secrets.", ["keys list", "keys list --user maria"])
    .option("--user <id>", "whose; without it, yours")
    .action((options: UserOption) =>
      withAtlas(io, options, async (context) => {
        const keys = await collect(100_000, async (pageSize, pageToken) => {
          const answer = await context.atlas.identity.listApiKeys({ userId: options.user ?? "", pageSize, pageToken });
          return { entries: answer.apiKeys, nextPageToken: answer.nextPageToken };
        });
        print(context, ApiKeySchema, keys, () => keysText(keys));
      }),
    );
}

function revokeVerb(io: Io): Command {
  return verb("revoke", "Revokes an API key: it stops to work within seconds.", ["keys revoke k-1"])
    .argument("<key>", "the key's id")
    .action((keyId: string, options: CommonOptions) =>
      withAtlas(io, options, async (context) => {
        const { apiKey } = await context.atlas.identity.revokeApiKey({ keyId });
        if (apiKey === undefined) throw refused("the answer holds no key");
        print(context, ApiKeySchema, [apiKey], () => keysText([apiKey]));
      }),
    );
}

function loginLinkVerb(io: Io): Command {
  return verb("login-link", "Makes a link by which a person signs in to the console, once, within minutes.", [
    "keys login-link",
  ])
    .option("--user <id>", "who will sign in by it; without it, you")
    .action((options: UserOption) =>
      withAtlas(io, options, async (context) => {
        const answer = await context.atlas.identity.createLoginLink({ userId: options.user ?? "" });
        print(context, CreateLoginLinkResponseSchema, [answer], () =>
          record([
            ["link", `${context.atlas.url}${answer.path}`],
            ["expires", timeOf(answer.expireTime)],
          ]),
        );
      }),
    );
}

function keysText(keys: readonly ApiKey[]): string {
  return table(
    keys,
    [
      { title: "key", of: (key) => key.keyId },
      { title: "user", of: (key) => key.userId },
      { title: "label", of: (key) => key.label },
      { title: "created", of: (key) => timeOf(key.createTime) },
      { title: "expires", of: (key) => timeOf(key.expireTime) },
      { title: "state", of: (key) => (key.revoked ? "REVOKED" : "VALID") },
    ],
    "no keys",
  );
}
