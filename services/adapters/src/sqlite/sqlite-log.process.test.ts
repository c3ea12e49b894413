import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Log, LogUnavailable } from "@atlas/platform/ports/log";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DataFolderHeld, lockDataFolder } from "./lock-data-folder.ts";
import { openSqliteLog } from "./sqlite-log.ts";
import { verifyLogFolder } from "./verify-log.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "atlas-log-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function start(script: string, ...args: string[]): ChildProcess {
  const path = fileURLToPath(new URL(`./testing/${script}`, import.meta.url));
  return spawn(process.execPath, [path, ...args], { stdio: ["ignore", "pipe", "inherit"] });
}

async function readNumbers(log: Log, partition: number): Promise<number[]> {
  const numbers: number[] = [];
  for (;;) {
    const page = await log.read("killed", partition, numbers.length, 100_000);
    if (page.length === 0) return numbers;
    for (const { offset, bytes } of page) {
      expect(offset).toBe(numbers.length);
      numbers.push(new DataView(bytes.buffer, bytes.byteOffset).getFloat64(0));
    }
  }
}

test("F14 kill -9 at random moments: all that was acknowledged stands, where it was said to, once", async () => {
  const acknowledged: { partition: number; offset: number; number: number }[] = [];
  for (let kill = 0; kill < 6; kill += 1) {
    const child = start("append-until-killed.ts", folder, `${kill * 1_000_000}`);
    let output = "";
    child.stdout?.on("data", (chunk) => {
      output += chunk;
    });
    while (output.length < 2_000) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, (kill * 137) % 400));
    child.kill("SIGKILL");
    await once(child, "close");
    for (const line of output.split("\n").slice(0, -1)) {
      const [partition = 0, offset = 0, number = 0] = line.split(" ").map(Number);
      acknowledged.push({ partition, offset, number });
    }
  }
  const log = await openSqliteLog(folder);
  const numbers = await Promise.all([0, 1, 2, 3].map((partition) => readNumbers(log, partition)));
  for (const { partition, offset, number } of acknowledged) expect(numbers[partition]?.[offset]).toBe(number);
  const all = numbers.flat();
  expect(new Set(all).size).toBe(all.length);
  // Beyond what was acknowledged there is at most what was in flight at each kill.
  expect(all.length - acknowledged.length).toBeLessThanOrEqual(6 * 10);
  expect(acknowledged.length).toBeGreaterThan(600);
  await log.close();
  expect(verifyLogFolder(folder).records).toBe(all.length);
});

test("a data folder has one process, is told by whom it is held, and is free once that was killed", async () => {
  const child = start("hold-data-folder.ts", folder);
  const [said] = await once(child.stdout!, "data");
  expect(`${said}`).toBe("held\n");
  expect(() => lockDataFolder(folder)).toThrow(DataFolderHeld);
  expect(() => lockDataFolder(folder)).toThrow(`${folder} is in use by another Atlas (process ${child.pid})`);
  child.kill("SIGKILL");
  await once(child, "close");
  const lock = lockDataFolder(folder);
  expect(() => lockDataFolder(folder)).toThrow(DataFolderHeld);
  const [refused] = await once(start("hold-data-folder.ts", folder).stdout!, "data");
  expect(`${refused}`).toContain(`(process ${process.pid})`);
  lock.release();
  lockDataFolder(folder).release();
});

/** A file system of a few megabytes, where this may be made. */
function mountSmall(at: string): boolean {
  try {
    mkdirSync(at, { recursive: true });
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=6m", "tmpfs", at], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

test("F24 on a file system that is full the log refuses, the process stays up, and goes on when there is space", async ({
  skip,
}) => {
  const at = join(folder, "small");
  if (!mountSmall(at)) skip("may not mount a file system here");
  try {
    const log = await openSqliteLog(join(at, "log"), { segmentBytes: 1 << 20 });
    let written = 0;
    const fill = async (): Promise<unknown> => {
      for (;;) {
        const outcome = await log.append("a", 0, new Uint8Array(50_000)).catch((error: unknown) => error);
        if (outcome instanceof Error) return outcome;
        written += 1;
      }
    };
    await log.append("a", 0, Uint8Array.of(1));
    writeFileSync(join(at, "ballast"), new Uint8Array(2 << 20));
    expect(await fill()).toBeInstanceOf(LogUnavailable);
    expect(await fill()).toBeInstanceOf(LogUnavailable);
    expect(written).toBeGreaterThan(10);
    rmSync(join(at, "ballast"));
    const before = written;
    expect(await fill()).toBeInstanceOf(LogUnavailable);
    expect(written).toBeGreaterThan(before + 10);
    expect((await log.range("a", 0)).end).toBe(written + 1);
    await log.close();
    rmSync(join(folder, "copy"), { recursive: true, force: true });
    execFileSync("cp", ["-r", join(at, "log"), join(folder, "copy")]);
    expect(verifyLogFolder(join(folder, "copy")).records).toBe(written + 1);
  } finally {
    execFileSync("umount", [at]);
  }
});
