import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type Log,
  type LogRange,
  type LogRecord,
  LogUnavailable,
  OffsetTrimmed,
  type Tail,
  type TailReceiver,
} from "../ports/log.ts";

/** An open, empty log. The suite uses topics `suite.a` and `suite.b` with partitions 0 to 3. */
export interface LogUnderTest {
  readonly log: Log;
  close(): Promise<void>;
}

export interface LogSuiteOptions {
  open(): Promise<LogUnderTest>;
  /** Lets time pass until what is on its way has arrived; called again and again while the suite waits. */
  pass(): Promise<void>;
}

const A = "suite.a";
const B = "suite.b";

/** Every promise of the log port, one test each. */
export function describeLog(name: string, options: LogSuiteOptions): void {
  describe(`log port: ${name}`, () => {
    let opened: LogUnderTest;
    let log: Log;
    const tails: Tail[] = [];

    beforeEach(async () => {
      opened = await options.open();
      log = opened.log;
    });
    afterEach(async () => {
      for (const tail of tails.splice(0)) tail.close();
      await opened.close();
    });

    function follow(topic: string, partition: number, from: number, receiver: TailReceiver): Tail {
      const tail = log.tail(topic, partition, from, receiver);
      tails.push(tail);
      return tail;
    }

    async function until(condition: () => boolean): Promise<void> {
      for (let round = 0; round < 5_000 && !condition(); round += 1) await options.pass();
      expect(condition()).toBe(true);
    }

    async function appendAll(topic: string, partition: number, count: number, size = 20): Promise<void> {
      const appends: Promise<unknown>[] = [];
      for (let index = 0; index < count; index += 1) appends.push(log.append(topic, partition, content(index, size)));
      await Promise.all(appends);
    }

    async function readAll(topic: string, partition: number, from: number, maxBytes: number): Promise<LogRecord[]> {
      const records: LogRecord[] = [];
      for (;;) {
        const page = await log.read(topic, partition, from + records.length, maxBytes);
        if (page.length === 0) return records;
        records.push(...page);
      }
    }

    /** Appends and trims up to the last record but one until something has been given back. */
    async function fillAndTrim(): Promise<LogRange> {
      for (let round = 0; round < 200; round += 1) {
        await appendAll(A, 0, 20, 1_000);
        const { end } = await log.range(A, 0);
        await log.trim(A, 0, end - 1);
        const range = await log.range(A, 0);
        expect(range.end).toBe(end);
        expect(range.start).toBeLessThanOrEqual(end - 1);
        if (range.start > 0) return range;
        await options.pass();
      }
      throw new Error("nothing was trimmed");
    }

    test("a partition that nothing was appended to is empty", async () => {
      expect(await log.range(A, 0)).toEqual({ start: 0, end: 0 });
      expect(await log.read(A, 0, 0, 1_000)).toEqual([]);
    });

    test("offsets count from 0 in each partition of each topic by itself", async () => {
      const lanes = [A, B].flatMap((topic) => [0, 3].map((partition) => ({ topic, partition })));
      for (const offset of [0, 1, 2]) {
        const appended = await Promise.all(
          lanes.map(({ topic, partition }) => log.append(topic, partition, text(`${topic}/${partition}/${offset}`))),
        );
        expect(appended.map((position) => position.offset)).toEqual(lanes.map(() => offset));
      }
      for (const { topic, partition } of lanes) {
        const records = await readAll(topic, partition, 0, 1_000);
        expect(records.map((record) => [record.offset, show(record)])).toEqual(
          [0, 1, 2].map((offset) => [offset, `${topic}/${partition}/${offset}`]),
        );
      }
    });

    test("appends handed over in one turn stand in that order", async () => {
      const answers = await Promise.all(
        Array.from({ length: 300 }, (_, index) => log.append(A, 1, text(`number ${index}`))),
      );
      expect(answers.map((answer) => answer.offset)).toEqual(Array.from({ length: 300 }, (_, index) => index));
      const records = await readAll(A, 1, 0, 1_000_000);
      expect(records.map(show)).toEqual(Array.from({ length: 300 }, (_, index) => `number ${index}`));
    });

    test("bytes come back as they went in, from 1 byte to 4,000,000; others are a RangeError", async () => {
      const sizes = [1, 2, 255, 4_096, 70_001, 4_000_000];
      for (const size of sizes) await log.append(A, 0, content(size, size));
      const records = await readAll(A, 0, 0, 1_000_000);
      expect(records.map((record) => record.bytes.length)).toEqual(sizes);
      for (const [index, size] of sizes.entries()) expect(same(records[index]?.bytes, content(size, size))).toBe(true);
      await expect(log.append(A, 0, new Uint8Array(0))).rejects.toThrow(RangeError);
      await expect(log.append(A, 0, new Uint8Array(4_000_001))).rejects.toThrow(RangeError);
    });

    test("bytes may be a window of a larger buffer, which stays usable", async () => {
      const buffer = content(7, 1_000);
      await Promise.all([log.append(A, 0, buffer.subarray(10, 20)), log.append(A, 1, buffer.subarray(15, 400))]);
      expect(same(buffer, content(7, 1_000))).toBe(true);
      const [first] = await log.read(A, 0, 0, 1_000);
      const [second] = await log.read(A, 1, 0, 1_000);
      expect(same(first?.bytes, buffer.subarray(10, 20))).toBe(true);
      expect(same(second?.bytes, buffer.subarray(15, 400))).toBe(true);
    });

    test("the append time in the answer is the one read and tailed", async () => {
      const tailed: LogRecord[] = [];
      follow(A, 0, 0, collect(tailed));
      const answers = [await log.append(A, 0, text("x")), await log.append(A, 0, text("y"))];
      await until(() => tailed.length === 2);
      const times = answers.map((answer) => answer.appendTime);
      expect((await readAll(A, 0, 0, 1_000)).map((record) => record.appendTime)).toEqual(times);
      expect(tailed.map((record) => record.appendTime)).toEqual(times);
      for (const time of times) expect(Number.isSafeInteger(time)).toBe(true);
    });

    test("a read begins exactly where asked, yields at least one record and about maxBytes at most", async () => {
      await appendAll(A, 0, 100, 100);
      for (const from of [0, 1, 50, 98, 99]) {
        for (const maxBytes of [1, 99, 100, 1_050]) {
          const records = await log.read(A, 0, from, maxBytes);
          expect(records.length).toBeGreaterThanOrEqual(1);
          expect(records.length).toBeLessThanOrEqual(Math.max(1, Math.ceil(maxBytes / 100)));
          expect(records.map((record) => record.offset)).toEqual(records.map((_, index) => from + index));
          for (const record of records) expect(same(record.bytes, content(record.offset, 100))).toBe(true);
        }
      }
    });

    test("a read at the end is empty, one above it a RangeError", async () => {
      await appendAll(A, 0, 3);
      expect(await log.read(A, 0, 3, 1_000)).toEqual([]);
      await expect(log.read(A, 0, 4, 1_000)).rejects.toThrow(RangeError);
      await expect(log.read(B, 2, 1, 1_000)).rejects.toThrow(RangeError);
    });

    test("S22 the range counts every append acknowledged before it was asked, and such are readable", async () => {
      for (let index = 0; index < 20; index += 1) {
        const { offset } = await log.append(A, 0, content(index, 30));
        expect((await log.range(A, 0)).end).toBeGreaterThanOrEqual(offset + 1);
        expect((await log.read(A, 0, offset, 1)).map((record) => record.offset)).toEqual([offset]);
      }
    });

    test("a tail delivers what stands, then what comes, without a hole or a repeat", async () => {
      await appendAll(A, 0, 50);
      const tailed: LogRecord[] = [];
      follow(A, 0, 20, collect(tailed));
      for (let index = 50; index < 100; index += 1) {
        await Promise.all([log.append(A, 0, content(index, 20)), log.append(A, 1, text("elsewhere"))]);
      }
      await until(() => tailed.length >= 80);
      await options.pass();
      expect(tailed.map((record) => record.offset)).toEqual(Array.from({ length: 80 }, (_, index) => 20 + index));
      for (const record of tailed) expect(same(record.bytes, content(record.offset, 20))).toBe(true);
    });

    test("tails from any offset, the end included, hear the same; nothing comes before tail() returns", async () => {
      await appendAll(A, 0, 5);
      const heard = new Map<number, number[]>();
      for (const from of [0, 3, 5]) {
        const offsets: number[] = [];
        let returned = false;
        follow(A, 0, from, {
          receive: (records) => {
            expect(returned).toBe(true);
            offsets.push(...records.map((record) => record.offset));
          },
          fail: unexpected,
        });
        returned = true;
        heard.set(from, offsets);
      }
      await appendAll(A, 0, 5);
      await until(() => [...heard.values()].every((offsets) => offsets.at(-1) === 9));
      for (const [from, offsets] of heard) {
        expect(offsets).toEqual(Array.from({ length: 10 - from }, (_, index) => from + index));
      }
    });

    test("F22 a slow receiver is called again only after its answer, and misses nothing", async () => {
      const offsets: number[] = [];
      let calls = 0;
      let release: (() => void) | undefined;
      let inside = 0;
      follow(A, 0, 0, {
        receive: (records) => {
          inside += 1;
          calls += 1;
          expect(inside).toBe(1);
          offsets.push(...records.map((record) => record.offset));
          return new Promise((resolve) => {
            release = () => {
              inside -= 1;
              resolve();
            };
          });
        },
        fail: unexpected,
      });
      await appendAll(A, 0, 1);
      await until(() => calls === 1);
      for (let round = 0; round < 10; round += 1) await appendAll(A, 0, 20, 20_000);
      await options.pass();
      expect(calls).toBe(1);
      while (offsets.length < 201) {
        const before = calls;
        release?.();
        await until(() => calls > before);
      }
      expect(offsets).toEqual(Array.from({ length: 201 }, (_, index) => index));
    });

    test("F22 a receiver that never answers holds up nobody else", async () => {
      follow(A, 0, 0, { receive: () => new Promise(() => {}), fail: unexpected });
      const tailed: LogRecord[] = [];
      follow(A, 0, 0, collect(tailed));
      await appendAll(A, 0, 40, 5_000);
      await until(() => tailed.length === 40);
    });

    test("after close() of a tail nothing is delivered, not even when it closes itself", async () => {
      const tailed: LogRecord[] = [];
      const tail: Tail = follow(A, 0, 0, {
        receive: (records) => {
          tailed.push(...records);
          tail.close();
        },
        fail: unexpected,
      });
      const closed = follow(A, 0, 0, { receive: unexpected, fail: unexpected });
      closed.close();
      await log.append(A, 0, text("one"));
      await until(() => tailed.length === 1);
      await log.append(A, 0, text("two"));
      await options.pass();
      expect(tailed.length).toBe(1);
    });

    test("a receiver's own error ends its tail through fail, once, and no other tail", async () => {
      const failures: Error[] = [];
      const rows: ((records: readonly LogRecord[]) => void | Promise<void>)[] = [
        () => {
          throw new Error("thrown");
        },
        () => Promise.reject(new Error("rejected")),
      ];
      for (const receive of rows) follow(A, 0, 0, { receive, fail: (error) => void failures.push(error) });
      const tailed: LogRecord[] = [];
      follow(A, 0, 0, collect(tailed));
      await log.append(A, 0, text("one"));
      await log.append(A, 0, text("two"));
      await until(() => tailed.length === 2 && failures.length === 2);
      expect(failures.map((error) => error.message).sort()).toEqual(["rejected", "thrown"]);
    });

    test("S1 a tail from above the end fails with a RangeError instead of starting elsewhere", async () => {
      await appendAll(A, 0, 3);
      const failures: Error[] = [];
      follow(A, 0, 4, { receive: unexpected, fail: (error) => void failures.push(error) });
      expect(failures).toEqual([]);
      await until(() => failures.length === 1);
      expect(failures[0]).toBeInstanceOf(RangeError);
    });

    test("a closed log ends its tails and refuses everything with LogUnavailable", async () => {
      const { log: closing, close } = await options.open();
      const failures: Error[] = [];
      await closing.append(A, 0, text("one"));
      closing.tail(A, 0, 1, { receive: unexpected, fail: (error) => void failures.push(error) });
      await options.pass();
      await close();
      expect(failures.map((error) => error.name)).toEqual(["LogUnavailable"]);
      await expect(closing.append(A, 0, text("two"))).rejects.toThrow(LogUnavailable);
      await expect(closing.read(A, 0, 0, 10)).rejects.toThrow(LogUnavailable);
      await expect(closing.range(A, 0)).rejects.toThrow(LogUnavailable);
    });

    test("S28 trim forgets a beginning, never more than asked, and below it reads and tails say OffsetTrimmed", async () => {
      const { start, end } = await fillAndTrim();
      const kept = await readAll(A, 0, start, 10_000);
      expect(kept.map((record) => record.offset)).toEqual(kept.map((_, index) => start + index));
      expect(kept.length).toBe(end - start);
      await expect(log.read(A, 0, start - 1, 1_000)).rejects.toThrow(OffsetTrimmed);
      const failures: Error[] = [];
      follow(A, 0, start - 1, { receive: unexpected, fail: (error) => void failures.push(error) });
      await until(() => failures.length === 1);
      expect(failures[0]).toBeInstanceOf(OffsetTrimmed);
    });

    test("trim moves forwards only, and above the end stops at it; appends go on", async () => {
      const { start, end } = await fillAndTrim();
      await log.trim(A, 0, 1);
      expect(await log.range(A, 0)).toEqual({ start, end });
      await log.trim(A, 0, 1_000_000);
      const after = await log.range(A, 0);
      expect(after.end).toBe(end);
      expect(after.start).toBeGreaterThanOrEqual(start);
      expect((await log.append(A, 0, text("next"))).offset).toBe(end);
      expect((await log.read(A, 0, end, 10)).map(show)).toEqual(["next"]);
    });

    test("many writers and readers at once: each partition is whole for each tail", async () => {
      const lanes = [A, B].flatMap((topic) => [0, 1, 2, 3].map((partition) => ({ topic, partition })));
      const tailed = lanes.map(({ topic, partition }) => {
        const records: LogRecord[] = [];
        follow(topic, partition, 0, collect(records));
        return records;
      });
      await Promise.all(
        lanes.map(async ({ topic, partition }, lane) => {
          for (let index = 0; index < 40; index += 1) await log.append(topic, partition, text(`${lane}:${index}`));
        }),
      );
      await until(() => tailed.every((records) => records.length === 40));
      for (const [lane, records] of tailed.entries()) {
        expect(records.map(show)).toEqual(Array.from({ length: 40 }, (_, index) => `${lane}:${index}`));
      }
    });
  });
}

function collect(into: LogRecord[]): { receive(records: readonly LogRecord[]): void; fail(error: Error): void } {
  return { receive: (records) => void into.push(...records), fail: unexpected };
}

function unexpected(what: unknown): never {
  throw new Error("not expected", { cause: what });
}

/** Bytes that differ for each seed and place. */
function content(seed: number, size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let index = 0; index < size; index += 1) bytes[index] = (seed * 31 + index * 7 + (index >>> 8)) & 0xff;
  return bytes;
}

function text(value: string): Uint8Array {
  return Uint8Array.from(value, (letter) => letter.charCodeAt(0));
}

function show(record: LogRecord): string {
  return String.fromCharCode(...record.bytes);
}

function same(left: Uint8Array | undefined, right: Uint8Array): boolean {
  return left !== undefined && left.length === right.length && left.every((byte, index) => byte === right[index]);
}
