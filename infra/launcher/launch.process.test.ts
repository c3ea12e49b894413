import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { ROOT } from "../scripts/root.ts";
import { stampGeneratedCode } from "./generated.mjs";
import { stampPackages } from "./packages.mjs";

/** A project where everything is installed and generated already, with a program of our own in place of `atlas`. */
const project = mkdtempSync(join(tmpdir(), "atlas-launch-"));
afterAll(() => rmSync(project, { recursive: true, force: true }));

const PROGRAM = `
const [, , ...words] = process.argv;
process.on("SIGTERM", () => setTimeout(() => process.exit(7), 100));
process.on("SIGINT", () => setTimeout(() => process.exit(8), 100));
console.log(JSON.stringify(words));
if (words.includes("stay")) setInterval(() => undefined, 1000);
else process.exitCode = Number(words.at(-1) ?? 0);
`;

/** Counts how often it ran. */
const CONSOLE_BUILD = `
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
appendFileSync("../builds", ".");
const source = readFileSync("src/page.html", "utf8");
if (source === "broken") process.exit(1);
mkdirSync("build", { recursive: true });
writeFileSync("build/index.html", source);
`;

cpSync(join(ROOT, "infra", "launcher"), join(project, "infra", "launcher"), { recursive: true });
cpSync(join(ROOT, "package.json"), join(project, "package.json"));
mkdirSync(join(project, "services", "cli", "src"), { recursive: true });
writeFileSync(join(project, "services", "cli", "src", "main.ts"), PROGRAM);
stampPackages(project);
stampGeneratedCode(project);

test("npm start hands its arguments and the exit code over, without the network", async () => {
  const run = await runNpm(["start", "--", "--market", "3"]);
  expect(run).toEqual({ code: 3, words: ["start", "--market", "3"] });
});

test.each([
  ["SIGTERM", 7],
  ["SIGINT", 8],
] as const)("%s to npm alone ends the program cleanly", async (signal, code) => {
  expect(await runNpm(["start", "--", "stay"], (npm) => npm.kill(signal))).toEqual({ code, words: ["start", "stay"] });
});

test.each([
  ["SIGTERM", 7],
  ["SIGINT", 8],
] as const)("%s to the process group ends the program cleanly", async (signal, code) => {
  const run = await runNpm(["start", "--", "stay"], (npm) => process.kill(-(npm.pid ?? 0), signal));
  expect(run).toEqual({ code, words: ["start", "stay"] });
});

test("the program ends when npm is killed", async () => {
  const run = await runNpm(["start", "--", "stay"], (npm) => npm.kill("SIGKILL"));
  expect(run.words).toEqual(["start", "stay"]);
});

test("npm start builds the console when what it is made from has changed, and only then", async () => {
  const folder = join(project, "console");
  const change = (source: string) => writeFileSync(join(folder, "src", "page.html"), source);
  mkdirSync(join(folder, "src"), { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ scripts: { build: "node build.mjs" } }));
  writeFileSync(join(folder, "build.mjs"), CONSOLE_BUILD);
  change("one");
  stampPackages(project);
  const built = async () => {
    const { code } = await runNpm(["start", "--", "0"]);
    const file = join(folder, "build", "index.html");
    return [code, existsSync(file) ? readFileSync(file, "utf8") : "", readFileSync(join(project, "builds"), "utf8")];
  };
  expect(await built()).toEqual([0, "one", "."]);
  expect(await built()).toEqual([0, "one", "."]);
  change("two");
  expect(await built()).toEqual([0, "two", ".."]);
  rmSync(join(folder, "build"), { recursive: true });
  expect(await built()).toEqual([0, "two", "..."]);
  change("broken");
  expect(await built()).toEqual([1, "two", "...."]);
  change("two");
  expect(await built()).toEqual([0, "two", "...."]);
});

/** Runs npm in a process group of its own; resolves when the program, too, has let go of the output. */
async function runNpm(args: string[], afterStart?: (npm: ReturnType<typeof spawn>) => void) {
  const env = { ...process.env, npm_config_offline: "true" };
  const npm = spawn("npm", ["--silent", ...args], {
    cwd: project,
    env,
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  npm.stdout.on("data", (chunk) => {
    output += chunk;
    afterStart?.(npm);
    afterStart = undefined;
  });
  const [code] = await once(npm, "close");
  return { code, words: output === "" ? [] : JSON.parse(output) };
}
