import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";

/** The system's own browser: nothing is downloaded for the tests. The first, which has no windows, takes a quarter less of the processors. */
const BROWSERS = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"].map(
  (name) => `/usr/bin/${name}`,
);

export default defineConfig({
  testDir: "e2e",
  testMatch: "**/*.e2e.ts",
  // Each file has a platform of its own: two of them and two browsers are what two processors can carry.
  workers: 2,
  fullyParallel: false,
  forbidOnly: true,
  // Long enough for a machine that is busy with others: they cost nothing where all is well.
  timeout: 60_000,
  expect: { timeout: 10_000 },
  // What passes only then is told, and is not to be much of it (infra/scripts/e2e.ts).
  retries: process.env.CI === undefined ? 0 : 1,
  reporter: [["list"], ["json", { outputFile: "../.gen/playwright.json" }]],
  use: {
    browserName: "chromium",
    viewport: { width: 1280, height: 720 },
    timezoneId: "Europe/Berlin",
    // Pictures of every moment would be a fifth of the work; what stood on the page is there without them. Where a failure is
    // tried again the second try is recorded, for recording every first one is an eighth of the work.
    trace: { mode: process.env.CI === undefined ? "retain-on-failure" : "on-first-retry", screenshots: false },
    launchOptions: {
      executablePath: BROWSERS.find((path) => existsSync(path)) ?? BROWSERS[0],
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
    },
  },
});
