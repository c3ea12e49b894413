import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { SiteFile } from "./site-file.ts";

/** Pages and what belongs to them, found by the path that a request names. */
export interface Site {
  /** `accept`: the request's header of that name. `undefined`: there is nothing by that path. */
  find(path: string, accept: string): SiteFile | undefined;
}

/** The one page: its script tells by the address what to show. */
const PAGE = "/index.html";
/** Kit's builds name these by their content. */
const FROZEN = "/_app/immutable/";
/** Below this are parts of pages, never pages. */
const PARTS = "/_app/";

/**
 * A built site, read into memory: what is not in the folder now is never served, whatever a path says. `undefined`: there
 * is none in the folder.
 */
export function readSite(folder: string): Site | undefined {
  const files = new Map(pathsBelow(folder).map((path) => [path, fileOf(folder, path)]));
  const page = files.get(PAGE);
  if (page === undefined) return undefined;
  return {
    find: (path, accept) => files.get(path) ?? (isForPerson(path, accept) ? page : undefined),
  };
}

/** A site that is not there: says so, in one sentence, where a page would be. */
export function absentSite(sentence: string): Site {
  const page = new SiteFile("absent.txt", Buffer.from(`${sentence}\n`), false, 404);
  return {
    find: (path, accept) => (isForPerson(path, accept) ? page : undefined),
  };
}

/** Whether a browser wants a page to show, and not a part of one that is gone. */
function isForPerson(path: string, accept: string): boolean {
  return path === "/" || (accept.includes("text/html") && !path.startsWith(PARTS));
}

/** As requests name them. Links are left out: by one, `readdir` by itself would go on in a folder elsewhere. */
function pathsBelow(folder: string, path = ""): string[] {
  return entriesOf(join(folder, path)).flatMap((entry) => {
    const below = `${path}/${entry.name}`;
    if (entry.isDirectory()) return pathsBelow(folder, below);
    return entry.isFile() ? [below] : [];
  });
}

function entriesOf(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

function fileOf(folder: string, path: string): SiteFile {
  return new SiteFile(path, readFileSync(join(folder, path)), path.startsWith(FROZEN));
}
