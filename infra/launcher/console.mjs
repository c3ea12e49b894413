import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { fail, progress } from "./progress.mjs";
import { digestContents, digestSizes, isStamped, writeStamp } from "./stamp.mjs";

const FOLDER = "console";
/** In its folder, but nothing that it is made from. */
const NOT_SOURCES = ["build", "e2e", "playwright.config.ts", "test-results", "playwright-report", "node_modules"];
/** What else it is made from: the contract's code, and the packages with their versions. */
const INPUTS = ["gen/ts", "pnpm-lock.yaml"];

/** Builds the console unless what is there was made from the same sources. Does nothing where there is none. */
export function buildConsole(root, node) {
  if (!existsSync(join(root, FOLDER, "package.json"))) return;
  const sources = digestOfSources(root);
  if (isStamped(stampFile(root), stampOf(root, sources))) return;
  progress("building the console");
  const started = Date.now();
  const run = spawnSync("npm", ["--silent", "run", "build"], {
    cwd: join(root, FOLDER),
    encoding: "utf8",
    env: { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH}` },
  });
  if (run.status !== 0) {
    process.stderr.write(`${run.stdout ?? ""}${run.stderr ?? ""}`);
    fail("could not build the console: the reason stands above. npx atlas start starts without building it.");
  }
  // Of the sources as they were before: a change made meanwhile is built next time.
  writeStamp(stampFile(root), stampOf(root, sources));
  progress(`console built in ${Math.round((Date.now() - started) / 1000)} s`);
}

function stampFile(root) {
  return join(root, ".gen", "console");
}

function stampOf(root, sources) {
  return `${sources} ${digestSizes(root, [`${FOLDER}/build`])}`;
}

function digestOfSources(root) {
  const names = readdirSync(join(root, FOLDER)).filter((name) => !NOT_SOURCES.includes(name) && !name.startsWith("."));
  return digestContents(root, [...names.sort().map((name) => `${FOLDER}/${name}`), ...INPUTS]);
}
