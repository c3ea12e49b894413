import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { LogDamaged } from "@atlas/platform/ports/log";
import { afterEach, beforeEach, expect, test } from "vitest";
import { copyDatabase, copyLogFolder } from "./copy-database.ts";
import { Appender } from "./log-appender.ts";
import { listSegments, segmentPath } from "./log-folder.ts";
import { openLogFolder } from "./log-opening.ts";
import { verifyLogFolder } from "./verify-log.ts";

let from: string;
let to: string;
let writer: Appender;
let written: number;
beforeEach(() => {
  from = mkdtempSync(join(tmpdir(), "atlas-log-"));
  to = `${from}-copy`;
  writer = new Appender(from, 60_000, openLogFolder(from));
  written = 0;
});
afterEach(() => {
  writer.close();
  for (const folder of [from, to]) rmSync(folder, { recursive: true, force: true });
});

/** Appends commits of one record each; makes the next segment whenever the writer asks for it. */
function append(commits: number): void {
  for (const end = written + commits; written < end; written += 1) {
    const lanes = written === 0 ? [{ topic: "a", partition: 0 }] : [];
    const pairs = Uint32Array.of(0, 5_000);
    const answer = writer.commit([{ kind: "commit", bytes: new Uint8Array(5_000).buffer, pairs, lanes }]);
    expect(answer.failed).toBe(undefined);
    const next = writer.wantsNext();
    if (next !== undefined) writer.prepared(next);
  }
}

/** Appends until segment `number` has been made; it is still empty. */
function appendUntilMade(number: number): void {
  while (!listSegments(from).includes(number)) append(1);
}

const rows = [
  { made: 2, more: 0, each: 1 },
  { made: 2, more: 0, each: 9 },
  { made: 2, more: 5, each: 3 },
  { made: 2, more: 9, each: 40 },
  { made: 3, more: 0, each: 4 },
  { made: 3, more: 5, each: 40 },
];

test.each(rows)(
  "I21: a log that is written meanwhile is copied whole, to where it stood or later (segment $made made, $more commits, then $each between two copies)",
  ({ made, more, each }) => {
    appendUntilMade(made);
    append(more);
    const [before, segments] = [written, listSegments(from).length];
    copyLogFolder(from, to, (source, target) => {
      copyDatabase(source, target);
      append(each);
    });
    expect(written).toBe(before + segments * each);
    const { records } = verifyLogFolder(to);
    expect(records).toBeGreaterThanOrEqual(before);
    expect(records).toBeLessThan(written);
  },
);

test("appending goes on in a copy whose newest segment is empty", () => {
  appendUntilMade(2);
  copyLogFolder(from, to);
  writer.close();
  writer = new Appender(to, 60_000, openLogFolder(to));
  append(20);
  const { ends, segments, current } = openLogFolder(to);
  current.close();
  expect([ends, segments.map(({ number }) => number)]).toEqual([[written], [1, 2, 3]]);
});

test("F14: a log that no process would open is not copied as if it were whole", () => {
  appendUntilMade(2);
  append(9);
  copyLogFolder(from, to);
  rmSync(to, { recursive: true });
  const first = new DatabaseSync(segmentPath(from, 1));
  first.exec("DELETE FROM commits WHERE seq = (SELECT max(seq) FROM commits)");
  first.close();
  expect(() => copyLogFolder(from, to)).toThrow(LogDamaged);
});
