import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Settings } from "../settings.ts";
import { unreachable } from "./failure.ts";

/** The key that a command signs in with: `ATLAS_KEY`, else that of the data folder. */
export function findKey(settings: Settings): string {
  if (settings.key !== undefined) return settings.key;
  const path = join(settings.dataFolder, "cli.key");
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === "ENOENT" ? "there is none" : (error as Error).message;
    throw unreachable(
      `no key to sign in with: ${path} (${reason}). Start a platform by \`npm start\`, or set ATLAS_KEY or ATLAS_DATA.`,
    );
  }
}
