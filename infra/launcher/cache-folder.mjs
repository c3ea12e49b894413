import { homedir } from "node:os";
import { join } from "node:path";

/** Where what is fetched once for all clones of this machine stands. */
export function cacheFolder() {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "atlas");
}
