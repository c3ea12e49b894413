import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Kafka, startKafka } from "@atlas/engines/kafka";
import type { LogRecord } from "@atlas/platform/ports/log";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openMap } from "./kafka-access.ts";
import { openKafkaLog } from "./kafka-log.ts";
import { prepareTopics } from "./kafka-topics.ts";
import { numberOf, StubbornWriter } from "./testing/stubborn-writer.ts";

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
