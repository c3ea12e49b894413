import { Command } from "commander";
import type { Io } from "../output/io.ts";
import { checkSettings, environment, readSettings } from "../settings.ts";

interface BackupOptions {
  readonly to: string;
  readonly data?: string;
}

export function backupVerb(io: Io): Command {
  return new Command("backup")
    .description(
      "Copies the data folder of a platform, running or not, to a new folder: keys, store, log, as they are at one moment. " +
        "A platform that is started on the copy goes on from there.",
    )
    .requiredOption("--to <folder>", "a folder that is not there yet")
    .option("--data <folder>", "the data folder (ATLAS_DATA)")
    .addHelpText(
      "after",
      "\nExamples:\n  npx atlas backup --to /backup/atlas-1\n  npx atlas doctor --data /backup/atlas-1   # proves the copy",
    )
    .action(async ({ to, data }: BackupOptions) => {
      const { dataFolder } = checkSettings(readSettings(environment(), { ATLAS_DATA: data }));
      const { backUpFolder } = await import("../backup/back-up-folder.ts");
      await backUpFolder(dataFolder, to, (text) => io.progress(text));
      io.out(
        `${dataFolder} is copied to ${to}. It holds keys: keep it as safe. To prove it: npx atlas doctor --data ${to}`,
      );
    });
}
