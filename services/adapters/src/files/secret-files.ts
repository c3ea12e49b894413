import { randomUUID } from "node:crypto";
import { link, open, readFile, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { SecretFiles } from "@atlas/platform/ports/secret-files";

/** Secrets as files of a folder, mode 0600. */
export function secretFiles(folder: string): SecretFiles {
  return {
    read: (name) => readOrNothing(join(folder, name)),
    create: (name, text) => createWhole(folder, name, text),
  };
}

async function readOrNothing(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Written beside, then linked: the name is there with all of the text or not at all, and nothing is overwritten. */
async function createWhole(folder: string, name: string, text: string): Promise<boolean> {
  const beside = join(folder, `.${name}.${randomUUID()}`);
  const file = await open(beside, "wx", 0o600);
  try {
    try {
      await file.writeFile(text, "utf8");
      await file.sync();
    } finally {
      await file.close();
    }
    await link(beside, join(folder, name));
    await syncFolder(folder);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await unlink(beside);
  }
}

/** Where a folder cannot be synced (Windows), its entries are as durable as they get. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
