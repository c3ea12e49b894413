import ts from "typescript";
import { nodesOf, type Source, type Violation, violationAt } from "./source.ts";

const WALKS = ["entries", "forEach", "keys", "values"];
const OBJECT_WALKS = ["Object.entries", "Object.getOwnPropertyNames", "Object.keys", "Object.values"];

/** A walk that is right in any order says why, on its line or the one above: `// any order: ...`. */
const EXCUSE = /\/\/ any order: \S/;

/**
 * The core walks only explicit total orders (S25): iterating a Map, a Set or an object's keys is refused, for their
 * order is that of insertion, which differs between a shard restored from an image and one that lived through.
 */
export function checkIteration(sources: readonly Source[]): Violation[] {
  const core = sources.filter((source) => !source.isTest && source.path.startsWith("services/domain/"));
  const checker = typesOf(core);
  return core.flatMap((source) =>
    [...nodesOf(source.tree)].flatMap((node) => {
      const walked = walkedBy(node);
      const reason = walked === undefined ? refuseObjectWalk(node, source) : refuseWalk(checker, walked);
      return reason === undefined || isExcused(source, node) ? [] : [violationAt(source, node, `${reason} (S25)`)];
    }),
  );
}

/** The collection that a node iterates, if it does. */
function walkedBy(node: ts.Node): ts.Expression | undefined {
  if (ts.isForOfStatement(node) || ts.isSpreadElement(node)) return node.expression;
  if (ts.isVariableDeclaration(node) && ts.isArrayBindingPattern(node.name)) return node.initializer;
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return undefined;
  const { expression: receiver, name } = node.expression;
  if (name.text === "from" && receiver.getText() === "Array") return node.arguments[0];
  return WALKS.includes(name.text) && receiver.getText() !== "Object" ? receiver : undefined;
}

function refuseWalk(checker: ts.TypeChecker, walked: ts.Expression): string | undefined {
  const name = checker.getTypeAtLocation(walked).getSymbol()?.getName();
  const unordered = name !== undefined && /^(Readonly)?(Map|Set)$|^(Map|Set)Iterator$/.test(name);
  return unordered ? `iterating a ${name} takes the order of insertion` : undefined;
}

function refuseObjectWalk(node: ts.Node, source: Source): string | undefined {
  if (!ts.isPropertyAccessExpression(node)) return undefined;
  const name = node.getText(source.tree);
  return OBJECT_WALKS.includes(name) ? `${name} puts keys that look like integers first` : undefined;
}

function isExcused(source: Source, node: ts.Node): boolean {
  const lines = source.tree.text.split("\n");
  const line = source.tree.getLineAndCharacterOfPosition(node.getStart(source.tree)).line;
  return EXCUSE.test(lines[line] ?? "") || EXCUSE.test(lines[line - 1] ?? "");
}

/** Types over the sources as parsed, with the language's own library and nothing else. */
function typesOf(sources: readonly Source[]): ts.TypeChecker {
  const options: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2024,
    lib: ["lib.es2024.d.ts"],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
    noEmit: true,
    strict: true,
    types: [],
  };
  const trees = new Map(sources.map((source) => [`/${source.path}`, source.tree]));
  const disk = ts.createCompilerHost(options);
  const host: ts.CompilerHost = {
    ...disk,
    getCurrentDirectory: () => "/",
    fileExists: (path) => trees.has(path) || disk.fileExists(path),
    getSourceFile: (path, version) => trees.get(path) ?? readLibrary(disk, path, version),
  };
  return ts.createProgram([...trees.keys()], options, host).getTypeChecker();
}

/** Parsed once: the language's library is most of the work of a small program. */
const library = new Map<string, ts.SourceFile | undefined>();

function readLibrary(disk: ts.CompilerHost, path: string, version: ts.ScriptTarget | ts.CreateSourceFileOptions) {
  if (!library.has(path)) library.set(path, disk.getSourceFile(path, version));
  return library.get(path);
}
