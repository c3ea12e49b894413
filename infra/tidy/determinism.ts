import ts from "typescript";
import { nodesOf, type Source, type Violation, violationAt } from "./source.ts";

/** Whole-number functions whose result the language fixes to the bit; all others differ between engines. */
const EXACT_MATH = ["abs", "ceil", "clz32", "floor", "imul", "max", "min", "round", "sign", "trunc"];

/** They depend on the machine's language tables, which change with the engine's version. */
const LOCALE_METHODS = [
  "localeCompare",
  "normalize",
  "toLocaleLowerCase",
  "toLocaleString",
  "toLocaleUpperCase",
  "toLowerCase",
  "toUpperCase",
];

/** Property accesses that read the ambient clock or chance. */
const AMBIENT: Readonly<Record<string, string>> = {
  "Math.random": "take the chance port",
  "AbortSignal.timeout": "take the clock port",
};

/** Library functions that read the machine's clock. */
const CLOCK_FUNCTIONS = ["timestampNow"];

/** Syntax whose outcome may differ between machines or runs (S25), in the core. Biome refuses the globals. */
export function checkCore(source: Source): Violation[] {
  if (source.isTest || !source.path.startsWith("services/domain/")) return [];
  return [...nodesOf(source.tree)].flatMap((node) => {
    const reason = refuseInCore(node);
    return reason === undefined ? [] : [violationAt(source, node, `${reason} (S25)`)];
  });
}

/** Members by which neutral code would reach the ambient clock or chance; Biome refuses the globals. */
export function checkAmbient(source: Source): Violation[] {
  if (source.isTest || !/^services\/(?!adapters\/|cli\/|chaos\/)/.test(source.path)) return [];
  return [...nodesOf(source.tree)].flatMap((node) => {
    if (ts.isIdentifier(node) && CLOCK_FUNCTIONS.includes(node.text)) {
      return [violationAt(source, node, `${node.text} reads the machine's clock: take the clock port`)];
    }
    if (!ts.isPropertyAccessExpression(node)) return [];
    const name = node.getText(source.tree);
    const remedy = AMBIENT[name];
    return remedy === undefined ? [] : [violationAt(source, node, `${name} is ambient: ${remedy}`)];
  });
}

function refuseInCore(node: ts.Node): string | undefined {
  if (ts.isForInStatement(node)) return "for-in walks keys in an order of its own";
  if (node.kind === ts.SyntaxKind.AsteriskAsteriskToken) return "** is not exact";
  if (node.kind === ts.SyntaxKind.AsteriskAsteriskEqualsToken) return "** is not exact";
  if (ts.isRegularExpressionLiteral(node) && /\\p\{/i.test(node.text)) return "\\p{} depends on Unicode's version";
  if (ts.isIdentifier(node) && node.text === "Math") return refuseMath(node);
  if (ts.isPropertyAccessExpression(node) && LOCALE_METHODS.includes(node.name.text)) {
    return `${node.name.text} depends on the machine's language tables`;
  }
  return undefined;
}

function refuseMath(node: ts.Identifier): string | undefined {
  const access = node.parent;
  if (!ts.isPropertyAccessExpression(access)) return "Math as a value hides which function is meant";
  return EXACT_MATH.includes(access.name.text) ? undefined : `Math.${access.name.text} is not exact`;
}
