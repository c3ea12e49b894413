import { addressesAsJson, addressesAsText } from "./addresses.ts";
import { EngineMissing } from "./fetch-once.ts";
import { readSettings, USAGE, WrongSetting } from "./settings.ts";
import { fetchEngines, startEngines } from "./start-engines.ts";

try {
  const settings = readSettings(process.argv.slice(2));
  if (settings === undefined) console.log(USAGE);
  else if (settings.fetch) await fetchEngines(settings.only);
  else {
    // What is asked before they are up needs no order: they end with this process.
    let stop = async (): Promise<void> => {};
    endWhenAsked(() => stop());
    const engines = await startEngines(settings);
    stop = engines.stop;
    console.log(settings.json ? addressesAsJson(engines) : addressesAsText(engines));
  }
} catch (error) {
  if (!(error instanceof EngineMissing) && !(error instanceof WrongSetting)) throw error;
  console.error(`engines: ${error.message}`);
  process.exit(error instanceof WrongSetting ? 2 : 1);
}

/** Asked by a signal, or by the death of the process that started this one. */
function endWhenAsked(stop: () => Promise<void>): void {
  let asked = false;
  const end = (): void => {
    if (asked) process.exit(1);
    asked = true;
    void stop().finally(() => process.exit(0));
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, end);
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    end();
  }, 200);
}
