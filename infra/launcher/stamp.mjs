import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A digest of the contents of `paths` (files, or folders with all below) relative to `root`; a missing one counts too. */
export function digestContents(root, paths) {
  return digest(paths, root, (path) => readFileSync(join(root, path)));
}

/** A digest of the names and sizes below `paths`: quick, and enough to notice that something was removed or cut. */
export function digestSizes(root, paths) {
  return digest(paths, root, (path) => String(statSync(join(root, path)).size));
}

/** Whether `file` holds exactly `stamp`. */
export function isStamped(file, stamp) {
  return existsSync(file) && readFileSync(file, "utf8") === stamp;
}

export function writeStamp(file, stamp) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, stamp);
}

/**
 * Every file below `path`, relative to `root`, in one order on every machine; hidden ones and packages are left out.
 *
 * @param {string} root
 * @param {string} path
 * @returns {string[]}
 */
export function filesBelow(root, path) {
  const absolute = join(root, path);
  if (!existsSync(absolute)) return [];
  if (statSync(absolute).isFile()) return [path];
  return readdirSync(absolute)
    .sort()
    .filter((name) => name !== "node_modules" && !name.startsWith("."))
    .flatMap((name) => filesBelow(root, `${path}/${name}`));
}

function digest(paths, root, read) {
  const hash = createHash("sha256");
  for (const path of paths.flatMap((each) => filesBelow(root, each))) {
    const content = read(path);
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}
