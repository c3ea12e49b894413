import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Log, LogUnavailable } from "@atlas/platform/ports/log";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DataFolderHeld, lockDataFolder } from "./lock-data-folder.ts";
import { openSqliteLog } from "./sqlite-log.ts";
import { verifyLogFolder } from "./verify-log.ts";

const [MOUNT, UNMOUNT] = ["mount", "umount"];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "atlas-log-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function start(script: string, ...args: string[]): ChildProcess {
  const path = fileURLToPath(new URL(`./testing/${script}`, import.meta.url));
  return spawn(process.execPath, [path, ...args], { stdio: ["ignore", "pipe", "inherit"] });
}

function sizeOf(path: string): number {
  return existsSync(path) ? statSync(path).size : 0;
}

function parse(line: string): { partition: number; offset: number; number: number } {
  const [partition = 0, offset = 0, number = 0] = line.split(" ").map(Number);
  return { partition, offset, number };
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
  const lines = `${folder}.acknowledged`;
  let before = 0;
  for (let kill = 0; kill < 6; kill += 1) {
    const child = start("append-until-killed.ts", folder, lines, `${kill * 1_000_000}`);
    const closed = once(child, "close");
    while (sizeOf(lines) < before + 2_000) {
      expect(child.exitCode).toBe(null);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await new Promise((resolve) => setTimeout(resolve, (kill * 137) % 400));
    child.kill("SIGKILL");
    expect(await closed).toEqual([null, "SIGKILL"]);
    before = sizeOf(lines);
  }
  const acknowledged = readFileSync(lines, "utf8").trimEnd().split("\n").map(parse);
  rmSync(lines);
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

test("S21: a data folder has one process, is told by whom it is held, and is free once that was killed", async () => {
  const child = start("hold-data-folder.ts", folder);
  const [said] = await once(child.stdout!, "data");
  expect(`${said}`).toBe("held\n");
  expect(() => lockDataFolder(folder)).toThrow(DataFolderHeld);
  expect(() => lockDataFolder(folder)).toThrow(`${folder} is in use by another Atlas (process ${child.pid})`);
  const closed = once(child, "close");
  child.kill("SIGKILL");
  await closed;
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
    execFileSync(MOUNT, ["-t", "tmpfs", "-o", "size=6m", "tmpfs", at], { stdio: "ignore" });
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
    execFileSync(UNMOUNT, [at]);
  }
});
