import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LogDamaged, type LogRecord, LogUnavailable } from "@atlas/platform/ports/log";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { listSegments, segmentPath } from "./log-folder.ts";
import { openSqliteLog, type SqliteLog } from "./sqlite-log.ts";
import { verifyLogFolder } from "./verify-log.ts";
import { walDamage } from "./wal-check.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "atlas-log-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const LANES = [
  { topic: "a", partition: 0 },
  { topic: "a", partition: 3 },
  { topic: "b", partition: 0 },
  { topic: "rare", partition: 0 },
];

function content(lane: number, offset: number): Uint8Array {
  return new Uint8Array(200 + ((offset * 37) % 300)).fill(lane * 50 + (offset % 50) + 1);
}

/** Appends `rounds` records to each lane, but to the rare one only every fiftieth. */
async function fill(log: SqliteLog, from: number, rounds: number): Promise<void> {
  for (let offset = from; offset < from + rounds; offset += 1) {
    const appends = LANES.map(({ topic, partition }, lane) =>
      topic !== "rare" ? log.append(topic, partition, content(lane, offset)) : undefined,
    );
    if (offset % 50 === 0) appends.push(log.append("rare", 0, content(3, offset / 50)));
    await Promise.all(appends);
    // Once the reader's thread has answered, it has also made the next segment, if it was asked to.
    if (offset % 10 === 0) await log.read("a", 0, 0, 1);
  }
}

async function readAll(log: SqliteLog, lane: number, from = 0): Promise<LogRecord[]> {
  const { topic, partition } = LANES[lane]!;
  const records: LogRecord[] = [];
  for (;;) {
    const page = await log.read(topic, partition, from + records.length, 5_000);
    if (page.length === 0) return records;
    records.push(...page);
  }
}

async function expectWhole(log: SqliteLog, rounds: number): Promise<void> {
  for (const [lane, { topic }] of LANES.entries()) {
    const records = await readAll(log, lane);
    expect(records.length).toBe(topic === "rare" ? Math.ceil(rounds / 50) : rounds);
    for (const [offset, record] of records.entries()) {
      expect(record.offset).toBe(offset);
      expect(Buffer.compare(record.bytes, content(lane, offset))).toBe(0);
    }
  }
}

describe("the file", () => {
  test("every commit is synced: synchronous is FULL on the connection that writes", async () => {
    const log = await openSqliteLog(folder);
    await log.append("a", 0, Uint8Array.of(1));
    expect(await log.pragma("synchronous")).toBe(2);
    expect(await log.pragma("journal_mode")).toBe("wal");
    expect(await log.pragma("wal_autocheckpoint")).toBe(0);
    await log.close();
  });

  test("segments follow one another, whole after a restart, and appending goes on where it ended", async () => {
    let log = await openSqliteLog(folder, { segmentBytes: 100_000 });
    for (const start of [0, 200, 400]) {
      await fill(log, start, 200);
      await log.close();
      log = await openSqliteLog(folder, { segmentBytes: 100_000 });
      await expectWhole(log, start + 200);
    }
    expect(listSegments(folder).length).toBeGreaterThan(3);
    const times = (await readAll(log, 0)).map((record) => record.appendTime);
    expect(Math.abs((times.at(-1) ?? 0) - Date.now())).toBeLessThan(60_000);
    await log.close();
    const names = readdirSync(folder).filter((name) => /-(wal|shm)$/.test(name));
    expect(names).toEqual([]);
    expect(verifyLogFolder(folder).records).toBe(3 * 600 + 12);
  });

  test("a crash image (files copied under an open log) opens and holds every acknowledged record", async () => {
    const live = join(folder, "live");
    const image = join(folder, "image");
    const log = await openSqliteLog(live, { segmentBytes: 60_000 });
    await fill(log, 0, 150);
    // The reader's thread does one thing after the other: once it has answered, no file is being moved.
    await log.read("a", 0, 0, 1);
    cpSync(live, image, { recursive: true });
    await fill(log, 150, 10);
    await log.close();
    const found = await openSqliteLog(image);
    await expectWhole(found, 150);
    await found.close();
  });

  test("S28 a segment goes when every partition in it is trimmed, and not before", async () => {
    const log = await openSqliteLog(folder, { segmentBytes: 60_000 });
    await fill(log, 0, 400);
    const before = listSegments(folder).length;
    for (const { topic, partition } of LANES.slice(1)) await log.trim(topic, partition, 1_000_000);
    expect(listSegments(folder).length).toBe(before);
    await log.trim("a", 0, 200);
    const kept = listSegments(folder);
    expect(kept.length).toBeLessThan(before);
    const { start } = await log.range("a", 0);
    expect(start).toBeGreaterThan(0);
    expect(start).toBeLessThanOrEqual(200);
    expect((await readAll(log, 0, start)).length).toBe(400 - start);
    await log.close();

    const again = await openSqliteLog(folder, { segmentBytes: 60_000 });
    expect(await again.range("a", 0)).toEqual({ start, end: 400 });
    expect((await readAll(again, 0, start)).length).toBe(400 - start);
    expect((await again.append("rare", 0, Uint8Array.of(1))).offset).toBe(8);
    await again.close();
  });

  test("one from another version is refused, by name", async () => {
    const log = await openSqliteLog(folder);
    await log.append("a", 0, Uint8Array.of(1));
    await log.pragma("user_version = 99");
    await log.close();
    await expect(openSqliteLog(folder)).rejects.toThrow(/another version of Atlas \(format 99/);
  });
});

describe("F24 a full disk", () => {
  test("rejects with LogUnavailable, keeps what stands readable, and works again when there is space", async () => {
    const log = await openSqliteLog(folder);
    await fill(log, 0, 20);
    const pages = (await log.pragma("page_count")) as number;
    await log.pragma(`max_page_count = ${pages + 4}`);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 50 }, () => log.append("a", 0, new Uint8Array(9_000))),
    );
    expect(outcomes.every((outcome) => outcome.status === "rejected")).toBe(true);
    for (const outcome of outcomes as PromiseRejectedResult[]) expect(outcome.reason).toBeInstanceOf(LogUnavailable);
    await expectWhole(log, 20);
    await log.pragma("max_page_count = 1000000");
    await fill(log, 20, 20);
    await expectWhole(log, 40);
    await log.close();
    expect(verifyLogFolder(folder).records).toBe(121);
  });
});

describe("F14 damage", () => {
  async function writeSegments(): Promise<void> {
    const log = await openSqliteLog(folder, { segmentBytes: 60_000 });
    await fill(log, 0, 200);
    await log.close();
  }

  /** `whole`, `damaged` (said so), or what is worse. */
  function verdict(): string {
    try {
      const { records } = verifyLogFolder(folder);
      return records === 604 ? "whole" : `${records} records`;
    } catch (error) {
      return error instanceof LogDamaged || /another version/.test(`${error}`) ? "damaged" : `${error}`;
    }
  }

  test("a flipped bit anywhere in a segment is harmless or said to be damage, never another or a missing record", async () => {
    await writeSegments();
    // The newest may have been made ahead and be empty.
    const filled = listSegments(folder).filter((number) => statSync(segmentPath(folder, number)).size > 20_000);
    const [first = 0, last = 0] = [filled[0], filled.at(-1)];
    const counts = new Map<string, number>();
    for (let round = 0; round < 60; round += 1) {
      const path = segmentPath(folder, round % 2 === 0 ? first : last);
      const sound = readFileSync(path);
      const broken = Buffer.from(sound);
      const at = Math.floor((((round * 0.6180339887) % 1) + 0.001) * broken.length) % broken.length;
      broken[at] = (broken[at] ?? 0) ^ (1 << (round % 8));
      writeFileSync(path, broken);
      const result = verdict();
      counts.set(result, (counts.get(result) ?? 0) + 1);
      rmSync(`${path}-wal`, { force: true });
      rmSync(`${path}-shm`, { force: true });
      writeFileSync(path, sound);
    }
    expect([...counts.keys()].filter((result) => result !== "whole")).toEqual(["damaged"]);
    expect(counts.get("damaged")).toBeGreaterThan(30);
    expect(verdict()).toBe("whole");
  });

  test("a segment cut short, missing from the middle, or emptied is said to be damage", async () => {
    await writeSegments();
    const numbers = listSegments(folder);
    expect(numbers.length).toBeGreaterThan(3);
    for (const number of [numbers[1]!, numbers.at(-2)!]) {
      const path = segmentPath(folder, number);
      const sound = readFileSync(path);
      truncateSync(path, Math.floor(sound.length / 2 / 4_096) * 4_096);
      expect(verdict()).toBe("damaged");
      truncateSync(path, 0);
      expect(verdict()).toBe("damaged");
      rmSync(path);
      expect(verdict()).toBe("damaged");
      for (const companion of ["-wal", "-shm"]) rmSync(path + companion, { force: true });
      writeFileSync(path, sound);
    }
    expect(verdict()).toBe("whole");
  });

  describe("in the write-ahead log", () => {
    let image: string;
    let wal: string;
    let sound: Buffer;

    beforeEach(async () => {
      image = join(folder, "image");
      const log = await openSqliteLog(join(folder, "live"));
      await fill(log, 0, 30);
      cpSync(join(folder, "live"), image, { recursive: true });
      await log.close();
      wal = `${segmentPath(image, 1)}-wal`;
      sound = readFileSync(wal);
    });

    /** How many records a copy of the image holds when its write-ahead log is `bytes`. */
    function recordsWith(bytes: Buffer): number {
      const trial = join(folder, "trial");
      rmSync(trial, { recursive: true, force: true });
      cpSync(image, trial, { recursive: true });
      rmSync(`${segmentPath(trial, 1)}-shm`);
      writeFileSync(`${segmentPath(trial, 1)}-wal`, bytes);
      return verifyLogFolder(trial).records;
    }

    test("a torn end loses only what is torn: each shorter file opens with a beginning", () => {
      const counts = [0.3, 0.5, 0.7, 0.9, 0.999, 1].map((part) =>
        recordsWith(sound.subarray(0, Math.floor(sound.length * part))),
      );
      expect(counts).toEqual(counts.toSorted((left, right) => left - right));
      expect(counts[0]).toBeGreaterThan(10);
      expect(counts.slice(-2)).toEqual([88, 91]);
    });

    test("a flipped bit before other commits is said to be damage, where SQLite would drop them all in silence", () => {
      for (let round = 0; round < 60; round += 1) {
        const broken = Buffer.from(sound);
        const at = Math.floor(((round * 0.6180339887) % 1) * sound.length * 0.8);
        broken[at] = (broken[at] ?? 0) ^ (1 << (round % 8));
        writeFileSync(wal, broken);
        expect([at, walDamage(wal)]).toEqual([at, expect.stringContaining("has changed")]);
        if (round % 10 === 0) expect(() => recordsWith(broken)).toThrow(LogDamaged);
      }
      expect(recordsWith(sound)).toBe(91);
    });
  });
});
