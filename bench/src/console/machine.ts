import { readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import type { Browser, CDPSession } from "@playwright/test";
import { note, rounded } from "../platform/samples.ts";
import { TICK, usageOf } from "../platform/usage.ts";
import { WINDOW } from "./browser.ts";

/** Who used the processors of the machine over a time, as shares of one core. */
export interface MachineUse {
  readonly platform: number;
  readonly browser: number;
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
export async function watchMachine(browser: Browser, platformId: number): Promise<() => Promise<MachineUse>> {
  const session = await browser.newBrowserCDPSession();
  const look = async () => ({
    time: performance.now(),
    machine: machineTimes(),
    platform: usageOf(platformId).cpu,
    browser: await browserTime(session),
    own: process.cpuUsage(),
  });
  const before = await look();
  return async () => {
    const after = await look();
    const share = (milliseconds: number) => milliseconds / (after.time - before.time);
    const platform = share(after.platform - before.platform);
    const inBrowser = share(after.browser - before.browser);
    const own = share((after.own.user + after.own.system - before.own.user - before.own.system) / 1_000);
    const all = share(after.machine.busy - before.machine.busy);
    const stolen = share(after.machine.stolen - before.machine.stolen);
    await session.detach();
    return { platform, browser: inBrowser, others: Math.max(0, all - platform - inBrowser - own), stolen };
  };
}

/** Milliseconds of all cores since the machine began. */
function machineTimes(): { readonly busy: number; readonly stolen: number } {
  const [, ...fields] = (readFileSync("/proc/stat", "utf8").split("\n")[0] ?? "").split(/\s+/);
  const [user = 0, nice = 0, system = 0, , , interrupts = 0, softInterrupts = 0, stolen = 0] = fields.map(Number);
  return { busy: (user + nice + system + interrupts + softInterrupts) * TICK, stolen: stolen * TICK };
}

/** Milliseconds of all its processes. */
async function browserTime(session: CDPSession): Promise<number> {
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  return processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0) * 1000;
}
