import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

/** What the first version must do. How fast it is to the limits of C62 is measured by `npm run bench -- console`. */
const FIRST = "C01 C02 C03 C04 C10 C11 C12 C13 C20 C21 C22 C30 C31 C60 C61 C62".split(" ");
const TEST = /^\s*test\(\s*(?:"([^"]*)"|`([^`]*)`)/gm;
/** A comment right above what follows, or above the loop that it stands in. */
const COMMENT = /(?:\/\*\*(?:(?!\*\/)[\s\S])*\*\/|(?:[ \t]*\/\/.*\n)+)\s*(?:for \([^{]*\{\s*)?$/;

interface BrowserTest {
  readonly title: string;
  readonly comment: string;
}

const tests = readdirSync(import.meta.dirname)
  .filter((name) => name.endsWith(".e2e.ts"))
  .flatMap((name) => testsOf(readFileSync(join(import.meta.dirname, name), "utf8")));

function testsOf(text: string): readonly BrowserTest[] {
  return [...text.matchAll(TEST)].map(({ 1: plain, 2: template, index }) => {
    const title = plain ?? template ?? "";
    return { title, comment: COMMENT.exec(text.slice(0, index))?.[0] ?? "" };
  });
}

test.each(FIRST)("%s is named by a browser test", (criterion) => {
  const naming = tests.filter(({ title }) => title.split(":")[0]?.split(", ").includes(criterion));
  expect(naming).not.toEqual([]);
});

// The presets that C60 names.
test.each(["trade", "analyse", "operate"])("a browser test of C60 names the layout to %s", (preset) => {
  const naming = tests.filter(({ title }) => /^C60\b/.test(title) && title.includes(`to ${preset}`));
  expect(naming).not.toEqual([]);
});

test("every browser test says by which fault it was seen failing", () => {
  const silent = tests.filter(({ comment }) => !/Fails when|Seen failing/.test(comment));
  expect(silent.map(({ title }) => title)).toEqual([]);
});
