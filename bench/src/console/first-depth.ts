import type { Browser, Page } from "@playwright/test";
import type { Api } from "../platform/api.ts";
import { loginLink, newProfile } from "./browser.ts";
import { type FirstDepth, markFirstDepth, readFirstDepth } from "./page-watch.ts";

/** The first load warms the server. */
const LOADS = 12;
const DEPTH_WITHIN = 30_000;
/** A level of the book, as soon as there is one. */
export const LEVEL = '[aria-label="Bids"] button';
const CHART = '[role="group"] canvas';

export interface Loads {
  /** Milliseconds from the start of the navigation to the first level in the document. */
  readonly byLink: readonly number[];
  readonly signedIn: readonly number[];
  /** Bytes of script over the wire until then, at most, and with the chart. */
  readonly scriptBytes: number;
  readonly scriptBytesInAll: number;
}

/** Opens the desk over and over, each time in a profile that has never seen it. */
export async function measureLoads(browser: Browser, api: Api, url: string): Promise<Loads> {
  const byLink: number[] = [];
  const signedIn: number[] = [];
  const before: number[] = [];
  const inAll: number[] = [];
  for (let load = 0; load < LOADS; load++) {
    const visitor = await newProfile(browser);
    const first = await open(await visitor.newPage(), await loginLink(api, url));
    // Who came by a link yesterday: the cookie is there, the files are not.
    const returning = await newProfile(browser, visitor);
    await visitor.close();
    const second = await open(await returning.newPage(), url);
    await returning.close();
    if (load === 0) continue;
    byLink.push(first.milliseconds);
    signedIn.push(second.milliseconds);
    for (const { scriptBytes, scriptBytesInAll } of [first, second]) {
      before.push(scriptBytes);
      inAll.push(scriptBytesInAll);
    }
  }
  return { byLink, signedIn, scriptBytes: Math.max(...before), scriptBytesInAll: Math.max(...inAll) };
}

async function open(page: Page, address: string) {
  await page.addInitScript(markFirstDepth);
  await page.goto(address);
  await page.locator(LEVEL).first().waitFor({ timeout: DEPTH_WITHIN });
  await page.locator(CHART).first().waitFor({ timeout: DEPTH_WITHIN });
  const { milliseconds, scripts }: FirstDepth = await page.evaluate(readFirstDepth);
  if (milliseconds === undefined) throw new Error("no level was shown");
  const sum = (until: number) =>
    scripts.filter(({ endedAt }) => endedAt <= until).reduce((bytes, script) => bytes + script.bytes, 0);
  return { milliseconds, scriptBytes: sum(milliseconds), scriptBytesInAll: sum(Number.POSITIVE_INFINITY) };
}
