import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { BrokerConnection } from "./broker-connection.ts";
import { API_VERSIONS, fakeBroker, int, METADATA, type Question, versions } from "./testing/fake-broker.ts";

const HOUR = 3_600_000;
const METADATA_OF_NOTHING = { topics: [], allowAutoTopicCreation: false } as const;

/** Connected to a broker that hears so. */
async function connected(hear: (question: Question) => void, patience: number): Promise<BrokerConnection> {
  const access = { clientId: "test", connectionTimeout: 1_000 };
  const connection = new BrokerConnection(await fakeBroker(hear), access, patience);
  onTestFinished(() => connection.close());
  return connection;
}

// Fails when each question hangs up for itself: kafkajs then waits once more for its dead socket to connect.
test("a connection that breaks under many questions is given up once", async () => {
  const warned: Error[] = [];
  const note = (warning: Error) => void warned.push(warning);
  process.on("warning", note);
  onTestFinished(() => void process.off("warning", note));
  const connection = await connected(({ key, before, answer, hangUp }) => {
    if (key === API_VERSIONS) answer(versions());
    if (before === 20) hangUp();
  }, 5_000);
  const asked = Array.from({ length: 20 }, () => connection.ask("Metadata", METADATA_OF_NOTHING));
  const ends = await Promise.allSettled(asked);
  expect(ends.map((end) => end.status === "rejected" && end.reason.name)).toEqual(new Array(20).fill("AnswerLost"));
  await new Promise((resolve) => setImmediate(resolve));
  expect(warned).toEqual([]);
});

test.each([{ produce: 6 }, { fetch: 10 }])(
  "a broker that is too old, by %o, is told so and asked nothing",
  async (older) => {
    const keys: number[] = [];
    const connection = await connected(({ key, answer }) => {
      keys.push(key);
      answer(versions(older));
    }, 1_000);
    await expect(connection.ask("Metadata", METADATA_OF_NOTHING)).rejects.toThrow("older than Kafka 2.3");
    expect(keys).toEqual([API_VERSIONS]);
  },
);

/** The wall clock, which may be set back until the test ends. */
function wallClock(): { behind: number } {
  const [now, clock] = [Date.now.bind(Date), { behind: 0 }];
  const spy = vi.spyOn(Date, "now").mockImplementation(() => now() - clock.behind);
  onTestFinished(() => spy.mockRestore());
  return clock;
}

/** What `asked` ends with, if it does so in time. */
function endOf(asked: Promise<unknown>): Promise<string> {
  const end = asked.then(
    () => "answered",
    ({ name }: Error) => name,
  );
  return Promise.race([end, sleep(2_000, "waits")]);
}

test.each([
  ["a question", METADATA, "AnswerLost"],
  ["a greeting", API_VERSIONS, "NotSent"],
])(
  "F12 a broker that takes %s and says nothing is given up in time, though the clock was set back",
  async (_, silentAt, end) => {
    const clock = wallClock();
    const connection = await connected(({ key, answer }) => {
      if (key === silentAt) clock.behind = HOUR;
      else answer(versions());
    }, 300);
    expect(await endOf(connection.ask("Metadata", METADATA_OF_NOTHING))).toBe(end);
  },
);

test("F12 a question that a broker's quota holds back is given up in time", async () => {
  const connection = await connected(({ key, answer }) => answer(key === API_VERSIONS ? versions() : throttled()), 300);
  await connection.ask("Metadata", METADATA_OF_NOTHING);
  expect(await endOf(connection.ask("Metadata", METADATA_OF_NOTHING))).toBe("AnswerLost");
});

/** The answer to Metadata, version 6, of nothing, and that nothing is to be asked for an hour. */
function throttled(): Buffer {
  return Buffer.concat([int(HOUR, 4), int(0, 4), int(-1, 2), int(-1, 4), int(0, 4)]);
}
