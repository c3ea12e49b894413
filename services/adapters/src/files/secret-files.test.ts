import { mkdtempSync, readdirSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { secretFilesSuite } from "@atlas/platform/contract-suite/secret-files-suite";
import { expect, test } from "vitest";
import { secretFiles } from "./secret-files.ts";

const fresh = () => mkdtempSync(join(tmpdir(), "atlas-secrets-"));

secretFilesSuite("files", () => secretFiles(fresh()));

test("D23: only their owner may read them, whatever the umask, and nothing else is left behind", async () => {
  const folder = fresh();
  const before = process.umask(0);
  try {
    await secretFiles(folder).create("cli.key", "secret");
    await secretFiles(folder).create("cli.key", "again");
  } finally {
    process.umask(before);
  }
  expect(readdirSync(folder)).toEqual(["cli.key"]);
  expect(statSync(join(folder, "cli.key")).mode & 0o777).toBe(0o600);
});

// Fails when what was begun is taken away only after it was written whole.
test("a write that fails leaves nothing behind", async () => {
  const folder = fresh();
  await expect(secretFiles(folder).create("cli.key", undefined as never)).rejects.toThrow();
  expect(readdirSync(folder)).toEqual([]);
});
