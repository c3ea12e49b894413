import { readdirSync, readFileSync } from "node:fs";
import type { Profiler } from "node:inspector/promises";
import { stripTypeScriptTypes } from "node:module";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import v8ToIstanbul from "v8-to-istanbul";

/** How many of something there are, and how many ran. */
export interface Share {
  of: number;
  ran: number;
}

/** What ran of a folder's code. */
export interface FolderCoverage {
  readonly folder: string;
  readonly lines: Share;
  readonly branches: Share;
  readonly functions: Share;
  /** What did not: a file with its lines. */
  readonly missed: string[];
}

const OWN_CODE = /^(?!.*(\.(test|fixture)\.ts$|\/(test|testing)\/)).*\.ts$/;
const COMMENT = /^\s*(\/\/|\/?\*)/;
/** Lines that hold nothing which could run or not. */
const NO_CODE = /^[\s{}()[\];,]*$/;

/** What ran of the code below a folder, by its folders; files that were never loaded count, too. */
export async function coverageOf(
  root: URL,
  scripts: readonly Profiler.ScriptCoverage[],
): Promise<readonly FolderCoverage[]> {
  const ran = new Map(scripts.map(({ url, functions }) => [url, functions]));
  const folders = new Map<string, FolderCoverage>();
  for (const name of readdirSync(root, { recursive: true, encoding: "utf8" }).sort()) {
    if (!OWN_CODE.test(name)) continue;
    const url = new URL(name, root);
    const code = stripTypeScriptTypes(readFileSync(url, "utf8")).split("\n");
    if (!code.some(hasCode)) continue;
    const folder = name.split("/")[0] ?? "";
    const sums = folders.get(folder) ?? { folder, lines: none(), branches: none(), functions: none(), missed: [] };
    folders.set(folder, sums);
    await addFile(sums, url, name, code, ran.get(url.href) ?? neverRan(code));
  }
  return [...folders.values()];
}

async function addFile(
  { lines, branches, functions, missed }: FolderCoverage,
  url: URL,
  name: string,
  code: readonly string[],
  ran: readonly Profiler.FunctionCoverage[],
): Promise<void> {
  const path = fileURLToPath(url);
  const converter = v8ToIstanbul(path);
  await converter.load();
  converter.applyCoverage([...ran]);
  const file = Object.values(converter.toIstanbul())[0];
  if (file === undefined) throw new Error(`${relative(".", path)} has no coverage`);
  const absent: number[] = [];
  for (const [key, { start }] of Object.entries(file.statementMap)) {
    if (!hasCode(code[start.line - 1] ?? "")) continue;
    add(lines, (file.s[key] ?? 0) > 0);
    if (file.s[key] === 0) absent.push(start.line);
  }
  for (const counts of Object.values(file.b)) for (const count of counts) add(branches, count > 0);
  for (const count of Object.values(file.f)) add(functions, count > 0);
  if (absent.length > 0) missed.push(`${name}: ${stretches(absent)}`);
}

function hasCode(line: string): boolean {
  return !NO_CODE.test(line) && !COMMENT.test(line);
}

function neverRan(code: readonly string[]): Profiler.FunctionCoverage[] {
  const endOffset = code.join("\n").length;
  return [{ functionName: "", ranges: [{ startOffset: 0, endOffset, count: 0 }], isBlockCoverage: true }];
}

function none(): Share {
  return { of: 0, ran: 0 };
}

function add(share: Share, isRan: boolean): void {
  share.of++;
  if (isRan) share.ran++;
}

/** Line numbers, rising, as `3-5, 9`. */
function stretches(lines: readonly number[]): string {
  const all: [first: number, last: number][] = [];
  for (const line of lines) {
    const open = all.at(-1);
    if (open !== undefined && line === open[1] + 1) open[1] = line;
    else all.push([line, line]);
  }
  return all.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(", ");
}
