import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { ROOT } from "../scripts/root.ts";

const folder = mkdtempSync(join(tmpdir(), "atlas-biome-"));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** The globals that only adapters and cli may touch, planted where each is refused and where it is not. */
const PLANTED: readonly [path: string, text: string, refused: boolean][] = [
  ["services/domain/src/date.ts", "export const x = new Date();", true],
  ["services/domain/src/json.ts", "export const x = JSON.stringify(1);", true],
  ["services/domain/src/intl.ts", "export const x = Intl;", true],
  ["services/domain/src/for-in.ts", "for (const key in { a: 1 }) void key;", true],
  ["services/domain/src/global.ts", "export const x = globalThis;", true],
  ["services/platform/src/timer.ts", "setTimeout(() => undefined, 1);", true],
  ["services/platform/src/buffer.ts", "export const x = Buffer.alloc(1);", true],
  ["services/oms/src/date.ts", "export const x = Date.now();", true],
  ["services/oms/src/node.ts", 'export { x } from "node:fs";', true],
  ["services/gateway/src/fetch.ts", 'export const x = fetch("/");', true],
  ["services/gateway/src/process.ts", "export const x = process.pid;", true],
  ["services/assembly/src/crypto.ts", "export const x = crypto.randomUUID();", true],
  ["services/oms/src/skipped.test.ts", 'test.skip("x", () => {});', true],
  ["services/oms/src/any.ts", "export const x: any = 1;", true],
  ["services/oms/src/floating.ts", "async function f(): Promise<void> {}\nf();", true],
  ["services/oms/src/NotKebab.ts", "export const x = 1;", true],
  ["services/oms/src/timer.test.ts", "setTimeout(() => undefined, 1);", false],
  ["services/adapters/src/timer.ts", "setTimeout(() => undefined, 1);", false],
  ["services/cli/src/process.ts", "export const x = process.pid;", false],
  ["services/domain/src/plain.ts", "export const x = 1;", false],
];

test("Biome refuses ambient clock, chance and I/O where they are forbidden, and only there (S25)", () => {
  cpSync(join(ROOT, "biome.json"), join(folder, "biome.json"));
  for (const [path, text] of PLANTED) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), `${text}\n`);
  }
  const refused = lint();
  for (const [path, , expected] of PLANTED) expect([path, refused.has(path)]).toEqual([path, expected]);
});

/** The files that have an error. */
function lint(): Set<string> {
  const biome = join(ROOT, "node_modules", "@biomejs", "biome", "bin", "biome");
  const args = [biome, "lint", "--vcs-enabled=false", "--max-diagnostics=none", "--reporter=json", "."];
  const run = spawnSync(process.execPath, args, { cwd: folder, encoding: "utf8" });
  const { diagnostics } = JSON.parse(run.stdout) as {
    diagnostics: { severity: string; location: { path: unknown } }[];
  };
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "error");
  return new Set(
    errors.map((diagnostic) => JSON.stringify(diagnostic.location.path).replace(/^.*(services[^"]*)".*$/, "$1")),
  );
}
