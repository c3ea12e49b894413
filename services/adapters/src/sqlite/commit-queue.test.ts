import { type Appended, AppendUnknown, type LogRecord, LogUnavailable } from "@atlas/platform/ports/log";
import { LogFollower } from "@atlas/platform/tail/log-follower";
import { expect, onTestFinished, test, vi } from "vitest";
import { CommitQueue } from "./commit-queue.ts";
import { LogDirectory } from "./log-directory.ts";
import type { ToWriter, WriterAnswer } from "./log-messages.ts";

type Commit = Extract<ToWriter, { kind: "commit" }>;

interface Bench {
  readonly queue: CommitQueue;
  readonly directory: LogDirectory;
  readonly posts: Commit[];
}

function bench(pendingBytes = 1_000): Bench {
  const posts: Commit[] = [];
  const directory = new LogDirectory({ kind: "opened", lanes: [], ends: [], segments: [{ number: 1, starts: [] }] });
  const post = (message: ToWriter): void => void posts.push(message as Commit);
  return { queue: new CommitQueue({ directory, pendingBytes, post }), directory, posts };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

function answer(offsets: number[], rest: Partial<WriterAnswer> = {}): WriterAnswer {
  return { kind: "committed", commits: 1, time: 5, offsets: Float64Array.from(offsets), written: 0, ...rest };
}

function outcome(append: Promise<Appended>): Promise<unknown> {
  return append.then(
    (appended) => appended.offset,
    (error: Error) => error.constructor,
  );
}

test("what one turn hands over is one commit, in order, and tells of new partitions once", async () => {
  const { queue, posts } = bench();
  for (const [topic, byte] of [
    ["a", 1],
    ["b", 2],
    ["a", 3],
  ] as const)
    void queue.append(topic, 0, Uint8Array.of(byte, byte));
  await turn();
  void queue.append("a", 0, Uint8Array.of(4));
  await turn();
  expect(posts.map((post) => [[...new Uint8Array(post.bytes)], [...post.pairs], post.lanes.length])).toEqual([
    [[1, 1, 2, 2, 3, 3], [0, 2, 1, 2, 0, 2], 2],
    [[4], [0, 1], 0],
  ]);
});

test("two posts are in flight at most; what gathers meanwhile goes with the next answer, as one", async () => {
  const { queue, posts } = bench();
  for (let index = 0; index < 6; index += 1) {
    void queue.append("a", 0, Uint8Array.of(index));
    await turn();
  }
  expect(posts.map((post) => post.pairs.length / 2)).toEqual([1, 1]);
  queue.answered(answer([0]));
  expect(posts.map((post) => post.pairs.length / 2)).toEqual([1, 1, 4]);
});

test.each([
  { appends: 7, posted: [2, 2, 2] },
  { appends: 8, posted: [1, 1, 2] },
])(
  "S16: behind a post of $appends appends there are $posted posts after 0, 1 and 2 ms",
  async ({ appends, posted }) => {
    vi.useFakeTimers({ toFake: ["setTimeout", "setImmediate", "performance"] });
    onTestFinished(() => void vi.useRealTimers());
    const { queue, posts } = bench();
    for (let index = 0; index < appends; index += 1) void queue.append("a", 0, Uint8Array.of(index));
    await vi.advanceTimersByTimeAsync(0);
    expect(posts).toHaveLength(1);
    void queue.append("a", 0, Uint8Array.of(8));
    queue.answered(answer(Array.from({ length: appends }, (_, index) => index)));
    const counts: number[] = [];
    for (const milliseconds of [0, 1, 1]) {
      await vi.advanceTimersByTimeAsync(milliseconds);
      counts.push(posts.length);
    }
    expect(counts).toEqual(posted);
  },
);

test("each append learns its own offset, and one answer may be about several posts", async () => {
  const { queue } = bench();
  const first = [queue.append("a", 0, Uint8Array.of(1)), queue.append("b", 0, Uint8Array.of(1))];
  await turn();
  const second = queue.append("a", 0, Uint8Array.of(1));
  await turn();
  queue.answered(answer([7, 3, 8], { commits: 2 }));
  expect(await Promise.all([...first, second])).toEqual([7, 3, 8].map((offset) => ({ offset, appendTime: 5 })));
});

test("F24 certainly not written is LogUnavailable, perhaps written AppendUnknown, and the next commit goes on", async () => {
  const { queue, directory } = bench();
  for (const { certain, expected } of [
    { certain: true, expected: LogUnavailable },
    { certain: false, expected: AppendUnknown },
  ]) {
    const append = outcome(queue.append("a", 0, Uint8Array.of(1)));
    await turn();
    queue.answered(answer([0], { failed: { certain, reason: "disk", ends: [certain ? 0 : 1] } }));
    expect(await append).toBe(expected);
  }
  expect(directory.find("a", 0)?.end).toBe(1);
  const append = outcome(queue.append("a", 0, Uint8Array.of(1)));
  await turn();
  queue.answered(answer([1]));
  expect(await append).toBe(1);
});

test("a commit that stands though it failed reaches those who follow through storage", async () => {
  const { queue, directory } = bench();
  const lane = directory.obtain("a", 0);
  const heard: number[] = [];
  const stored: LogRecord = { offset: 0, appendTime: 5, bytes: Uint8Array.of(9) };
  lane.followers.add(
    new LogFollower(
      { end: () => lane.end, read: async () => [stored] },
      0,
      { receive: (records) => void heard.push(...records.map((record) => record.offset)), fail: () => {} },
      { bufferBytes: 100, readBytes: 100, ended: () => {} },
    ),
  );
  const append = outcome(queue.append("a", 0, Uint8Array.of(9)));
  await turn();
  queue.answered(answer([0], { failed: { certain: false, reason: "disk", ends: [1] } }));
  expect(await append).toBe(AppendUnknown);
  await turn();
  expect(heard).toEqual([0]);
});

test("when the writer is gone, what it had is unknown, what waited was not written, and so is all that comes", async () => {
  const { queue } = bench();
  const appends: Promise<unknown>[] = [];
  for (let index = 0; index < 3; index += 1) {
    appends.push(outcome(queue.append("a", 0, Uint8Array.of(index))));
    await turn();
  }
  queue.break(new LogUnavailable("gone"));
  appends.push(outcome(queue.append("a", 0, Uint8Array.of(4))));
  expect(await Promise.all(appends)).toEqual([AppendUnknown, AppendUnknown, LogUnavailable, LogUnavailable]);
  await queue.idle();
});

test("bytes that wait are bounded: above that an append is refused, and taken again when they are answered", async () => {
  const { queue } = bench(100);
  const first = outcome(queue.append("a", 0, new Uint8Array(60)));
  expect(await outcome(queue.append("a", 0, new Uint8Array(41)))).toBe(LogUnavailable);
  await turn();
  queue.answered(answer([0]));
  expect(await first).toBe(0);
  void queue.append("a", 0, new Uint8Array(41));
  await turn();
});
