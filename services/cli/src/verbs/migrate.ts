import type { CopiedPartition } from "@atlas/assembly/migrate/copy-log";
import { Command, Option } from "commander";
import { refused } from "../client/failure.ts";
import type { MoveReport } from "../migrate/move-folder.ts";
import type { Io } from "../output/io.ts";
import { checkSettings, environment, readSettings } from "../settings.ts";

interface MigrateOptions {
  readonly to: string;
  readonly data?: string;
  readonly json?: boolean;
}

const HASH_SHOWN = 16;

export function migrateVerb(io: Io): Command {
  return new Command("migrate")
    .description(
      "Moves the platform of a data folder that none uses to Kafka and DynamoDB, and proves that it is the same: " +
        "records, items, and the state of every shard. The folder is only read; interrupted, it may be run again.",
    )
    .addOption(new Option("--to <engines>", "where to").choices(["distributed"]).makeOptionMandatory())
    .option("--data <folder>", "the data folder (ATLAS_DATA)")
    .option("--json", "one JSON object a line, for programs")
    .addHelpText(
      "after",
      "\nThe engines are those of the settings ATLAS_KAFKA_..., ATLAS_DYNAMODB_ENDPOINT, ATLAS_PREFIX and of AWS; ATLAS_S3_BUCKET" +
        "\nis asked for, and nothing is written there: docs/operations.md." +
        "\n\nExamples:\n  npx atlas migrate --to distributed --data .atlas",
    )
    .action(async ({ data, json }: MigrateOptions) => {
      const given = { ATLAS_DATA: data, ATLAS_ENGINES: "distributed" };
      const { dataFolder, distributed } = checkSettings(readSettings(environment(), given));
      if (distributed === undefined) throw new Error("the settings name no engines");
      const { moveFolder } = await import("../migrate/move-folder.ts");
      const report = json === true ? reportForPrograms(io) : reportForPeople(io);
      const different = await moveFolder(dataFolder, distributed.engines, report);
      io.progress("");
      if (different.length > 0) throw refused(`not the same there: ${different.join(", ")}`);
      if (json !== true)
        io.out("The platform stands there as it stands here. Start its processes on the keys of this folder.");
    });
}

function reportForPeople(io: Io): MoveReport {
  return {
    step: (text) => io.progress(text),
    warn: warnTo(io),
    store: (items) => {
      for (const [table, count] of items) io.out(`${table.padEnd(20)} ${count} items`);
    },
    log: (partitions) => {
      for (const [topic, records] of byTopic(partitions)) io.out(`${topic.padEnd(20)} ${records.join(" ")} records`);
    },
    shard: ({ shard, stateHash, compared, differences }) => {
      const verdict = differences.length === 0 ? "the same" : `DIFFERS: ${differences.join("; ")}`;
      io.out(`${shard.padEnd(20)} ${stateHash.slice(0, HASH_SHOWN)}  ${compared} events, ${verdict}`);
    },
  };
}

function reportForPrograms(io: Io): MoveReport {
  const tell = (line: object) => io.out(JSON.stringify(line));
  return {
    step: (text) => io.progress(text),
    warn: warnTo(io),
    store: (items) => {
      for (const [table, count] of items) tell({ table, items: count });
    },
    log: (partitions) => {
      for (const one of partitions) tell(one);
    },
    shard: tell,
  };
}

function warnTo(io: Io): MoveReport["warn"] {
  return (message, facts) => {
    const known = Object.entries(facts).map(([name, value]) => `${name} ${value}`);
    io.err(`atlas: ${message}: ${known.join("; ")}`);
  };
}

/** How many records stand in each partition, by topic. */
function byTopic(partitions: readonly CopiedPartition[]): Map<string, number[]> {
  const topics = new Map<string, number[]>();
  for (const { topic, start, end } of partitions) topics.set(topic, [...(topics.get(topic) ?? []), end - start]);
  return topics;
}
