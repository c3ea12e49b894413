import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import type { Mutant } from "./mutant.ts";

const SERVICES = new URL("../../../", import.meta.url);

/** Throws when the place is not there, or not once: the code has moved on and the mutant must follow. */
export function checkPlace({ name, file, find }: Mutant): void {
  const places = readFileSync(new URL(file, SERVICES), "utf8").split(find).length - 1;
  if (places !== 1) throw new Error(`mutant "${name}": what it changes stands ${places} times in ${file}`);
}

/** From here on the file is loaded with the fault; on disk it stays as it is. */
export function plant({ file, find, put }: Mutant): void {
  const planted = new URL(file, SERVICES).href;
  registerHooks({
    load(url, context, next) {
      const loaded = next(url, context);
      if (url !== planted) return loaded;
      const source = typeof loaded.source === "string" ? loaded.source : Buffer.from(loaded.source as never).toString();
      return { ...loaded, source: source.replace(find, () => put) };
    },
  });
}
