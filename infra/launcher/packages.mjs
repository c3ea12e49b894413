import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fail, progress } from "./progress.mjs";
import { digestContents, isStamped, writeStamp } from "./stamp.mjs";

const PNPM_VERSION = "10.34.9";

/** Installs the packages that the lockfile names, unless they are there. Needs the network only then. */
export function installPackages(root) {
  if (isStamped(stampFile(root), currentStamp(root))) return;
  progress(`installing packages with pnpm ${PNPM_VERSION}`);
  const started = Date.now();
  const pnpm = spawnSync("npx", ["-y", `pnpm@${PNPM_VERSION}`, "install", "--frozen-lockfile", ...OPTIONS], {
    cwd: root,
    encoding: "utf8",
    env: { ...process.env, npm_config_loglevel: "error" },
  });
  if (pnpm.status !== 0) {
    const output = `${pnpm.stdout ?? ""}${pnpm.stderr ?? ""}`;
    process.stderr.write(output);
    fail(`could not install the packages: ${remedyFor(output)}.`);
  }
  stampPackages(root);
  progress(`packages installed in ${Math.round((Date.now() - started) / 1000)} s`);
}

/** Says that the packages of this folder are those that its lockfile names now. */
export function stampPackages(root) {
  writeStamp(stampFile(root), currentStamp(root));
}

/** No question can be answered here, and no package may build anything. */
const OPTIONS = ["--config.confirmModulesPurge=false", "--loglevel=warn"];

function remedyFor(output) {
  return output.includes("ERR_PNPM_OUTDATED_LOCKFILE")
    ? `bring the lockfile up to date with: npx -y pnpm@${PNPM_VERSION} install --no-frozen-lockfile`
    : "the reason stands above; check the network and the free space, then try again";
}

function stampFile(root) {
  return join(root, "node_modules", ".atlas-installed");
}

function currentStamp(root) {
  return digestContents(root, manifests(root));
}

function manifests(root) {
  const services = join(root, "services");
  const folders = existsSync(services) ? readdirSync(services).sort() : [];
  const members = ["gen", "bench", "console", "infra/engines", ...folders.map((name) => `services/${name}`)];
  return ["pnpm-lock.yaml", "pnpm-workspace.yaml", "package.json", ...members.map((path) => `${path}/package.json`)];
}
