import { test as base, expect } from "@playwright/test";

/** A page on which no script fails and nothing is refused by the content security policy, whatever the test does. */
export const test = base.extend({
  page: async ({ page }, use) => {
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("console", (message) => {
      if (/Content Security Policy/i.test(message.text())) faults.push(message.text());
    });
    await use(page);
    expect(faults, "what the page complained about").toEqual([]);
  },
});
