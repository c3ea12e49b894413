import { type DescMessage, type MessageShape, toJson } from "@bufbuild/protobuf";
import { Command } from "commander";
import { type AtlasClient, atlasClient } from "../client/atlas-client.ts";
import { failureOf } from "../client/failure.ts";
import { findKey } from "../client/key.ts";
import type { Io } from "../output/io.ts";
import { checkSettings, environment, readSettings, type Settings } from "../settings.ts";

/** What every verb can be told. */
export interface CommonOptions {
  readonly json?: boolean;
  readonly url?: string;
  readonly data?: string;
}

/** What a verb works with. */
export interface VerbContext {
  readonly atlas: AtlasClient;
  readonly settings: Settings;
  readonly io: Io;
  readonly json: boolean;
}

/** A verb, with its help: a sentence, and examples of use. */
export function verb(name: string, summary: string, examples: readonly string[]): Command {
  const lines = examples.map((example) => `  npx atlas ${example}`).join("\n");
  return new Command(name)
    .description(summary)
    .option("--json", "one Protobuf-JSON message a line, for programs")
    .option("--url <address>", "the platform's address (ATLAS_URL)")
    .option("--data <folder>", "the data folder whose cli.key to sign in with (ATLAS_DATA)")
    .addHelpText("after", `\nExamples:\n${lines}`);
}

/** The settings of a command: its options above the environment. */
function settingsOf(options: CommonOptions): Settings {
  const given = { ATLAS_URL: options.url, ATLAS_DATA: options.data };
  return checkSettings(readSettings(environment(), given));
}

/** Runs `action` with a client of the platform; its failures say what became of the call. */
export async function withAtlas(
  io: Io,
  options: CommonOptions,
  action: (context: VerbContext) => Promise<void>,
): Promise<void> {
  const settings = settingsOf(options);
  const atlas = atlasClient(settings.url, findKey(settings));
  try {
    await action({ atlas, settings, io, json: options.json === true });
  } catch (error) {
    throw failureOf(error, settings.url);
  } finally {
    atlas.close();
  }
}

/** Messages for a program, one a line, or as `text` says for a person. */
export function print<Desc extends DescMessage>(
  context: Pick<VerbContext, "io" | "json">,
  schema: Desc,
  messages: readonly MessageShape<Desc>[],
  text: () => string,
): void {
  if (!context.json) context.io.out(text());
  else for (const message of messages) context.io.out(jsonLine(schema, message));
}

/** A message as Protobuf-JSON on one line. */
export function jsonLine<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>): string {
  return JSON.stringify(toJson(schema, message));
}
