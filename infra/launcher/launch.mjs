import { spawn } from "node:child_process";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildConsole } from "./console.mjs";
import { generateCode } from "./generated.mjs";
import { installPackages } from "./packages.mjs";
import { fail } from "./progress.mjs";
import { findNode } from "./runtime.mjs";
import { SERVER_FLAGS } from "./server-flags.mjs";

const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/**
 * The scripts of package.json, and what bin/atlas.mjs and the example ask for. `check`, `test` and `fix` leave the
 * generated code alone: that it is up to date is one of the things they look at. `start` and what uses a browser build the
 * console, and `bench` for the bench of that name: nothing else shows it.
 */
const SCRIPTS = {
  start: { entry: "services/cli/src/main.ts", args: ["start"], generates: true, builds: true },
  atlas: { entry: "services/cli/src/main.ts", args: [], generates: true },
  example: { entry: "examples/typescript/first-order.ts", args: [], generates: true },
  bench: { entry: "bench/src/main.ts", args: [], generates: true, builds: "console" },
  sim: { entry: "services/simulation/src/main.ts", args: [], generates: true },
  "sim:mutants": { entry: "services/simulation/src/mutants/main.ts", args: [], generates: true },
  "sim:coverage": { entry: "services/simulation/src/run/coverage-main.ts", args: [], generates: true },
  nightly: { entry: "infra/scripts/nightly.ts", args: [], generates: true },
  chaos: { entry: "services/chaos/src/main.ts", args: [], generates: true },
  engines: { entry: "infra/engines/main.ts", args: [], generates: false },
  gen: { entry: "infra/gen/main.ts", args: [], generates: false },
  check: { entry: "infra/scripts/check.ts", args: [], generates: false },
  fix: { entry: "infra/scripts/fix.ts", args: [], generates: false },
  test: { entry: "infra/scripts/test.ts", args: [], generates: false },
  "test:engines": { entry: "infra/scripts/test-engines.ts", args: [], generates: true, builds: true },
  e2e: { entry: "infra/scripts/e2e.ts", args: [], generates: true, builds: true },
  prepare: { entry: undefined, args: [], generates: false },
};

/** Brings the machine to where `script` can run, then runs it in the foreground and ends as it ends. */
export function launch(script, args) {
  const known = SCRIPTS[script];
  if (known === undefined) fail(`there is no script "${script}"; there are ${Object.keys(SCRIPTS).join(", ")}.`);
  const node = findNode();
  installPackages(ROOT);
  if (known.generates) generateCode(ROOT, node);
  if (known.entry === undefined) return;
  if (known.builds === true || (known.builds !== undefined && known.builds === args[0])) buildConsole(ROOT, node);
  const words = [...known.args, ...args];
  const flags = words[0] === "start" ? SERVER_FLAGS : [];
  const env = script === "bench" ? { BENCH_SERVER_FLAGS: SERVER_FLAGS.join(" ") } : {};
  run(node, [...flags, join(ROOT, known.entry), ...words], env);
}

/**
 * The child stays in this process group, so a terminal's Ctrl-C reaches it directly; a signal sent to the launcher
 * alone is passed on. A signal to the whole group reaches the child both ways: it sees it twice.
 */
function run(node, args, env) {
  const child = spawn(node, ["--disable-warning=ExperimentalWarning", ...args], {
    stdio: "inherit",
    env: { ...process.env, ...env, NODE_COMPILE_CACHE: join(ROOT, "node_modules", ".cache", "node") },
  });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => passOn(child, signal));
  if (process.env.npm_command !== undefined) endWithParent(child);
  child.on("error", (error) => fail(`could not run ${node}: ${error.message}.`));
  child.on("exit", (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
}

/** Killed alone, npm or its shell leaves this process behind with nobody to stop it. */
function endWithParent(child) {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    child.kill("SIGTERM");
  }, 100);
}

/** npm passes signals on too, so those of one moment count once. */
function passOn(child, signal) {
  const seenByTerminal = signal === "SIGINT" && process.stdin.isTTY;
  if (seenByTerminal || performance.now() - passedOnAt < 500) return;
  passedOnAt = performance.now();
  child.kill(signal);
}

let passedOnAt = Number.NEGATIVE_INFINITY;
