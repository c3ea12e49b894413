import { readFileSync, writeFileSync } from "node:fs";
import { type ArchiveCheckpoint, ArchiveCheckpointSchema } from "@atlas/gen/atlas/audit/v1/archive_pb";
import {
  GetOrderTimelineRequestSchema,
  TimelineEntrySchema,
  type VerifyResponse,
  VerifyResponseSchema,
} from "@atlas/gen/atlas/audit/v1/audit_service_pb";
import { exportRecords } from "@atlas/platform/archive/export-records";
import { survey, verifyArchive } from "@atlas/platform/archive/verify-archive";
import { RefusalError } from "@atlas/platform/refusal/refusal-error";
import { create, fromJsonString, toJsonString } from "@bufbuild/protobuf";
import { Command } from "commander";
import { exportToFolder, exportToStdout } from "../audit/export-lines.ts";
import { type ArchiveOptions, withArchive } from "../audit/open-archive.ts";
import { timelineText } from "../audit/timeline-text.ts";
import { refused, usage } from "../client/failure.ts";
import type { Io } from "../output/io.ts";
import { table } from "../output/table.ts";
import { timeIn } from "../output/words.ts";
import { wholeNumber } from "./pages.ts";
import { type CommonOptions, jsonLine, print, verb, withAtlas } from "./verb.ts";

interface TimelineOptions extends ArchiveOptions, CommonOptions {
  readonly from?: string;
  readonly to?: string;
}

interface VerifyOptions extends ArchiveOptions {
  readonly json?: boolean;
  readonly checkpoint?: string;
  readonly save?: string;
}

interface ExportOptions extends ArchiveOptions, CommonOptions {
  readonly topic?: string[];
  readonly partition?: number;
  readonly from?: string;
  readonly to?: string;
  readonly out?: string;
}

export function auditVerb(io: Io): Command {
  return verb("audit", "Shows what happened, and proves that the archive is whole.", [
    "audit timeline ORDER",
    "audit verify",
    "audit export --topic orders.events --out events",
  ])
    .addCommand(timelineVerb(io))
    .addCommand(verifyVerb(io))
    .addCommand(exportVerb(io));
}

function timelineVerb(io: Io): Command {
  return placed(
    "timeline",
    "Shows everything on an order, in the order in which it was decided: of a platform, with what is not archived yet (takes the " +
      "key of an auditor, ATLAS_KEY), or of an archive by itself.",
  )
    .option("--url <address>", "the platform's address (ATLAS_URL)")
    .option("--json", "one Protobuf-JSON message a line, for programs")
    .argument("<order>", "the order's id")
    .option("--from <time>", "only what was appended at or after it: less is read")
    .option("--to <time>", "only what was appended before it")
    .addHelpText(
      "after",
      "\nExamples:\n  npx atlas audit timeline ORDER\n" +
        "  npx atlas audit timeline ORDER --from 2026-11-20T10:00:00Z --json\n" +
        "  npx atlas audit timeline ORDER --bucket atlas-archive",
    )
    .action(async (orderId: string, options: TimelineOptions) => {
      const request = create(GetOrderTimelineRequestSchema, {
        orderId,
        startTime: timeOrNone(options.from, "--from"),
        endTime: timeOrNone(options.to, "--to"),
      });
      const context = { io, json: options.json === true };
      if (options.url !== undefined && (options.data !== undefined || options.bucket !== undefined)) {
        throw refused("--url asks a platform, --data and --bucket read an archive by itself: one of them");
      }
      if (options.data === undefined && options.bucket === undefined) {
        await withAtlas(io, options, async ({ atlas }) => {
          const answer = await atlas.audit.getOrderTimeline(request, { timeoutMs: 0 });
          print(context, TimelineEntrySchema, answer.entries, () => timelineText(answer));
        });
        return;
      }
      await withArchive(options, async ({ place, ...reading }) => {
        const { archiveTimeline } = await import("@atlas/assembly/archive-timeline");
        const answer = await archiveTimeline(request, reading).catch((error: Error) => {
          throw error instanceof RefusalError ? refused(error.message) : error;
        });
        const text = () => `${place}\n${timelineText(answer)}\nWhat is not archived yet is not in it.`;
        print(context, TimelineEntrySchema, answer.entries, text);
      });
    });
}

function verifyVerb(io: Io): Command {
  return placed("verify", "Checks every byte of an archive, from its objects alone: no platform is needed.")
    .option("--json", "one Protobuf-JSON message for each partition")
    .option("--checkpoint <file>", "also that the archive goes on from where it stood when this was saved")
    .option("--save <file>", "keeps where it stands now, for a later --checkpoint; a new file")
    .addHelpText(
      "after",
      "\nExamples:\n  npx atlas audit verify --save monday.json\n  npx atlas audit verify --checkpoint monday.json\n" +
        "  npx atlas audit verify --bucket atlas-archive",
    )
    .action(async (options: VerifyOptions) => {
      const checkpoint = options.checkpoint === undefined ? undefined : readCheckpoint(options.checkpoint);
      await withArchive(options, async ({ place, ...reading }) => {
        const answers: VerifyResponse[] = [];
        for await (const answer of verifyArchive(reading, checkpoint)) {
          answers.push(answer);
          io.progress(`checked ${answer.topic}/${answer.partition}`);
          if (options.json === true) io.out(jsonLine(VerifyResponseSchema, answer));
        }
        io.progress("");
        if (answers.length === 0) throw refused(`the archive is empty: ${place}`);
        if (options.json !== true) io.out(`${place}\n${verifyText(answers, checkpoint !== undefined)}`);
        tellProblems(io, answers);
        if (options.save !== undefined) saveCheckpoint(options.save, answers);
      });
    });
}

function exportVerb(io: Io): Command {
  return placed(
    "export",
    "Writes records as Protobuf-JSON, one a line: of a platform, with what is not archived yet (takes the key of an auditor, " +
      "ATLAS_KEY), or of an archive by itself. What of a record this build does not know is named in `unknown`.",
  )
    .option("--url <address>", "the platform's address (ATLAS_URL)")
    .option("--json", "the output is Protobuf-JSON lines in any case")
    .option("--topic <topic...>", "only of these")
    .option("--partition <n>", "only of this one", wholeNumber(0, "--partition"))
    .option("--from <time>", "only what was appended at or after it")
    .option("--to <time>", "only what was appended before it")
    .option("--out <folder>", "a new file for each partition there, instead of stdout")
    .addHelpText(
      "after",
      "\nExamples:\n  npx atlas audit export --topic orders.events --from 2026-11-20T10:00:00Z\n" +
        "  npx atlas audit export --data .atlas --out records",
    )
    .action(async (options: ExportOptions) => {
      const request = {
        topics: options.topic ?? [],
        partition: options.partition,
        startTime: timeOrNone(options.from, "--from"),
        endTime: timeOrNone(options.to, "--to"),
      };
      const put = async (records: Parameters<typeof exportToStdout>[1]) => {
        if (options.out === undefined) await exportToStdout(io, records);
        else io.out(`${await exportToFolder(options.out, records)} records in ${options.out}`);
      };
      if (options.data === undefined && options.bucket === undefined) {
        await withAtlas(io, options, ({ atlas }) => put(atlas.audit.export(request, { timeoutMs: 0 })));
        return;
      }
      await withArchive(options, async (reading) => {
        const { partitions } = await survey(reading.archive);
        await put(exportRecords({ reading }, [...partitions.values()], request));
      });
    });
}

/** A verb on an archive, wherever that is. */
function placed(name: string, summary: string): Command {
  return new Command(name)
    .description(summary)
    .option(
      "--data <folder>",
      "a data folder, for the archive in it (ATLAS_DATA; where ATLAS_ENGINES is distributed: ATLAS_S3_BUCKET)",
    )
    .option("--bucket <name>", "the archive in this S3 bucket; region and credentials as AWS's tools find them")
    .option("--prefix <text>", "in front of every name in the bucket")
    .option("--endpoint <address>", "of an S3 server that is not Amazon's");
}

function timeOrNone(text: string | undefined, option: string) {
  return text === undefined ? undefined : timeIn(text, option);
}

function readCheckpoint(file: string): ArchiveCheckpoint {
  try {
    return fromJsonString(ArchiveCheckpointSchema, readFileSync(file, "utf8"));
  } catch (error) {
    throw usage(`--checkpoint is ${file}: ${(error as Error).message}`);
  }
}

function saveCheckpoint(file: string, answers: readonly VerifyResponse[]): void {
  const partitions = answers.flatMap(({ checkpoint }) => checkpoint ?? []);
  const text = toJsonString(ArchiveCheckpointSchema, create(ArchiveCheckpointSchema, { partitions }), {
    prettySpaces: 2,
  });
  try {
    writeFileSync(file, `${text}\n`, { flag: "wx" });
  } catch (error) {
    throw refused(`--save is ${file}: ${(error as Error).message}`);
  }
}

function verifyText(answers: readonly VerifyResponse[], isCompared: boolean): string {
  const text = table(
    answers.filter(({ topic }) => topic !== ""),
    [
      { title: "partition", of: ({ topic, partition }) => `${topic}/${partition}` },
      { title: "from", right: true, of: ({ firstOffset }) => `${firstOffset}` },
      { title: "to", right: true, of: ({ nextOffset }) => `${nextOffset}` },
      { title: "objects", right: true, of: ({ objects }) => `${objects}` },
      { title: "bytes", right: true, of: ({ bytes }) => `${bytes}` },
      { title: "unreadable", right: true, of: ({ unreadableRecords }) => `${unreadableRecords}` },
      { title: "wrong", right: true, of: ({ problemCount }) => `${problemCount}` },
    ],
    "",
  );
  const waiting = answers.map(({ unfinished }) => unfinished).filter((name) => name !== "");
  const lines = [text, ...waiting.map((name) => `${name} has no manifest yet: the archiver goes on with it`)];
  if (!isCompared) lines.push("An archive cannot show that its newest manifests are gone: --checkpoint can.");
  return lines.join("\n");
}

function tellProblems(io: Io, answers: readonly VerifyResponse[]): void {
  let count = 0n;
  for (const { topic, partition, problems, problemCount } of answers) {
    count += problemCount;
    for (const { object, offset, message } of problems) {
      const place = object === "" ? `${topic}/${partition}` : object;
      io.err(`${place}${offset === undefined ? "" : `, offset ${offset}`}: ${message}`);
    }
  }
  if (count > 0n) throw refused(`${count} wrong`);
}
