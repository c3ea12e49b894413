import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { checkSettings, readSettings } from "./settings.ts";

const DOCUMENT = readFileSync(new URL("../../../docs/operations.md", import.meta.url), "utf8");
/** `| variable | default |`; a setting without a default has none there. */
const ROW = /^\| `(ATLAS_[A-Z0-9_]+)` \|(?: `([^`]*)`)? \|/gm;

test("docs/operations.md has every setting, with its default", () => {
  const rows = [...DOCUMENT.matchAll(ROW)].map(([, name, value = ""]) => [name, value]);
  expect(Object.fromEntries(rows)).toEqual(readSettings({}));
  expect(rows).toHaveLength(Object.keys(readSettings({})).length);
  checkSettings(Object.fromEntries(rows));
});

test("docs/operations.md names no setting that there is not", () => {
  const known = Object.keys(readSettings({}));
  const named = [...DOCUMENT.matchAll(/ATLAS_[A-Z0-9_]*[A-Z0-9]/g)].map(([name]) => name);
  expect(named.filter((name) => !known.includes(name))).toEqual([]);
});
