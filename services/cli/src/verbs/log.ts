import { PartitionCountSchema, ReadLogResponseSchema } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import type { Command } from "commander";
import type { Io } from "../output/io.ts";
import { recordJson, recordText } from "../output/logged-record.ts";
import { table } from "../output/table.ts";
import { timeIn } from "../output/words.ts";
import { wholeNumber } from "./pages.ts";
import { type CommonOptions, print, verb, withAtlas } from "./verb.ts";

interface LogOptions extends CommonOptions {
  readonly partition: number;
  readonly limit: number;
  readonly offset: number;
  readonly time?: string;
}

export function logVerb(io: Io): Command {
  return verb(
    "log",
    "Reads the log. Where a record holds what this build does not know, for a newer one wrote it, that is said (with " +
      "--json: in `unknown`).",
    ["log count orders.events", "log tail market.data --partition 3"],
  )
    .addCommand(tailVerb(io))
    .addCommand(seekVerb(io))
    .addCommand(countVerb(io));
}

function tailVerb(io: Io): Command {
  return verb("tail", "Shows records of a partition as they come, until it is stopped.", [
    "log tail orders.commands --partition 3",
    "log tail market.data --limit 5 --json",
  ])
    .argument("<topic>", "such as orders.events")
    .option("--partition <n>", "the partition", wholeNumber(0, "--partition"), 0)
    .option("--limit <n>", "stop after so many", wholeNumber(1, "--limit"), 100_000)
    .action((topic: string, options: LogOptions) =>
      withAtlas(io, options, async (context) => {
        const { partitions } = await context.atlas.operations.countLog({ topic });
        const end = partitions.find((one) => one.partition === options.partition)?.endOffset ?? 0n;
        const { partition, limit } = options;
        const request = { topic, partition, fromOffset: end, limit, follow: true };
        for await (const answer of context.atlas.operations.readLog(request, { timeoutMs: 0 })) {
          io.out(context.json ? recordJson(ReadLogResponseSchema, answer) : recordText(answer));
        }
      }),
    );
}

function seekVerb(io: Io): Command {
  return verb("seek", "Shows records of a partition from an offset or a time on.", [
    "log seek orders.events --partition 3 --offset 1200 --limit 10",
    "log seek venue.orders --time 2026-11-20T10:00:00Z",
  ])
    .argument("<topic>", "such as orders.events")
    .option("--partition <n>", "the partition", wholeNumber(0, "--partition"), 0)
    .option("--offset <n>", "from this offset on", wholeNumber(0, "--offset"), 0)
    .option("--time <time>", "from the first record at or after it, such as 2026-11-20T10:00:00Z")
    .option("--limit <n>", "at most so many", wholeNumber(1, "--limit"), 10)
    .action((topic: string, options: LogOptions) =>
      withAtlas(io, options, async (context) => {
        const request = {
          topic,
          partition: options.partition,
          fromOffset: BigInt(options.offset),
          fromTime: options.time === undefined ? undefined : timeIn(options.time, "--time"),
          limit: options.limit,
        };
        for await (const answer of context.atlas.operations.readLog(request)) {
          io.out(context.json ? recordJson(ReadLogResponseSchema, answer) : recordText(answer));
        }
      }),
    );
}

function countVerb(io: Io): Command {
  return verb("count", "Counts the records of a topic, by partition.", ["log count market.data"])
    .argument("<topic>", "such as orders.events")
    .action((topic: string, options: CommonOptions) =>
      withAtlas(io, options, async (context) => {
        const { partitions } = await context.atlas.operations.countLog({ topic });
        print(context, PartitionCountSchema, partitions, () =>
          table(
            partitions,
            [
              { title: "partition", right: true, of: (one) => String(one.partition) },
              { title: "start", right: true, of: (one) => String(one.startOffset) },
              { title: "end", right: true, of: (one) => String(one.endOffset) },
              { title: "records", right: true, of: (one) => String(one.endOffset - one.startOffset) },
            ],
            "no partitions",
          ),
        );
      }),
    );
}
