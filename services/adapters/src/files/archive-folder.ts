import { randomUUID } from "node:crypto";
import { link, open, readdir, readFile, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Archive, ArchiveUnavailable, checkName, checkObject } from "@atlas/platform/ports/archive";
import { makeFolder } from "./make-folder.ts";

/**
 * The archive as read-only files below a folder. It holds against this platform and its mistakes, not against who may
 * change files on the machine: that is what the one in S3 is for.
 */
export function archiveFolder(folder: string): Archive {
  return {
    create: async (name, content) => {
      checkObject(name, content);
      return create(join(folder, name), content).catch(unavailable);
    },
    read: async (name) => {
      checkName(name);
      return readOrNothing(join(folder, name)).catch(unavailable);
    },
    list: async ({ prefix, after = "", limit }) => {
      const names = await namesBelow(folder, prefix).catch(unavailable);
      return names.filter((name) => name.startsWith(prefix) && name > after).slice(0, limit);
    },
  };
}

function unavailable(error: Error): never {
  throw new ArchiveUnavailable(error.message);
}

/** Written beside, then linked: it stands whole or not at all, and nothing is overwritten. */
async function create(path: string, content: Uint8Array): Promise<boolean> {
  makeFolder(dirname(path));
  const beside = join(dirname(path), `.${randomUUID()}`);
  const file = await open(beside, "wx", 0o444);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  try {
    await link(beside, path);
    await syncFolder(dirname(path));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return Buffer.compare(content, await readFile(path)) === 0;
  } finally {
    await unlink(beside);
  }
}

async function readOrNothing(path: string): Promise<Uint8Array | undefined> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EISDIR"].includes((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw error;
  }
}

/** In the order of their bytes, of those folders that the prefix does not rule out. */
async function namesBelow(folder: string, prefix: string): Promise<string[]> {
  const below = prefix.slice(0, Math.max(0, prefix.lastIndexOf("/")));
  const entries = await readdir(join(folder, below), { recursive: true, withFileTypes: true }).catch((error) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith("."))
    .map((entry) => join(entry.parentPath, entry.name).slice(join(folder, "/").length).replaceAll("\\", "/"))
    .sort();
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
