import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pinoJournal } from "@atlas/adapters/telemetry/pino-journal";
import type { Journal } from "@atlas/platform/telemetry/journal";
import { afterAll, expect, test } from "vitest";
import { checkJournals } from "./journal-check.ts";

const folder = mkdtempSync(join(tmpdir(), "atlas-journal-check-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The problems of a process that wrote this, run after run. */
async function problemsOf(write: (journal: Journal) => void): Promise<string[]> {
  const lines = ["opening the log\n"];
  const journal = pinoJournal("info", { write: (line) => void lines.push(line) });
  write(journal);
  // The process was killed in the middle of a line, and started again.
  lines.push('{"level":"warn","time":"2026-11', "opening the log\n");
  write(journal);
  const log = join(folder, "oms-1.log");
  writeFileSync(log, lines.join(""));
  return checkJournals([{ name: "oms-1", log }]);
}

const differs = "event 7 of oms/3 differs from what gfqbT1 wrote";

test.each<[string, (journal: Journal) => void, string]>([
  [
    "I20: a shard that stopped because another owner wrote something else",
    (journal) => journal.error("a shard has stopped", { shard: "oms/3" }, new Error(differs)),
    `"a shard has stopped" of oms/3: ${differs}`,
  ],
  [
    "a shard that stopped for whatever else is broken",
    (journal) => journal.error("a shard has stopped", { shard: "venue/1" }, new TypeError("x is undefined")),
    '"a shard has stopped" of venue/1: x is undefined',
  ],
  [
    "I20: a standby that differs from its owner",
    (journal) => journal.warn("a shard is not kept hot any more", { shard: "oms/3", reason: differs }),
    `"a shard is not kept hot any more" of oms/3: ${differs}`,
  ],
  [
    "S4: a standby that finds a link with two histories",
    (journal) => {
      const reason = "the link of venue/1 has two histories before 41";
      journal.warn("a shard is not kept hot any more", { shard: "oms/3", reason });
    },
    '"a shard is not kept hot any more" of oms/3: the link of venue/1 has two histories before 41',
  ],
  [
    "S15: a log with a hole",
    (journal) => {
      const reason = "event 12 of oms/0 is missing on the log";
      journal.warn("a shard could not be recovered", { shard: "oms/0", reason });
    },
    '"a shard could not be recovered" of oms/0: event 12 of oms/0 is missing on the log',
  ],
  [
    "S4: a sender that has sent something else",
    (journal) => {
      const facts = { shard: "oms/0", destination: "venue/1", reason: "from 3 on the receiver has another history" };
      journal.warn("messages cannot be sent again", facts);
    },
    '"messages cannot be sent again" of oms/0: from 3 on the receiver has another history',
  ],
  [
    "S19: an image that no shard of this build writes",
    (journal) => journal.warn("an image cannot be read", { shard: "oms/0", reason: "slab rest: no such tag" }),
    '"an image cannot be read" of oms/0: slab rest: no such tag',
  ],
  [
    "a rule that threw at an order",
    (journal) =>
      journal.warn("a check threw: its order was refused", { shard: "oms/0", reason: "Error: no instrument\n    at" }),
    '"a check threw: its order was refused" of oms/0: Error: no instrument',
  ],
])("%s is a problem", async (_, write, said) => {
  expect(await problemsOf(write)).toEqual([`oms-1 said ${said} (2 times)`]);
});

test("what passes is no problem: an outage, a standby that fell behind, a stop in order", async () => {
  const problems = await problemsOf((journal) => {
    const away = "no broker answers: 127.0.0.1:20168: Connection error: connect ECONNREFUSED 127.0.0.1:20168";
    journal.info("a shard is served", { shard: "oms/1", after: "recovery", milliseconds: 536 });
    journal.warn("a shard could not be recovered", { shard: "oms/1", reason: away });
    journal.warn("a shard could not be recovered", {
      shard: "venue/7",
      reason: "TimeoutError: no answer came in time",
    });
    journal.warn("an append has no known result", { shard: "oms/1", reason: away });
    journal.warn("an image is incomplete", { shard: "oms/1", reason: "oms/1/slab/rest/2/0 is missing" });
    journal.warn("messages of a link are asked for again", { shard: "oms/1", source: "venue/0", from: 3 });
    journal.warn("a shard's events have stopped", { shard: "oms/1", last: 7, problem: "oms/1 has stopped" });
    const full = "the shard's owner has not said 20001 events: a standby keeps 20000";
    journal.warn("a shard is not kept hot any more", { shard: "oms/1", reason: full });
    journal.error("a shard has stopped", { shard: "oms/1" }, new Error(full));
    journal.error("a shard has stopped", { shard: "oms/1" }, new Error("the log is closed"));
  });
  expect(problems).toEqual([]);
});

test("of many different lines the first are told and the others counted", async () => {
  const problems = await problemsOf((journal) => {
    for (let shard = 0; shard < 8; shard++)
      journal.error("a shard has stopped", { shard: `oms/${shard}` }, new Error(differs));
  });
  expect(problems).toEqual([
    ...[0, 1, 2, 3, 4].map((shard) => `oms-1 said "a shard has stopped" of oms/${shard}: ${differs} (2 times)`),
    "oms-1 said 6 more such lines",
  ]);
});
