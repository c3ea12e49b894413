import { readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import type { Browser } from "@playwright/test";
import { note, rounded } from "../platform/samples.ts";
import { cpuBelow, TICK, usageOf } from "../platform/usage.ts";
import { WINDOW } from "./browser.ts";

/** Who used the processors of the machine over a time, as shares of one core. */
export interface MachineUse {
  readonly platform: number;
  readonly browser: number;
  readonly bench: number;
  /** By anything else: when that is much, times measured say more of it than of the console. */
  readonly others: number;
  /** Wanted here and given to another machine of the same host. */
  readonly stolen: number;
}

/** Says on what it is measured. */
export function describeMachine(browser: Browser): void {
  const [{ model = "" } = {}, ...others] = cpus();
  note(
    `Chromium ${browser.version()} without a screen or a graphics card: all is drawn by the processor, in a window of ` +
      `${WINDOW.width}x${WINDOW.height}; ${others.length + 1} cores of ${model.trim()}, shared by platform, browser and ` +
      `this; load average ${loadavg().map(rounded).join(", ")}`,
  );
}

/** Looks at the processors from now on; what it answers looks again. */
export async function watchMachine(browser: Browser, platformId: number): Promise<() => MachineUse> {
  const browserId = await processOf(browser);
  const look = () => ({
    time: performance.now(),
    machine: machineTimes(),
    platform: usageOf(platformId).cpu,
    browser: cpuBelow(browserId),
    own: usageOf(process.pid).cpu,
  });
  const before = look();
  return () => {
    const after = look();
    const share = (milliseconds: number) => milliseconds / (after.time - before.time);
    const ours = {
      platform: share(after.platform - before.platform),
      browser: share(after.browser - before.browser),
      bench: share(after.own - before.own),
    };
    const all = share(after.machine.busy - before.machine.busy);
    const stolen = share(after.machine.stolen - before.machine.stolen);
    return { ...ours, others: Math.max(0, all - ours.platform - ours.browser - ours.bench), stolen };
  };
}

/** Of its processes the one above the others. */
async function processOf(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const found = processInfo.find(({ type }) => type === "browser");
  if (found === undefined) throw new Error("the browser names no process");
  return found.id;
}

/** Milliseconds of all cores since the machine began. */
function machineTimes(): { readonly busy: number; readonly stolen: number } {
  const [, ...fields] = (readFileSync("/proc/stat", "utf8").split("\n")[0] ?? "").split(/\s+/);
  const [user = 0, nice = 0, system = 0, , , interrupts = 0, softInterrupts = 0, stolen = 0] = fields.map(Number);
  return { busy: (user + nice + system + interrupts + softInterrupts) * TICK, stolen: stolen * TICK };
}
