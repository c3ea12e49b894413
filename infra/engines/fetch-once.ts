import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheFolder } from "../launcher/cache-folder.mjs";
import { progress } from "../launcher/progress.mjs";

/** An engine cannot be had or does not start: one sentence that says what to do. */
export class EngineMissing extends Error {
  override name = "EngineMissing";
}

/**
 * The folder of `name` in the cache of this machine. Filled beside its place and then renamed: what is there is whole,
 * however many fill it at once.
 */
export async function fetchOnce(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const folder = join(cacheFolder(), "engines", name);
  if (existsSync(folder)) return folder;
  progress(`fetching ${name}, once`);
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  try {
    await fill(unfinished);
    adopt(unfinished, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  return folder;
}

function adopt(unfinished: string, folder: string): void {
  mkdirSync(dirname(folder), { recursive: true });
  try {
    renameSync(unfinished, folder);
  } catch (error) {
    if (!existsSync(folder)) throw error;
  }
}
