import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { Appender, type CommitMessage, type Statement } from "./log-appender.ts";
import { openLogFolder } from "./log-opening.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "atlas-appender-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const LANES = [
  { topic: "a", partition: 0 },
  { topic: "b", partition: 5 },
];

function message(lanes: readonly number[], isFirst = false): CommitMessage {
  const pairs = Uint32Array.from(lanes.flatMap((lane) => [lane, 10]));
  return { kind: "commit", bytes: new Uint8Array(lanes.length * 10).buffer, pairs, lanes: isFirst ? LANES : [] };
}

/** What a COMMIT does: `undefined` lets it through. */
type Plan = ("full" | "fails before" | "fails after" | undefined)[];

function appender(plan: Plan): Appender {
  const wrap = (statement: Statement, sql: string): Statement =>
    sql !== "COMMIT"
      ? statement
      : {
          run: () => {
            const fault = plan.shift();
            if (fault === "full") throw Object.assign(new Error("database or disk is full"), { errcode: 13 });
            if (fault === "fails before") throw Object.assign(new Error("disk I/O error"), { errcode: 10 });
            const result = statement.run();
            if (fault === "fails after") throw Object.assign(new Error("disk I/O error"), { errcode: 1034 });
            return result;
          },
        };
  return new Appender(folder, 1 << 20, openLogFolder(folder), wrap);
}

const rows: { plan: Plan; certain: boolean; stands: boolean }[] = [
  { plan: ["full"], certain: true, stands: false },
  { plan: ["fails before"], certain: false, stands: false },
  { plan: ["fails after"], certain: false, stands: true },
];

test.each(rows)(
  "S3 a COMMIT that $plan.0: certain $certain, and the next follows what stands",
  ({ plan, certain, stands }) => {
    const writer = appender([undefined, ...plan]);
    expect([...writer.commit([message([0, 1, 0], true)]).offsets]).toEqual([0, 0, 1]);
    const { failed } = writer.commit([message([0]), message([1, 1])]);
    expect(failed?.certain).toBe(certain);
    expect(failed?.ends).toEqual(stands ? [3, 3] : [2, 1]);
    expect([...writer.commit([message([0, 1])]).offsets]).toEqual(stands ? [3, 3] : [2, 1]);
    writer.close();
    const opened = openLogFolder(folder);
    expect(opened.ends).toEqual(stands ? [4, 4] : [3, 2]);
    opened.current.close();
  },
);

test.each(rows)("the first commit of a log that $plan.0 may be repeated", ({ plan, stands }) => {
  const writer = appender(plan);
  const first = writer.commit([message([0, 1], true)]);
  expect(first.began !== undefined).toBe(stands);
  expect(first.failed?.ends).toEqual(stands ? [1, 1] : [0, 0]);
  const second = writer.commit([message([0, 1])]);
  expect([...second.offsets]).toEqual(stands ? [1, 1] : [0, 0]);
  expect(second.began).toEqual(stands ? undefined : { number: 1, starts: [0, 0] });
  writer.close();
  const opened = openLogFolder(folder);
  expect([opened.lanes, opened.ends]).toEqual([LANES, stands ? [2, 2] : [1, 1]]);
  opened.current.close();
});
