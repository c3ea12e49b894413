import { posix } from "node:path";
import ts from "typescript";
import { importsOf } from "./layers.ts";
import { type Source, type Violation, violationAt } from "./source.ts";

/** Beside which the simulation holds the platform. */
const MODEL = "services/simulation/src/model/";

/** The contract as generated, its own library, and what opens a frame of the log. */
const CODE = /^@atlas\/gen\/|^@bufbuild\/protobuf(\/|$)|^@atlas\/platform\/wire\/codec\/frame$/;

/** A record of the log, and the simulated world: their types alone, which are gone where the model runs. */
const TYPES = ["@atlas/platform/ports/log", "@atlas/assembly/simulated/memory-platform"];

/** The model shares no code with what it checks, or both would be wrong alike: of the simulation's own it sees types, too. */
export function checkModel(source: Source): Violation[] {
  if (source.isTest || !source.path.startsWith(MODEL)) return [];
  return importsOf(source).flatMap(({ node, target }) => {
    const isItsOwn = target.startsWith(".") && posix.join(posix.dirname(source.path), target).startsWith(MODEL);
    const isType = isErased(node) && (TYPES.includes(target) || target.startsWith("."));
    if (isItsOwn || isType || CODE.test(target)) return [];
    return [violationAt(source, node, `the model may not import ${target}: it shares no code with what it checks`)];
  });
}

function isErased(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node)) return node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
  return ts.isImportTypeNode(node) || (ts.isExportDeclaration(node) && node.isTypeOnly);
}
