import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EngineProcess } from "@atlas/engines/engine-process";
import { type Kafka, startKafka } from "@atlas/engines/kafka";
import { AppendUnknown, type Log, type LogRecord, LogUnavailable } from "@atlas/platform/ports/log";
import { topics } from "@atlas/platform/topic/topics";
import { CompressionTypes, ConfigResourceTypes, Kafka as KafkaClient, logLevel } from "kafkajs";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type KafkaLog, openKafkaLog } from "./kafka-log.ts";
import { planTopics, prepareTopics, TopicMismatch } from "./kafka-topics.ts";
import { recordHeaders } from "./testing/record-headers.ts";
import { bytesOf, numberOf, StubbornWriter } from "./testing/stubborn-writer.ts";

const TOPIC = topics.orderCommands.name;
const folder = mkdtempSync(join(tmpdir(), "atlas-kafka-"));
let kafka: Kafka;
let broker: EngineProcess;
let log: KafkaLog;
let prefix: string;
let opened = 0;

beforeAll(async () => {
  kafka = await startKafka({ folder });
  broker = kafka.brokers[0] as EngineProcess;
});
afterAll(async () => {
  await broker?.kill();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  opened += 1;
  prefix = `faults-${opened}.`;
  await prepareTopics(planTopics({ oms: 2, venue: 1 }), { brokers: kafka.addresses, prefix });
  log = await openKafkaLog({ brokers: kafka.addresses, prefix, appendTimeout: 1_500, askTimeout: 1_000 });
});
afterEach(() => log.close());

function follow(of: Log, partition: number): LogRecord[] {
  const heard: LogRecord[] = [];
  of.tail(TOPIC, partition, 0, {
    receive: (records) => void heard.push(...records),
    fail: (error) => {
      if (error.message !== "the log is closed") throw error;
    },
  });
  return heard;
}

async function readAll(partition: number): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for (;;) {
    const page = await log.read(TOPIC, partition, records.length, 1 << 20);
    if (page.length === 0) return records;
    records.push(...page);
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** What the log must hold of a writer: every number, first in order, and where it was said to stand. */
function expectKept(writer: StubbornWriter, records: readonly LogRecord[]): void {
  const numbers = records.map(({ bytes }) => numberOf(bytes));
  const firsts = [...new Set(numbers)];
  expect(firsts).toEqual(firsts.map((_, index) => index));
  expect(firsts.length).toBe(writer.acknowledged);
  for (const { number, offset } of writer.attempts) if (offset !== undefined) expect(numbers[offset]).toBe(number);
  for (const number of firsts) {
    const attempts = writer.attempts.filter(
      (attempt) => attempt.number === number && attempt.error !== "LogUnavailable",
    );
    expect(numbers.filter((each) => each === number).length).toBeLessThanOrEqual(attempts.length);
  }
}

test("F12 a broker killed and back: what was acknowledged stands, what is unknown once at most, tails go on without a hole", async () => {
  const heard = follow(log, 0);
  const writer = new StubbornWriter(log, TOPIC, 0);
  for (const away of [500, 3_000]) {
    const before = writer.acknowledged;
    await until(() => writer.acknowledged > before + 50);
    await broker.kill();
    await pause(away);
    await broker.start();
    await until(() => writer.acknowledged > before + 100);
  }
  await writer.stop();
  await until(() => heard.at(-1)?.bytes !== undefined && numberOf(heard.at(-1)!.bytes) === writer.acknowledged - 1);
  const records = await readAll(0);
  expect(heard.map(({ offset }) => offset)).toEqual(records.map((_, index) => index));
  expect(heard.map(({ bytes }) => numberOf(bytes))).toEqual(records.map(({ bytes }) => numberOf(bytes)));
  expectKept(writer, records);
  expect(writer.attempts.some(({ error }) => error === "LogUnavailable")).toBe(true);
});

test("F12 a broker away for a minute: it is said once, everything goes on where it was, and nothing is there twice", async () => {
  const warned: string[] = [];
  const warn = (message: string) => void warned.push(message);
  const patient = await openKafkaLog({ brokers: kafka.addresses, prefix, askTimeout: 1_000, warn });
  const [heard, quiet] = [follow(patient, 0), follow(patient, 1)];
  const writer = new StubbornWriter(patient, TOPIC, 0);
  await until(() => writer.acknowledged > 10);
  await broker.kill();
  await pause(60_000);
  const before = writer.acknowledged;
  expect(warned).toEqual(["a broker cannot be asked for new records"]);
  await broker.start();
  await until(() => writer.acknowledged > before + 10);
  await writer.stop();
  await patient.append(TOPIC, 1, bytesOf(0));
  await until(
    () => quiet.length === 1 && heard.length > 0 && numberOf(heard.at(-1)!.bytes) === writer.acknowledged - 1,
  );
  const records = await readAll(0);
  expect(heard.map(({ offset }) => offset)).toEqual(records.map((_, index) => index));
  expectKept(writer, records);
  expect(writer.attempts.filter(({ error }) => error === "LogUnavailable").length).toBeGreaterThan(10);
  expect(warned.length).toBeLessThanOrEqual(2);
  await patient.close();
});

test("F12 a broker that answers slowly is waited for: nothing is refused or asked for twice, and tails hear it all", async () => {
  const patient = await openKafkaLog({ brokers: kafka.addresses, prefix });
  const heard = [0, 1].map((partition) => follow(patient, partition));
  const writers = [0, 1].map((partition) => new StubbornWriter(patient, TOPIC, partition));
  await until(() => writers.every(({ acknowledged }) => acknowledged > 10));
  let slowest = 0;
  for (let pulse = 0; pulse < 6; pulse += 1) {
    await broker.pause();
    const asked = performance.now();
    const answer = patient.range(TOPIC, 0);
    await pause(800);
    broker.resume();
    await answer;
    slowest = Math.max(slowest, performance.now() - asked);
    await pause(50);
  }
  await Promise.all(writers.map((writer) => writer.stop()));
  expect(slowest).toBeGreaterThan(790);
  for (const [partition, { attempts }] of writers.entries()) {
    expect(attempts.filter(({ error }) => error !== undefined)).toEqual([]);
    await until(() => heard[partition]!.length === attempts.length);
    expect(heard[partition]!.map(({ bytes }) => numberOf(bytes))).toEqual(attempts.map((_, index) => index));
  }
  await patient.close();
});

test("while the broker is away everything says so, and works when it is back", async () => {
  await log.append(TOPIC, 0, bytesOf(0));
  await broker.kill();
  await expect(log.append(TOPIC, 0, bytesOf(1))).rejects.toThrow(LogUnavailable);
  await expect(log.read(TOPIC, 0, 0, 10)).rejects.toThrow(LogUnavailable);
  await expect(log.range(TOPIC, 0)).rejects.toThrow(LogUnavailable);
  await expect(openKafkaLog({ brokers: kafka.addresses })).rejects.toThrow("no broker answers");
  await broker.start();
  // It listens a moment before it leads.
  const range = () => log.range(TOPIC, 0).catch((error: Error) => error);
  await expect.poll(range, { timeout: 10_000 }).toEqual({ start: 0, end: 1 });
  expect((await log.append(TOPIC, 0, bytesOf(1))).offset).toBe(1);
});

test("S3 a paused broker leaves an append unknown, and never makes two of one call", async () => {
  const heard = follow(log, 0);
  await log.append(TOPIC, 0, bytesOf(0));
  await broker.pause();
  const outcomes: unknown[] = [];
  for (let number = 1; number <= 3; number += 1) {
    outcomes.push(await log.append(TOPIC, 0, bytesOf(number)).catch((error: unknown) => error));
  }
  await expect(log.range(TOPIC, 0)).rejects.toThrow(LogUnavailable);
  broker.resume();
  // The first was on its way when the broker fell silent; a connection for the next ones did not come about.
  expect(outcomes[0]).toBeInstanceOf(AppendUnknown);
  for (const outcome of outcomes) expect(outcome).toBeInstanceOf(Error);
  await expect
    .poll(
      () =>
        log.append(TOPIC, 0, bytesOf(4)).then(
          () => true,
          () => false,
        ),
      { timeout: 10_000 },
    )
    .toBe(true);
  await pause(500);
  const numbers = (await readAll(0)).map(({ bytes }) => numberOf(bytes));
  for (const number of [0, 1, 2, 3]) expect(numbers.filter((each) => each === number).length).toBeLessThanOrEqual(1);
  expect(numbers).toContain(4);
  await until(() => heard.length === numbers.length);
  expect(heard.map(({ bytes }) => numberOf(bytes))).toEqual(numbers);
});

test("F13 a stranger's records keep their offsets: one without a value has no bytes, a compressed one is read", async () => {
  const client = new KafkaClient({ brokers: [...kafka.addresses], logLevel: logLevel.NOTHING });
  const producer = client.producer();
  await producer.connect();
  const topic = prefix + TOPIC;
  await log.append(TOPIC, 1, bytesOf(0));
  await producer.send({ topic, messages: [{ value: null, partition: 1 }] });
  await producer.send({ topic, messages: [{ value: "number 2", partition: 1 }], compression: CompressionTypes.GZIP });
  await producer.disconnect();
  await log.append(TOPIC, 1, bytesOf(3));
  const heard = follow(log, 1);
  await until(() => heard.length === 4);
  expect((await readAll(1)).map(({ bytes }) => new TextDecoder().decode(bytes))).toEqual([
    "number 0",
    "",
    "number 2",
    "number 3",
  ]);
  expect(heard.map(({ offset, bytes }) => [offset, bytes.length])).toEqual([
    [0, 8],
    [1, 0],
    [2, 8],
    [3, 8],
  ]);
});

test("a record says what its bytes are, and the broker when it came", async () => {
  const before = Date.now();
  const { appendTime } = await log.append(TOPIC, 0, bytesOf(0));
  expect(appendTime).toBeGreaterThanOrEqual(before - 50);
  expect((await log.read(TOPIC, 0, 0, 1_000))[0]?.appendTime).toBe(appendTime);
  expect(await recordHeaders({ brokers: kafka.addresses }, prefix + TOPIC, 0)).toEqual([
    { "content-type": "application/protobuf", "message-type": "atlas.log.v1.OrderCommandFrame" },
  ]);
});

test("topics are the contract's, once made they stay, and other counts of partitions stop a start", async () => {
  const at = { brokers: kafka.addresses, prefix };
  await log.append(TOPIC, 1, bytesOf(0));
  await prepareTopics(planTopics({ oms: 2, venue: 1 }), at);
  expect(await log.range(TOPIC, 1)).toEqual({ start: 0, end: 1 });
  await expect(prepareTopics(planTopics({ oms: 3, venue: 1 }), at)).rejects.toThrow(TopicMismatch);
  await expect(prepareTopics(planTopics({ oms: 3, venue: 1 }), at)).rejects.toThrow(
    `topic ${prefix}${TOPIC} has 2 partitions, the platform 3`,
  );
  await expect(log.append(TOPIC, 2, bytesOf(0))).rejects.toThrow(LogUnavailable);
  await expect(log.append("no.such.topic", 0, bytesOf(0))).rejects.toThrow(LogUnavailable);
});

const unfit: [string, string][] = [
  ["message.timestamp.type", "CreateTime"],
  ["cleanup.policy", "compact"],
  ["retention.ms", "604800000"],
  ["retention.bytes", "1000000"],
  ["max.message.bytes", "1000000"],
  ["unclean.leader.election.enable", "true"],
  ["compression.type", "producer"],
  ["compression.type", "gzip"],
  ["compression.type", "zstd"],
];

test("S28: a topic that somebody made in a way that loses records is refused by name and setting, and left as it is", async () => {
  const admin = new KafkaClient({ brokers: [...kafka.addresses], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const plan = { partitions: 1, retention: undefined };
  const access = { brokers: kafka.addresses, prefix: "made." };
  await prepareTopics([{ ...plan, name: "well" }], access);
  const { resources } = await admin.describeConfigs({
    ...{ includeSynonyms: false, resources: [{ type: ConfigResourceTypes.TOPIC, name: "made.well" }] },
  });
  const well = (resources[0]?.configEntries ?? []).filter(({ isDefault }) => !isDefault);
  for (const [index, [name, value]] of unfit.entries()) {
    const topic = `made.${index}`;
    const others = well.filter(({ configName }) => configName !== name);
    const configEntries = [
      ...others.map(({ configName, configValue }) => ({ name: configName, value: configValue })),
      { name, value },
    ];
    await admin.createTopics({ topics: [{ topic, numPartitions: 1, configEntries }] });
    await expect(prepareTopics([{ ...plan, name: `${index}` }], access)).rejects.toThrow(
      `topic ${topic} has ${name} ${value}, the platform needs `,
    );
  }
  await admin.disconnect();
  await prepareTopics([{ ...plan, name: "well", retention: 1_000 }], access);
});
