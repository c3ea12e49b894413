import { expect, test } from "vitest";
import { checkSources } from "./rules.ts";
import { parseSource } from "./source.ts";

const MODEL = "services/simulation/src/model";
const WORLD = "@atlas/assembly/simulated/memory-platform";
const SIMULATION = "services/simulation/src";

/** Lines that a rule must refuse, each alone in a file of the package, with a word of the reason. */
const REFUSED: readonly [rule: string, path: string, text: string, reason: string][] = [
  [
    "domain imports nothing",
    "services/domain/src/a.ts",
    'import { x } from "@atlas/platform/ports/log";',
    "domain may not",
  ],
  ["domain imports nothing", "services/domain/src/a.ts", 'export { x } from "lodash";', "domain may not"],
  ["domain imports nothing", "services/domain/src/a.ts", 'import "node:fs";', "domain may not"],
  [
    "paths stay inside",
    "services/domain/src/a.ts",
    'import { x } from "../../platform/src/x.ts";',
    "leaves the package",
  ],
  ["platform is neutral", "services/platform/src/a.ts", 'import { x } from "node:crypto";', "platform may not"],
  ["platform is below", "services/platform/src/a.ts", 'import { x } from "@atlas/adapters/x";', "platform may not"],
  ["services never meet", "services/oms/src/a.ts", 'import { x } from "@atlas/venue/x";', "oms may not"],
  ["services never meet", "services/oms/src/a.test.ts", 'import { x } from "@atlas/venue/x";', "oms may not"],
  ["services are neutral", "services/gateway/src/a.ts", 'const x = await import("pino");', "gateway may not"],
  ["types count too", "services/oms/src/a.ts", 'type X = import("@atlas/venue/x").X;', "oms may not"],
  ["tests are not for production", "services/oms/src/a.ts", 'import { test } from "vitest";', "oms may not"],
  ["adapters see platform only", "services/adapters/src/a.ts", 'import { x } from "@atlas/oms/x";', "adapters may not"],
  ["assembly is below cli", "services/assembly/src/a.ts", 'import { x } from "@atlas/cli/x";', "assembly may not"],
  ["assembly is neutral", "services/assembly/src/a.ts", 'import { x } from "node:net";', "assembly may not"],
  ["cli sees the assembly", "services/cli/src/a.ts", 'import { x } from "@atlas/oms/x";', "cli may not"],
  ["the console is a client", "console/src/a.ts", 'import { x } from "@atlas/platform/x";', "console may not"],
  ["the console is a client", "console/src/a.ts", 'import { x } from "@atlas/cli/x";', "console may not"],
  ["seen from outside", "console/e2e/a.e2e.ts", 'import { x } from "../src/lib/a.ts";', "leaves the package"],
  ["engines are for tests", "services/adapters/src/a.ts", 'import { x } from "@atlas/engines/kafka";', "is no test"],
  ["the model is alone", `${MODEL}/a.ts`, 'import { x } from "@atlas/platform/text/x";', "the model may not"],
  ["the model is alone", `${MODEL}/a.ts`, 'import type { X } from "@atlas/platform/text/x";', "the model may not"],
  ["the model is alone", `${MODEL}/a.ts`, 'import { x } from "@atlas/platform/ports/log";', "the model may not"],
  ["the model is alone", `${MODEL}/a.ts`, `import { x } from "${WORLD}";`, "the model may not"],
  ["the model is alone", `${MODEL}/a.ts`, `import { type X } from "${WORLD}";`, "the model may not"],
  ["the model is alone", `${MODEL}/a.ts`, 'export { x } from "../clients/x.ts";', "the model may not"],
  ["the model is alone", `${MODEL}/a.ts`, 'const x = await import("../checks/x.ts");', "the model may not"],
  ["the model is alone", `${MODEL}/a.ts`, 'import { x } from "node:fs";', "the model may not"],
  ["the simulation is outside", `${SIMULATION}/a.ts`, 'import "@atlas/assembly/local-shards";', "may not import"],
  ["the simulation is outside", `${SIMULATION}/a.ts`, 'import "@atlas/platform/shard/recovery";', "may not import"],
  ["the simulation is outside", `${SIMULATION}/a.ts`, 'import "@atlas/assembly/testing/desk";', "may not import"],
  ["the simulation is outside", `${SIMULATION}/a.ts`, 'import "@atlas/assembly/replay/x";', "may not import"],
  ["the simulation is outside", `${SIMULATION}/a.ts`, "platform.leader()?.inside.shards;", "inside a process"],
  ["the simulation is outside", `${SIMULATION}/a.test.ts`, "const { inside } = gateway;", "inside a process"],
  ["the simulation is outside", `${SIMULATION}/a.ts`, 'gateway["inside"];', "inside a process"],
  ["own files by path", "services/oms/src/a.ts", 'import { x } from "@atlas/oms/x";', "by relative path"],
  ["S25 power", "services/domain/src/a.ts", "export const x = 2 ** 3;", "** is not exact"],
  ["S25 power", "services/domain/src/a.ts", "let x = 2; x **= 3;", "** is not exact"],
  ["S25 floats", "services/domain/src/a.ts", "Math.pow(2, 3);", "Math.pow"],
  ["S25 floats", "services/domain/src/a.ts", "Math.exp(2);", "Math.exp"],
  ["S25 chance", "services/domain/src/a.ts", "Math.random();", "Math.random"],
  ["S25 chance", "services/domain/src/a.ts", "const { random } = Math;", "Math as a value"],
  ["S25 locale", "services/domain/src/a.ts", '"a".localeCompare("b");', "localeCompare"],
  ["S25 locale", "services/domain/src/a.ts", '"A".toLowerCase();', "toLowerCase"],
  ["S25 locale", "services/domain/src/a.ts", '"A".normalize();', "normalize"],
  ["S25 unicode", "services/domain/src/a.ts", "/\\p{L}/u.test('a');", "Unicode"],
  ["S25 for-in", "services/domain/src/a.ts", "for (const key in { a: 1 }) key;", "for-in"],
  ["S25 object keys", "services/domain/src/a.ts", "Object.keys({ a: 1 });", "look like integers"],
  ["S25 Map", "services/domain/src/a.ts", "for (const x of new Map<string, number>()) x;", "iterating a Map"],
  ["S25 Set", "services/domain/src/a.ts", "export const x = [...new Set<string>()];", "iterating a Set"],
  ["S25 Map", "services/domain/src/a.ts", "new Map<string, number>().forEach(() => 1);", "iterating a Map"],
  ["S25 Map", "services/domain/src/a.ts", "Array.from(new Map<string, number>().values());", "iterating a Map"],
  [
    "S25 Map",
    "services/domain/src/a.ts",
    "function f(x: ReadonlyMap<string, number>) { const [a] = x; }",
    "ReadonlyMap",
  ],
  ["ambient chance", "services/oms/src/a.ts", "Math.random();", "ambient"],
  ["ambient clock", "services/platform/src/a.ts", "AbortSignal.timeout(5);", "ambient"],
  ["ambient clock", "services/assembly/src/a.ts", "timestampNow();", "clock"],
  ["main.ts is short", "services/cli/src/main.ts", "1;\n".repeat(41), "at most 40"],
  ["files are short", "services/oms/src/a.ts", "1;\n".repeat(401), "at most 400"],
];

test.each(REFUSED)("refused, %s: %s %s", (_rule, path, text, reason) => {
  const found = checkSources([parseSource(path, text)]);
  expect(found.map((violation) => violation.message).join("\n")).toContain(reason);
});

const ALLOWED: readonly [why: string, path: string, text: string][] = [
  ["the core reads itself", "services/domain/src/a/a.ts", 'import { x } from "../b/b.ts";'],
  ["tests run on Node", "services/domain/src/a.test.ts", 'import { x } from "node:fs"; import { test } from "vitest";'],
  ["tests may use floats", "services/domain/src/a.test.ts", "for (const x of new Map()) Math.random();"],
  [
    "the world is in adapters",
    "services/adapters/src/a.ts",
    'import "node:fs"; import "pino"; import "@atlas/platform/x";',
  ],
  ["neutral libraries", "services/oms/src/a.ts", 'import { create } from "@bufbuild/protobuf";'],
  ["part of a neutral library", "services/oms/src/a.ts", 'import { x } from "@bufbuild/protobuf/wkt";'],
  ["assembly joins services", "services/assembly/src/a.ts", 'import "@atlas/oms/x"; import "@atlas/venue/x";'],
  ["whole-number functions", "services/domain/src/a.ts", "Math.min(1, Math.floor(2));"],
  ["arrays have an order", "services/domain/src/a.ts", "for (const x of [1]) x; export const y = [...[1]];"],
  ["look-ups are not walks", "services/domain/src/a.ts", "new Map<string, number>().get('a');"],
  ["an excuse", "services/domain/src/a.ts", "// any order: summed\nfor (const x of new Set<number>()) x;"],
  ["the model has the contract", `${MODEL}/a.ts`, 'import "@atlas/gen/x"; import { y } from "./y.ts";'],
  ["the model opens frames", `${MODEL}/a.ts`, 'import { x } from "@atlas/platform/wire/codec/frame";'],
  ["the model knows of the world", `${MODEL}/a.ts`, `import type { X } from "${WORLD}"; export type { X };`],
  ["the model knows of clients", `${MODEL}/a.ts`, 'import type { X } from "../clients/x.ts";'],
  ["its tests start platforms", `${MODEL}/a.test.ts`, `import { X } from "${WORLD}";`],
  ["the simulation sees platform", `${SIMULATION}/checks/a.ts`, 'import { x } from "@atlas/platform/text/x";'],
  ["the simulation has its world", `${SIMULATION}/a.ts`, `import "${WORLD}"; platform.stopTicks();`],
  ["shards are decided once more", `${SIMULATION}/checks/rebuild.ts`, 'import "@atlas/assembly/replay/x";'],
  ["its tests have a desk", `${SIMULATION}/a.test.ts`, 'import "@atlas/assembly/testing/desk";'],
  ["the console sees the contract", "console/src/a.ts", 'import "@atlas/gen/x"; import "svelte";'],
  ["tests of the console start platforms", "console/e2e/a.e2e.ts", 'import "@atlas/cli/testing/x"; import "axe-core";'],
  ["cli sees the process", "services/cli/src/a.ts", "Math.random(); process.env.ATLAS_PORT;"],
];

test.each(ALLOWED)("allowed, %s: %s %s", (_why, path, text) => {
  expect(checkSources([parseSource(path, text)])).toEqual([]);
});

test("folders of the core point down only", () => {
  const money = parseSource("services/domain/src/money/a.ts", 'import { x } from "../order/b.ts";');
  const order = parseSource("services/domain/src/order/b.ts", 'import { y } from "../money/a.ts";');
  expect(checkSources([money, order]).map((violation) => violation.path)).toEqual([money.path, order.path]);
  expect(checkSources([order])).toEqual([]);
});

test("the environment is read in one file of the services", () => {
  const read = "export const x = process.env.ATLAS_PORT;";
  const [one, other] = ["services/cli/src/a.ts", "services/cli/src/b.ts"].map((path) => parseSource(path, read));
  expect(checkSources([one!])).toEqual([]);
  expect(checkSources([one!, other!]).map((violation) => violation.path)).toEqual([other!.path]);
});

test("a violation names its line", () => {
  expect(checkSources([parseSource("services/domain/src/a.ts", "1;\n2;\nMath.exp(1);")])[0]?.line).toBe(3);
});
