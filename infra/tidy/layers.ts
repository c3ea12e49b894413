import { posix } from "node:path";
import ts from "typescript";
import { nodesOf, type Source, type Violation, violationAt } from "./source.ts";

/** What the code of one package may import, besides its own files. */
interface Layer {
  /** Packages of this workspace, without "@atlas/"; "*" is any. */
  readonly workspace: readonly string[] | "*";
  /** Packages from npm and "node:"; "*" is any. */
  readonly outside: readonly string[] | "*";
}

const NEUTRAL = ["@bufbuild/protobuf", "@bufbuild/protovalidate", "@connectrpc/connect"];
const TEST_PACKAGES = ["vitest", "fast-check"];

/** Dependencies run one way: domain <- platform <- services <- assembly <- cli; adapters -> platform. */
const LAYERS: Readonly<Record<string, Layer>> = {
  domain: { workspace: [], outside: [] },
  platform: { workspace: ["domain", "gen"], outside: NEUTRAL },
  adapters: { workspace: ["platform", "gen"], outside: "*" },
  assembly: { workspace: "*", outside: NEUTRAL },
  cli: { workspace: ["domain", "platform", "adapters", "gen", "assembly"], outside: "*" },
  // A client of the contract like any other, in the browser; its tests in one start platforms.
  console: { workspace: ["gen"], outside: "*" },
  e2e: { workspace: ["cli", "gen"], outside: "*" },
  // It sees the services by their RPC handlers and the log only: the assembly puts them together (`simulation.ts` says what of it).
  simulation: { workspace: ["assembly", "platform", "gen"], outside: "*" },
  // It starts processes of the command line, is a client of theirs, and looks into the engines by their adapters.
  chaos: { workspace: ["assembly", "cli", "adapters", "platform", "gen"], outside: "*" },
  bench: { workspace: "*", outside: "*" },
  infra: { workspace: ["gen"], outside: "*" },
};
const SERVICE: Layer = { workspace: ["domain", "platform", "gen"], outside: [...NEUTRAL, "jose"] };

/** Starts Kafka, DynamoDB and S3 on this machine: for tests and measurements only. */
const ENGINES = "engines";

/** Above everything: nothing but themselves and benches imports them. */
const TOP = ["cli", "bench", "simulation", "chaos"];

/** Imports that run against the direction, leave their package by a path, or reach the machine from neutral code. */
export function checkLayers(source: Source): Violation[] {
  const owner = packageOf(source.path);
  return importsOf(source).flatMap(({ node, target }) => {
    const reason = refuse(source, owner, target);
    return reason === undefined ? [] : [violationAt(source, node, reason)];
  });
}

/** Folders of the core point down only: a cycle between two of them is reported once for each import on it. */
export function checkFolderCycles(sources: readonly Source[]): Violation[] {
  const edges = sources.filter((source) => !source.isTest && packageOf(source.path) === "domain").flatMap(folderEdges);
  const reach = (from: string, seen = new Set<string>()): Set<string> => {
    for (const edge of edges) if (edge.from === from && !seen.has(edge.to)) reach(edge.to, seen.add(edge.to));
    return seen;
  };
  return edges
    .filter((edge) => reach(edge.to).has(edge.from))
    .map((edge) => violationAt(edge.source, edge.node, `folders ${edge.from} and ${edge.to} import each other`));
}

function folderEdges(source: Source): { source: Source; node: ts.Node; from: string; to: string }[] {
  const from = posix.dirname(source.path);
  return importsOf(source)
    .filter(({ target }) => target.startsWith("."))
    .map(({ node, target }) => ({ source, node, from, to: posix.dirname(posix.join(from, target)) }))
    .filter((edge) => edge.to !== edge.from);
}

function refuse(source: Source, owner: string, target: string): string | undefined {
  if (target.startsWith(".")) return refusePath(source.path, owner, target);
  const layer = LAYERS[owner] ?? SERVICE;
  const workspace = /^@atlas\/([^/]+)/.exec(target)?.[1];
  if (workspace === ENGINES) return refuseEngines(source, owner);
  if (workspace !== undefined) return refuseWorkspace(owner, layer, workspace);
  if (source.isTest && (target.startsWith("node:") || TEST_PACKAGES.includes(target))) return undefined;
  if (layer.outside === "*" || layer.outside.some((name) => target === name || target.startsWith(`${name}/`))) {
    return undefined;
  }
  return `${owner} may not import ${target}`;
}

function refuseEngines(source: Source, owner: string): string | undefined {
  return source.isTest || owner === "bench" || owner === "chaos"
    ? undefined
    : `${source.path} is no test: it may not import @atlas/${ENGINES}`;
}

function refuseWorkspace(owner: string, layer: Layer, target: string): string | undefined {
  if (target === owner) return `${owner} imports its own files by relative path`;
  const allowed = layer.workspace === "*" ? !TOP.includes(target) : layer.workspace.includes(target);
  return allowed || owner === "bench" ? undefined : `${owner} may not import @atlas/${target}`;
}

function refusePath(path: string, owner: string, target: string): string | undefined {
  const reached = posix.join(posix.dirname(path), target);
  if (packageOf(reached) !== owner) return `${target} leaves the package ${owner}: import @atlas/...`;
  return undefined;
}

/** services/oms/src/run.ts -> oms; bench/src/x.ts -> bench; console/e2e/x.e2e.ts -> e2e: it sees the console from outside. */
function packageOf(path: string): string {
  const [top = "", second = ""] = path.split("/");
  if (top === "console" && second === "e2e") return second;
  return top === "services" ? second : top;
}

/** Every module that a file names, types or code. */
export function importsOf(source: Source): { node: ts.Node; target: string }[] {
  return [...nodesOf(source.tree)].flatMap((node) => {
    const name = moduleName(node);
    return name !== undefined && ts.isStringLiteralLike(name) ? [{ node, target: name.text }] : [];
  });
}

function moduleName(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isImportTypeNode(node)) return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined;
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) return node.arguments[0];
  return undefined;
}
