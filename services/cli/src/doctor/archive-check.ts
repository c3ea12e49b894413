import { existsSync } from "node:fs";
import { archiveFolder } from "@atlas/adapters/files/archive-folder";
import { systemCompression } from "@atlas/adapters/system/system-compression";
import { systemDigest } from "@atlas/adapters/system/system-digest";
import { archiveIn } from "@atlas/assembly/archive-in";
import { verifyArchive } from "@atlas/platform/archive/verify-archive";
import type { Findings } from "./findings.ts";
import type { LogSource } from "./log-source.ts";

/** A folder's archive is sound by itself (I23), and holds nothing above what its log has or behind a hole (I22). */
export async function checkArchive(folder: string, source: LogSource, findings: Findings): Promise<void> {
  if (!existsSync(archiveIn(folder))) return;
  const covers = findings.rule("I22", "records in the archive, each offset once, up to what the log has");
  const sound = findings.rule("I23", "objects of the archive are as their manifests say");
  const archive = archiveFolder(archiveIn(folder));
  for await (const answer of verifyArchive({ archive, compression: systemCompression(), digest: systemDigest() })) {
    const { topic, partition, problems, firstOffset, nextOffset } = answer;
    covers.see(Number(answer.records));
    sound.see(Number(answer.objects));
    for (const { object, message } of problems) sound.broken(`${object}: ${message}`);
    if (topic === "") continue;
    const { start, end } = await source.range(topic, partition);
    if (Number(nextOffset) > end)
      covers.broken(`${topic}/${partition} is archived up to ${nextOffset}, and ends at ${end}`);
    if (Number(firstOffset) > start)
      covers.broken(`${topic}/${partition} is archived from ${firstOffset}, and begins at ${start}`);
  }
}
