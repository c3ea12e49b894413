import { expect, test } from "vitest";
import { type LogRecord, LogUnavailable } from "../ports/log.ts";
import { LogFollower } from "./log-follower.ts";

/** Records of 10 bytes, and a count of how often they were read. */
class Partition {
  readonly records: LogRecord[] = [];
  reads = 0;
  failure: Error | undefined;

  append(count: number): LogRecord[] {
    const added: LogRecord[] = [];
    for (let index = 0; index < count; index += 1) {
      added.push({ offset: this.records.length, appendTime: 0, bytes: new Uint8Array(10) });
      this.records.push(...added.slice(-1));
    }
    return added;
  }

  end(): number {
    return this.records.length;
  }

  async read(from: number, maxBytes: number): Promise<readonly LogRecord[]> {
    this.reads += 1;
    if (this.failure !== undefined) throw this.failure;
    return this.records.slice(from, from + Math.max(1, Math.floor(maxBytes / 10)));
  }
}

interface Heard {
  readonly offsets: number[];
  readonly failures: Error[];
  ended: number;
}

function follow(on: Partition, from: number, answer?: () => Promise<void>): { follower: LogFollower; heard: Heard } {
  const heard: Heard = { offsets: [], failures: [], ended: 0 };
  const receiver = {
    receive: (records: readonly LogRecord[]) => {
      heard.offsets.push(...records.map((record) => record.offset));
      return answer?.();
    },
    fail: (error: Error) => void heard.failures.push(error),
  };
  const ended = (): void => {
    heard.ended += 1;
  };
  const options = { bufferBytes: 50, readBytes: 30, ended };
  return { follower: new LogFollower(on, from, receiver, options), heard };
}

async function settle(): Promise<void> {
  for (let round = 0; round < 100; round += 1) await undefined;
}

function upTo(end: number): number[] {
  return Array.from({ length: end }, (_, index) => index);
}

test("a receiver that keeps up is served from memory, at once", () => {
  const on = new Partition();
  const { follower, heard } = follow(on, 0);
  for (let end = 1; end <= 20; end += 1) {
    follower.push(on.append(1));
    expect(heard.offsets).toEqual(upTo(end));
  }
  expect(on.reads).toBe(0);
});

test("what stood before is read from storage, what comes meanwhile follows without a hole or a repeat", async () => {
  const on = new Partition();
  on.append(10);
  const { follower, heard } = follow(on, 0);
  follower.wake();
  for (let round = 0; round < 12; round += 1) {
    follower.push(on.append(1));
    await undefined;
  }
  await settle();
  expect(heard.offsets).toEqual(upTo(22));
  expect(on.reads).toBeGreaterThanOrEqual(4);
});

test.each([
  { name: "within the buffer: from memory", count: 5, reads: 0 },
  { name: "above the buffer: from storage", count: 6, reads: 2 },
  { name: "far above it", count: 60, reads: 20 },
])("F22 a slow receiver gets what it missed, $name", async ({ count, reads }) => {
  const on = new Partition();
  let release = (): void => {};
  let slow = true;
  const { follower, heard } = follow(on, 0, () =>
    slow
      ? new Promise((resolve) => {
          release = resolve;
        })
      : Promise.resolve(),
  );
  follower.push(on.append(1));
  for (let index = 0; index < count; index += 1) follower.push(on.append(1));
  await settle();
  expect(heard.offsets).toEqual([0]);
  slow = false;
  release();
  await settle();
  expect(heard.offsets).toEqual(upTo(count + 1));
  expect(on.reads).toBeLessThanOrEqual(reads);
  if (reads > 0) expect(on.reads).toBeGreaterThan(0);
});

test("F12 an outage is waited out: it goes on when woken", async () => {
  const on = new Partition();
  on.append(3);
  on.failure = new LogUnavailable("down");
  const { follower, heard } = follow(on, 0);
  follower.wake();
  await settle();
  expect(heard.failures).toEqual([]);
  on.failure = undefined;
  follower.wake();
  await settle();
  expect(heard.offsets).toEqual([0, 1, 2]);
});

test("any other error of storage ends it, once, and nothing follows", async () => {
  const on = new Partition();
  on.append(3);
  on.failure = new Error("broken");
  const { follower, heard } = follow(on, 0);
  follower.wake();
  await settle();
  follower.push(on.append(1));
  follower.fail(new Error("again"));
  follower.close();
  await settle();
  expect(heard).toEqual({ offsets: [], failures: [new Error("broken")], ended: 1 });
});

test("closed while it reads or while its receiver is busy, it delivers nothing more", async () => {
  const on = new Partition();
  on.append(3);
  const reading = follow(on, 0);
  reading.follower.wake();
  reading.follower.close();
  const busy = follow(on, 3, () => Promise.resolve());
  busy.follower.push(on.append(1));
  busy.follower.push(on.append(1));
  busy.follower.close();
  await settle();
  expect(reading.heard.offsets).toEqual([]);
  expect(busy.heard.offsets).toEqual([3]);
});
