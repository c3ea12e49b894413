import {
  ActivateEngineResponseSchema,
  type GetSystemStateResponse,
  GetSystemStateResponseSchema,
} from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import type { Command } from "commander";
import { usage } from "../client/failure.ts";
import type { Io } from "../output/io.ts";
import { table } from "../output/table.ts";
import { type MutationOptions, mutate, withRequest } from "./mutation.ts";
import { wholeNumber } from "./pages.ts";
import { type CommonOptions, print, verb, withAtlas } from "./verb.ts";

export function engineVerb(io: Io): Command {
  return verb("engine", "Shows by which version of the rules shards decide, and activates the next one.", [
    "engine show",
    "engine activate 2",
  ])
    .addCommand(showVerb(io))
    .addCommand(activateVerb(io));
}

function showVerb(io: Io): Command {
  return verb("show", "Shows the active version of every shard, and which versions the processes that live carry.", [
    "engine show",
    "engine show --json",
  ]).action((options: CommonOptions) =>
    withAtlas(io, options, async (context) => {
      const state = await context.atlas.operations.getSystemState({});
      print(context, GetSystemStateResponseSchema, [state], () => stateText(state));
    }),
  );
}

function activateVerb(io: Io): Command {
  const command = verb(
    "activate",
    "Lets the rules of the next version hold at every shard, for good; every process that lives must carry it.",
    ["engine activate 2"],
  ).argument("<version>", "one above the active one", versionOf);
  return withRequest(command).action((version: number, options: CommonOptions & MutationOptions) =>
    withAtlas(io, options, async (context) => {
      const answer = await mutate<typeof ActivateEngineResponseSchema>(context, options, (requestId) =>
        context.atlas.operations.activateEngine({ requestId, version }),
      );
      print(context, ActivateEngineResponseSchema, [answer], () => `engine version ${answer.version} is active`);
    }),
  );
}

/** Far above any there will be; more would not fit into a message. */
const HIGHEST = 1_000_000;

function versionOf(text: string): number {
  const version = wholeNumber(1, "version")(text);
  if (version > HIGHEST) throw usage(`version is "${text}"; it is at most ${HIGHEST}`);
  return version;
}

function stateText({ shards, processes }: GetSystemStateResponse): string {
  const byVersion = new Map<number, string[]>();
  for (const { shard, engineVersion } of shards) {
    byVersion.set(engineVersion, [...(byVersion.get(engineVersion) ?? []), shard]);
  }
  const active = [...byVersion].sort(([left], [right]) => left - right);
  return [
    table(
      active,
      [
        { title: "active version", right: true, of: ([version]) => (version === 0 ? "no answer" : String(version)) },
        { title: "shards", of: ([, names]) => (byVersion.size === 1 ? `all ${names.length}` : names.join(" ")) },
      ],
      "no shards",
    ),
    table(
      processes,
      [
        { title: "process", of: ({ process }) => process },
        { title: "roles", of: ({ roles }) => roles.join(" ") },
        { title: "carries", of: ({ engineVersions }) => engineVersions.join(" ") || "1" },
      ],
      "no processes",
    ),
  ].join("\n\n");
}
