import { randomUUID } from "node:crypto";
import { link, open, readdir, readFile, rm, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Archive, ArchiveUnavailable, checkName, checkObject } from "@atlas/platform/ports/archive";
import { makeFolder } from "./make-folder.ts";

/** What an object is written as until it has its name. */
const UNNAMED = /^\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The archive as read-only files below a folder. It holds against this platform and its mistakes, not against who may
 * change files on the machine: that is what the one in S3 is for. Any number may read a folder; one at a time creates in it, the
 * process that has the data folder.
 */
export function archiveFolder(folder: string): Archive {
  const sweeps = new Map<string, Promise<void>>();
  return {
    create: async (name, content) => {
      checkObject(name, content);
      const below = dirname(join(folder, name));
      const sweep = sweeps.get(below) ?? removeUnnamed(below);
      sweeps.set(below, sweep);
      await sweep;
      return create(join(folder, name), content).catch(unavailable);
    },
    read: async (name) => {
      checkName(name);
      return readOrNothing(join(folder, name)).catch(unavailable);
    },
    list: async ({ prefix, after = "", limit }) => {
      const names: string[] = [];
      const walk = { folder, prefix, after, limit, names };
      await gather(walk, "").catch(unavailable);
      return names;
    },
  };
}

function unavailable(error: Error): never {
  throw new ArchiveUnavailable(error.message);
}

/** Removes what a process left that was killed as it wrote. What cannot be removed harms nobody: the next start tries again. */
async function removeUnnamed(folder: string): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  await Promise.allSettled(names.filter((name) => UNNAMED.test(name)).map((name) => unlink(join(folder, name))));
}

/** Written beside, then linked: it stands whole or not at all, and nothing is overwritten. */
async function create(path: string, content: Uint8Array): Promise<boolean> {
  makeFolder(dirname(path));
  const beside = join(dirname(path), `.${randomUUID()}`);
  try {
    await write(beside, content);
    await link(beside, path);
    await syncFolder(dirname(path));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return Buffer.compare(content, await readFile(path)) === 0;
  } finally {
    await rm(beside, { force: true });
  }
}

async function write(path: string, content: Uint8Array): Promise<void> {
  const file = await open(path, "wx", 0o444);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
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

interface Walk {
  readonly folder: string;
  readonly prefix: string;
  readonly after: string;
  readonly limit: number;
  readonly names: string[];
}

/** Names below a folder in the order of their bytes, until there are enough; folders that can hold none are not read. */
async function gather(walk: Walk, below: string): Promise<void> {
  const { folder, prefix, after, limit, names } = walk;
  const entries = await readdir(join(folder, below), { withFileTypes: true }).catch((error) => {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  });
  const paths = entries
    .filter((entry) => !entry.name.startsWith(".") && (entry.isFile() || entry.isDirectory()))
    .map((entry) => `${below}${entry.name}${entry.isDirectory() ? "/" : ""}`);
  for (const path of paths.sort()) {
    if (names.length === limit) return;
    if (path.endsWith("/")) {
      const isBefore = path < after && !after.startsWith(path);
      if (!isBefore && (path.startsWith(prefix) || prefix.startsWith(path))) await gather(walk, path);
    } else if (path.startsWith(prefix) && path > after) names.push(path);
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
