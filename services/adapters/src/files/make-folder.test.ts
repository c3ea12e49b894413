import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { listSegments } from "../sqlite/log-folder.ts";
import { openStoreDatabase } from "../sqlite/store-database.ts";
import { openDataFolder } from "./data-folder.ts";
import { makeFolder } from "./make-folder.ts";

const root = mkdtempSync(join(tmpdir(), "atlas-folder-"));
afterAll(() => rmSync(root, { recursive: true }));

const modeOf = (path: string) => statSync(path).mode & 0o777;

describe("a folder", () => {
  test("is made with those above it, for its owner alone", () => {
    const path = join(root, "a", "b", "c");
    makeFolder(path);
    expect([path, join(root, "a", "b"), join(root, "a")].map(modeOf)).toEqual([0o700, 0o700, 0o700]);
  });

  test("that exists stays as it is", () => {
    const path = join(root, "open");
    makeFolder(path);
    chmodSync(path, 0o755);
    makeFolder(path);
    expect(modeOf(path)).toBe(0o755);
  });

  test("is not made below a file", () => {
    writeFileSync(join(root, "file"), "");
    expect(() => makeFolder(join(root, "file"))).toThrow("is no folder");
    expect(() => makeFolder(join(root, "file", "below"))).toThrow(expect.objectContaining({ code: "ENOTDIR" }));
  });

  test("of the log and of the store is its owner's alone", () => {
    listSegments(join(root, "data", "log"));
    openStoreDatabase(join(root, "data", "store"), []).database.close();
    expect([join(root, "data", "log"), join(root, "data", "store")].map(modeOf)).toEqual([0o700, 0o700]);
  });

  test.runIf(process.platform === "linux")("in procfs ends with a sentence, not never", () => {
    const open = () => openDataFolder("/proc/nope/data", { omsPartitions: 16, venuePartitions: 8 });
    expect(open).toThrow("the data folder /proc/nope/data cannot be used: the system makes no folder there");
  });
});
