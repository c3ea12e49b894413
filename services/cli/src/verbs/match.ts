import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type Instrument, InstrumentSchema } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { fromJson, type JsonValue } from "@bufbuild/protobuf";
import { Command } from "commander";
import { refused, usage } from "../client/failure.ts";
import { defaultInstruments } from "../match/default-instruments.ts";
import { MatchError, matchLines } from "../match/match-lines.ts";
import { Matcher } from "../match/matcher.ts";
import { linesOf } from "../text/lines.ts";

export function matchVerb(): Command {
  return new Command("match")
    .description(
      "Runs venue commands (Protobuf-JSON, one a line on stdin) through the pure matching engine; reports and market " +
        "events come out, one a line. No platform is needed.",
    )
    .option(
      "--instruments <file>",
      "instruments as Protobuf-JSON, one a line or an array, instead of the built-in ones",
    )
    .option("--json", "the output is Protobuf-JSON lines in any case")
    .addHelpText(
      "after",
      `
Examples:
  npx atlas match < commands.jsonl
  echo '{"instrument_id":"BTC-USD","place":{"order_id":"a","account_id":"x","side":"SIDE_BUY",
    "type":"ORDER_TYPE_LIMIT","quantity":"1","limit_price":"50000"}}' | tr -d '\\n' | npx atlas match`,
    )
    .action(async (options: { instruments?: string }) => {
      const instruments =
        options.instruments === undefined ? defaultInstruments() : readInstruments(options.instruments);
      try {
        await matchLines(new Matcher(instruments), linesOf(process.stdin), write);
      } catch (error) {
        if (error instanceof MatchError) throw refused(error.message);
        throw error;
      }
    });
}

function readInstruments(path: string): Instrument[] {
  try {
    const text = readFileSync(path, "utf8").trim();
    const values: JsonValue[] = text.startsWith("[")
      ? JSON.parse(text)
      : text.split("\n").flatMap((line) => (line.trim() === "" ? [] : [JSON.parse(line)]));
    return values.map((value) => fromJson(InstrumentSchema, value));
  } catch (error) {
    throw usage(`--instruments ${path}: ${(error as Error).message}`);
  }
}

/** Waits while the reader of stdout does not keep up. */
async function write(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, "drain");
}
