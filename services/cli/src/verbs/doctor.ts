import { Command } from "commander";
import { refused } from "../client/failure.ts";
import type { Findings } from "../doctor/findings.ts";
import { examineLive } from "../doctor/live-doctor.ts";
import type { Io } from "../output/io.ts";
import { type CommonOptions, withAtlas } from "./verb.ts";

interface DoctorOptions extends CommonOptions {
  readonly quick?: boolean;
}

export function doctorVerb(io: Io): Command {
  return new Command("doctor")
    .description(
      "Checks what must always hold, a line for each rule: on the running platform, or with --data on a folder that none uses. " +
        "Every shard is decided once more; of a folder also from its images.",
    )
    .option("--json", "one JSON object a line: invariant, holds, text")
    .option("--url <address>", "the platform's address (ATLAS_URL)")
    .option("--data <folder>", "a data folder at rest, instead of a running platform")
    .option("--quick", "of a running platform: only what its shards say, without reading the log")
    .addHelpText(
      "after",
      "\nExamples:\n  npx atlas doctor\n  npx atlas doctor --quick\n  npx atlas doctor --data .atlas",
    )
    .action(async (options: DoctorOptions) => {
      const step = (text: string) => io.progress(text);
      if (options.data !== undefined) {
        const { examineFolder } = await import("../doctor/rest-doctor.ts");
        tell(io, options, await examineFolder(options.data, step));
      } else {
        await withAtlas(io, options, async ({ atlas }) => {
          tell(io, options, await examineLive(atlas, options.quick === true, step));
        });
      }
    });
}

function tell(io: Io, options: DoctorOptions, findings: Findings): void {
  io.progress("");
  const all = findings.all();
  for (const finding of all) {
    const line = `${finding.invariant.padEnd(4)} ${finding.holds ? "holds " : "BROKEN"}  ${finding.text}`;
    io.out(options.json === true ? JSON.stringify(finding) : line);
  }
  const broken = all.filter((finding) => !finding.holds);
  if (broken.length > 0) throw refused(`broken: ${broken.map((finding) => finding.invariant).join(", ")}`);
}
