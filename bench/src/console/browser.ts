import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium } from "@playwright/test";
import type { Api } from "../platform/api.ts";

/** The system's own: one that draws windows, as a person's does, before one that has none. */
const BROWSERS = ["chromium", "chromium-browser", "google-chrome", "chromium-headless-shell"].map(
  (name) => `/usr/bin/${name}`,
);
/** The smallest window that the desk is made for. */
export const WINDOW = { width: 1280, height: 720 };

export async function openBrowser(): Promise<Browser> {
  const executablePath = BROWSERS.find((path) => existsSync(path));
  if (executablePath === undefined) throw new Error(`there is no browser: none of ${BROWSERS.join(", ")}`);
  return chromium.launch({
    executablePath,
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** A profile of its own, with nothing in its cache. */
export function newProfile(browser: Browser, cookies?: BrowserContext): Promise<BrowserContext> {
  return cookies === undefined
    ? browser.newContext({ viewport: WINDOW })
    : cookies.storageState().then((storageState) => browser.newContext({ viewport: WINDOW, storageState }));
}

/** The address of a link that signs the local user in once. */
export async function loginLink(api: Api, url: string): Promise<string> {
  const { path } = await api.identity.createLoginLink({ userId: "" });
  return `${url}${path}`;
}
