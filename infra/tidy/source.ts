import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { filesBelow } from "../launcher/stamp.mjs";

/** A file of ours, read and parsed. */
export interface Source {
  /** Relative to the repository, with slashes: services/oms/src/run.ts. */
  readonly path: string;
  readonly isTest: boolean;
  readonly tree: ts.SourceFile;
}

/** What a rule found, and where. */
export interface Violation {
  readonly path: string;
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

const TEST_FILE = /\.(test|fixture)\.ts$|\/(test|testing|contract-suite|e2e)\//;
/** Written by a build, not by us. */
const BUILT = "console/build/";

export function parseSource(path: string, text: string): Source {
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2024, true);
  return { path, isTest: TEST_FILE.test(path), tree };
}

/** Every TypeScript file of the workspace; generated ones are not ours. */
export function readSources(root: string): Source[] {
  return ["services", "console", "bench", "infra"]
    .flatMap((folder) => filesBelow(root, folder))
    .filter((path) => path.endsWith(".ts") && !path.startsWith(BUILT))
    .map((path) => parseSource(path, readFileSync(join(root, path), "utf8")));
}

export function violationAt(source: Source, node: ts.Node, message: string): Violation {
  return { path: source.path, line: lineOf(source.tree, node), message };
}

/** Line of a node's first character, from 1. */
function lineOf(tree: ts.SourceFile, node: ts.Node): number {
  return tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
}

/** Every node of a tree, parents before children. */
export function* nodesOf(root: ts.Node): Generator<ts.Node> {
  const children: ts.Node[] = [];
  ts.forEachChild(root, (child) => void children.push(child));
  yield root;
  for (const child of children) yield* nodesOf(child);
}
