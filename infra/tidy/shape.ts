import ts from "typescript";
import { nodesOf, type Source, type Violation, violationAt } from "./source.ts";

const MAX_LINES = 400;
const MAX_MAIN_LINES = 40;

/** Files stay short: at most 400 lines, a main.ts at most 40. */
export function checkLength(source: Source): Violation[] {
  const lines = source.tree.getLineStarts().length - 1;
  const most = source.path.endsWith("/main.ts") ? MAX_MAIN_LINES : MAX_LINES;
  return lines > most ? [{ path: source.path, line: most + 1, message: `${lines} lines, at most ${most}` }] : [];
}

/** The environment is read in one file of the services: every later one is reported. */
export function checkEnvironment(sources: readonly Source[]): Violation[] {
  const reads = sources
    .filter((source) => source.path.startsWith("services/") && !source.isTest)
    .flatMap((source) => environmentReads(source).slice(0, 1));
  const [first, ...others] = reads;
  return others.map((read) => ({ ...read, message: `process.env is read in ${first?.path} already` }));
}

function environmentReads(source: Source): Violation[] {
  return [...nodesOf(source.tree)]
    .filter((node) => ts.isPropertyAccessExpression(node) && node.getText(source.tree) === "process.env")
    .map((node) => violationAt(source, node, ""));
}
