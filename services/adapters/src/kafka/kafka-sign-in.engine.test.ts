import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Kafka, startKafka } from "@atlas/engines/kafka";
import { LogUnavailable } from "@atlas/platform/ports/log";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { KafkaAccess } from "./kafka-access.ts";
import { openKafkaLog } from "./kafka-log.ts";
import { prepareTopics } from "./kafka-topics.ts";

const folder = mkdtempSync(join(tmpdir(), "atlas-kafka-"));
let kafka: Kafka;

beforeAll(async () => {
  kafka = await startKafka({ folder, users: { atlas: "right" } });
});
afterAll(async () => {
  await kafka?.brokers[0]?.kill();
  rmSync(folder, { recursive: true, force: true });
});

function access(password: string): KafkaAccess {
  return { brokers: kafka.addresses, sasl: { mechanism: "plain", username: "atlas", password } };
}

test("a cluster that asks who comes lets in who knows the password, and nobody else", async () => {
  await prepareTopics([{ name: "t", partitions: 1, retention: undefined }], access("right"));
  const log = await openKafkaLog(access("right"));
  const heard: number[] = [];
  log.tail("t", 0, 0, {
    receive: (records) => void heard.push(...records.map(({ offset }) => offset)),
    fail: () => {},
  });
  for (const offset of [0, 1]) expect((await log.append("t", 0, Uint8Array.of(1))).offset).toBe(offset);
  await expect.poll(() => heard).toEqual([0, 1]);
  expect(await log.read("t", 0, 1, 10)).toHaveLength(1);
  await log.close();
  await expect(openKafkaLog(access("wrong"))).rejects.toThrow(LogUnavailable);
  await expect(openKafkaLog({ brokers: kafka.addresses, connectionTimeout: 500 })).rejects.toThrow(LogUnavailable);
});
