import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Kafka, startKafka } from "@atlas/engines/kafka";
import { AppendUnknown, type LogRecord, LogUnavailable } from "@atlas/platform/ports/log";
import { ConfigResourceTypes, Kafka as KafkaClient, logLevel } from "kafkajs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openMap } from "./kafka-access.ts";
import { openKafkaLog } from "./kafka-log.ts";
import { prepareTopics, TopicMismatch, type TopicPlan } from "./kafka-topics.ts";
import type { Requests } from "./protocol.ts";
import { bytesOf, numberOf, StubbornWriter } from "./testing/stubborn-writer.ts";

const folder = mkdtempSync(join(tmpdir(), "atlas-kafka-"));
let kafka: Kafka;

beforeAll(async () => {
  kafka = await startKafka({ folder, brokers: 3 });
});
afterAll(async () => {
  await Promise.all((kafka?.brokers ?? []).map((broker) => broker.kill()));
  rmSync(folder, { recursive: true, force: true });
});

test("F12 of three brokers the leader may die at any time: what was acknowledged stands and is read on", async () => {
  const access = { brokers: kafka.addresses, prefix: "cluster.", appendTimeout: 3_000, askTimeout: 1_000 };
  await prepareTopics([{ name: "t", partitions: 3, retention: undefined }], access);
  const log = await openKafkaLog(access);
  const map = await openMap(access, ["cluster.t"]);
  const { topicMetadata } = await map.askAny("Metadata", { topics: ["cluster.t"], allowAutoTopicCreation: false });
  map.close();
  const places = topicMetadata[0]?.partitionMetadata ?? [];
  expect(places.map(({ replicas }) => replicas.length)).toEqual([3, 3, 3]);

  const lanes = [0, 1, 2].map((partition) => {
    const heard: LogRecord[] = [];
    log.tail("t", partition, 0, { receive: (records) => void heard.push(...records), fail: () => {} });
    return { heard, writer: new StubbornWriter(log, "t", partition) };
  });
  const acknowledged = () => Math.min(...lanes.map(({ writer }) => writer.acknowledged));
  const until = async (count: number): Promise<void> => {
    while (acknowledged() < count) await new Promise((resolve) => setTimeout(resolve, 20));
  };
  await until(50);
  await kafka.brokers[0]?.kill();
  await until(acknowledged() + 50);
  await kafka.brokers[0]?.start();
  await until(acknowledged() + 50);
  await Promise.all(lanes.map(({ writer }) => writer.stop()));

  for (const { heard, writer } of lanes) {
    await expect
      .poll(() => numberOf(heard.at(-1)?.bytes ?? new Uint8Array(0)), { timeout: 20_000 })
      .toBe(writer.acknowledged - 1);
    expect(heard.map(({ offset }) => offset)).toEqual(heard.map((_, index) => index));
    const numbers = heard.map(({ bytes }) => numberOf(bytes));
    for (const { number, offset } of writer.attempts) if (offset !== undefined) expect(numbers[offset]).toBe(number);
    const firsts = [...new Set(numbers)];
    expect(firsts).toEqual(firsts.map((_, index) => index));
  }
  await log.close();
});

test("F12 a partition that is moved to a broker which nobody polled is heard there, by those who follow it already", async () => {
  const admin = new KafkaClient({ brokers: [...kafka.addresses], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const configEntries = [{ name: "message.timestamp.type", value: "LogAppendTime" }];
  const replicaAssignment = [0, 1].map((partition) => ({ partition, replicas: [1] }));
  await admin.createTopics({ topics: [{ topic: "moved.t", replicaAssignment, configEntries }] });
  const log = await openKafkaLog({ brokers: kafka.addresses, prefix: "moved.", appendTimeout: 3_000 });
  const heard: number[][] = [[], []];
  for (const [partition, offsets] of heard.entries()) {
    const receive = (records: readonly LogRecord[]) => void offsets.push(...records.map(({ offset }) => offset));
    log.tail("t", partition, 0, { receive, fail: () => {} });
    await log.append("t", partition, bytesOf(0));
  }
  await expect.poll(() => heard, { timeout: 20_000 }).toEqual([[0], [0]]);
  await admin.alterPartitionReassignments({
    topics: [{ topic: "moved.t", partitionAssignment: [{ partition: 1, replicas: [2] }] }],
  });
  const leader = async () => {
    const { topicMetadata } = await metadata("moved.t");
    return topicMetadata[0]?.partitionMetadata.find(({ partitionId }) => partitionId === 1)?.leader;
  };
  await expect.poll(leader, { timeout: 20_000 }).toBe(2);
  const append = (partition: number) => log.append("t", partition, bytesOf(1)).then(({ offset }) => offset, String);
  await expect.poll(() => append(1), { timeout: 20_000 }).toEqual(expect.any(Number));
  await append(0);
  await expect
    .poll(() => heard, { timeout: 20_000 })
    .toEqual([
      [0, 1],
      [0, 1],
    ]);
  await admin.disconnect();
  await log.close();
});

const PLAN: TopicPlan = { name: "t", partitions: 1, retention: undefined };

async function metadata(topic: string): Promise<Requests["Metadata"]["answer"]> {
  const map = await openMap({ brokers: kafka.addresses }, [topic]);
  const answer = await map.askAny("Metadata", { topics: [topic], allowAutoTopicCreation: false });
  map.close();
  return answer;
}

async function copiesOf(topic: string): Promise<number | undefined> {
  return (await metadata(topic)).topicMetadata[0]?.partitionMetadata[0]?.replicas.length;
}

/** Kills the third broker, and waits until the others have noticed. */
async function killThird(): Promise<void> {
  await kafka.brokers[2]?.kill();
  await expect.poll(async () => (await metadata("t")).brokers.length, { timeout: 20_000 }).toBe(2);
}

test("F12 topics are not made with fewer copies than brokers are named: a start waits for them, and says of what it waits", async () => {
  const access = { brokers: kafka.addresses, prefix: "first." };
  await killThird();
  await expect(prepareTopics([PLAN], access)).rejects.toThrow(
    "topics are to have 3 copies, for so many brokers are named, and 2 are there: they are made when all are",
  );
  expect(await copiesOf("first.t")).toBeUndefined();
  await kafka.brokers[2]?.start();
  await expect
    .poll(() => prepareTopics([PLAN], access).then(() => copiesOf("first.t"), String), { timeout: 20_000 })
    .toBe(3);
});

test("a topic of which one copy is enough for an acknowledgement is refused where two could have it", async () => {
  const admin = new KafkaClient({ brokers: [...kafka.addresses], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const access = { brokers: kafka.addresses, prefix: "thin." };
  await prepareTopics([{ ...PLAN, name: "well" }], access);
  const { resources } = await admin.describeConfigs({
    ...{ includeSynonyms: false, resources: [{ type: ConfigResourceTypes.TOPIC, name: "thin.well" }] },
  });
  const configEntries = (resources[0]?.configEntries ?? [])
    .filter(({ isDefault }) => !isDefault)
    .map(({ configName: name, configValue }) => ({ name, value: name === "min.insync.replicas" ? "1" : configValue }));
  await admin.createTopics({ topics: [{ topic: "thin.t", numPartitions: 1, replicationFactor: 3, configEntries }] });
  await admin.disconnect();
  await expect(prepareTopics([PLAN], access)).rejects.toThrow(TopicMismatch);
  await expect(prepareTopics([PLAN], access)).rejects.toThrow(
    "topic thin.t has min.insync.replicas 1, the platform needs at least 2",
  );
});

test("F12 one partition without a leader keeps no process from starting: all others are read, and it is as soon as it is led", async () => {
  const access = { brokers: kafka.addresses, prefix: "led.", appendTimeout: 3_000, askTimeout: 1_000 };
  await prepareTopics([{ ...PLAN, name: "well" }], access);
  const admin = new KafkaClient({ brokers: [...kafka.addresses], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const { resources } = await admin.describeConfigs({
    ...{ includeSynonyms: false, resources: [{ type: ConfigResourceTypes.TOPIC, name: "led.well" }] },
  });
  const configEntries = (resources[0]?.configEntries ?? [])
    .filter(({ isDefault }) => !isDefault)
    .map(({ configName, configValue }) => ({ name: configName, value: configValue }));
  const replicaAssignment = [1, 3].map((broker, partition) => ({ partition, replicas: [broker] }));
  await admin.createTopics({ topics: [{ topic: "led.t", replicaAssignment, configEntries }] });
  await admin.disconnect();

  await killThird();
  const warned: string[] = [];
  await prepareTopics([{ ...PLAN, partitions: 2 }], access, (message) => void warned.push(message));
  expect(warned.at(-1)).toBe("the start goes on without leaders of partitions");
  const log = await openKafkaLog(access);
  expect(await log.range("t", 0)).toEqual({ start: 0, end: 0 });
  await expect(log.range("t", 1)).rejects.toThrow("no broker leads led.t/1");
  await kafka.brokers[2]?.start();
  await expect.poll(() => log.range("t", 1).catch(String), { timeout: 20_000 }).toEqual({ start: 0, end: 0 });
  await log.close();
});

test("S3 F12 with one copy in sync nothing is acknowledged: an append is unknown at first, then refused, and goes through when there are two again", async () => {
  const [first = "", ...others] = kafka.addresses;
  const access = { brokers: [first], prefix: "two.", appendTimeout: 3_000, askTimeout: 1_000 };
  await killThird();
  // Whoever names one broker of three finds two.
  await prepareTopics([PLAN], access);
  expect(await copiesOf("two.t")).toBe(2);
  await kafka.brokers[2]?.start();
  const warned: unknown[] = [];
  await prepareTopics([PLAN], { ...access, brokers: [first, ...others] }, (...said) => void warned.push(said));
  expect(warned).toEqual([["topics have fewer copies than they could", { copies: 3, topics: "two.t" }]]);

  const log = await openKafkaLog({ ...access, brokers: kafka.addresses });
  await log.append("t", 0, bytesOf(0));
  await kafka.brokers[1]?.kill();
  const outcomes: unknown[] = [];
  const refusals = () => outcomes.filter((outcome) => `${outcome}`.includes("NOT_ENOUGH_REPLICAS"));
  const deadline = performance.now() + 60_000;
  // Where the killed one led, appends fail at once until another leads.
  for (let number = 1; refusals().length < 3 && performance.now() < deadline; number += 1) {
    outcomes.push(await log.append("t", 0, bytesOf(number)).catch((error: unknown) => error));
    expect(outcomes.at(-1)).toBeInstanceOf(Error);
    await sleep(100);
  }
  expect(refusals().length, `never refused: ${outcomes.at(-1)}`).toBe(3);
  for (const refusal of refusals()) expect([LogUnavailable, AppendUnknown]).toContain((refusal as Error).constructor);
  await kafka.brokers[1]?.start();
  await expect
    .poll(() => log.append("t", 0, bytesOf(1_000)).then(() => "done", String), { timeout: 30_000 })
    .toBe("done");
  const { end } = await log.range("t", 0);
  const numbers: number[] = [];
  while (numbers.length < end) {
    numbers.push(...(await log.read("t", 0, numbers.length, 1 << 20)).map(({ bytes }) => numberOf(bytes)));
  }
  expect([numbers[0], numbers.at(-1)]).toEqual([0, 1_000]);
  for (const [index, outcome] of outcomes.entries()) {
    const standing = numbers.filter((number) => number === index + 1).length;
    expect(standing).toBeLessThanOrEqual(outcome instanceof AppendUnknown ? 1 : 0);
  }
  await log.close();
});
