import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import type { EngineProcess } from "@atlas/engines/engine-process";
import { type Kafka, startKafka } from "@atlas/engines/kafka";
import { LogDamaged, type LogRecord } from "@atlas/platform/ports/log";
import { CompressionCodecs, CompressionTypes, Kafka as KafkaClient, logLevel } from "kafkajs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type KafkaLog, openKafkaLog } from "./kafka-log.ts";
import { prepareTopics } from "./kafka-topics.ts";
import { bytesOf } from "./testing/stubborn-writer.ts";

const OWN = "own";
/** Made by somebody else: what a producer compresses stays as it is. */
const FOREIGN = "foreign";
const folder = mkdtempSync(join(tmpdir(), "atlas-kafka-"));
let kafka: Kafka;
let broker: EngineProcess;
let client: KafkaClient;

beforeAll(async () => {
  kafka = await startKafka({ folder });
  broker = kafka.brokers[0] as EngineProcess;
  await prepareTopics([{ name: OWN, partitions: 1, retention: undefined }], { brokers: kafka.addresses });
  client = new KafkaClient({ brokers: [...kafka.addresses], logLevel: logLevel.NOTHING });
  const admin = client.admin();
  await admin.connect();
  const configEntries = [{ name: "message.timestamp.type", value: "LogAppendTime" }];
  await admin.createTopics({ topics: [{ topic: FOREIGN, numPartitions: 2, configEntries }] });
  await admin.disconnect();
});
afterAll(async () => {
  await broker?.kill();
  rmSync(folder, { recursive: true, force: true });
});

interface Heard {
  readonly texts: string[];
  failure: Error | undefined;
}

function follow(log: KafkaLog, topic: string, partition: number): Heard {
  const heard: Heard = { texts: [], failure: undefined };
  log.tail(topic, partition, 0, {
    receive: (records) => void heard.texts.push(...textsOf(records)),
    fail: (error) => {
      heard.failure = error;
    },
  });
  return heard;
}

function textsOf(records: readonly LogRecord[]): string[] {
  return records.map(({ offset, bytes }) => `${offset} ${new TextDecoder().decode(bytes)}`);
}

async function sendZstd(partition: number, values: readonly string[]): Promise<void> {
  const usual = CompressionCodecs[CompressionTypes.ZSTD];
  CompressionCodecs[CompressionTypes.ZSTD] = () => ({
    compress: async (encoder: { buffer: Buffer }) => zstdCompressSync(encoder.buffer),
    decompress: () => Promise.reject(new Error("nobody here reads it")),
  });
  const producer = client.producer();
  await producer.connect();
  const messages = values.map((value) => ({ value, partition }));
  await producer.send({ topic: FOREIGN, messages, compression: CompressionTypes.ZSTD });
  await producer.disconnect();
  CompressionCodecs[CompressionTypes.ZSTD] = usual;
}

const open = () => openKafkaLog({ brokers: kafka.addresses, appendTimeout: 3_000, askTimeout: 1_000 });

test("F13 a batch that nobody here can decompress has records without bytes at its offsets, for tails and reads alike, and keeps no other partition back", async () => {
  const log = await open();
  const [tail, neighbour, own] = [follow(log, FOREIGN, 0), follow(log, FOREIGN, 1), follow(log, OWN, 0)];
  await log.append(FOREIGN, 0, bytesOf(0));
  await sendZstd(0, ["a", "b", "c"]);
  await log.append(FOREIGN, 0, bytesOf(4));
  await log.append(FOREIGN, 1, bytesOf(0));
  await log.append(OWN, 0, bytesOf(0));
  await expect.poll(() => [neighbour.texts, own.texts], { timeout: 10_000 }).toEqual([["0 number 0"], ["0 number 0"]]);
  const told = ["0 number 0", "1 ", "2 ", "3 ", "4 number 4"];
  await expect.poll(() => tail.texts, { timeout: 10_000 }).toEqual(told);
  for (const from of [0, 1, 2, 3, 4]) {
    const records = await log.read(FOREIGN, 0, from, 1 << 20);
    expect(textsOf(records)).toEqual(told.slice(from));
    expect(new Set(records.map(({ appendTime }) => Math.abs(appendTime - Date.now()) < 60_000))).toEqual(
      new Set([true]),
    );
  }
  await log.close();
});

test("S1 a batch that is not what was written ends the tail at it, loudly: nothing is passed over, and no other partition is kept back", async () => {
  const writer = await open();
  for (const number of [0, 1, 2]) await writer.append(FOREIGN, 1, bytesOf(number));
  const { end } = await writer.range(FOREIGN, 1);
  await writer.close();
  await broker.stop();
  const records = await damageLast(join(folder, "broker-1", "log", `${FOREIGN}-1`, `${"0".repeat(20)}.log`));
  expect(records).toBe(end);
  await broker.start();

  const log = await open();
  const [tail, neighbour, own] = [follow(log, FOREIGN, 1), follow(log, FOREIGN, 0), follow(log, OWN, 0)];
  await expect.poll(() => tail.failure, { timeout: 10_000 }).toBeInstanceOf(LogDamaged);
  expect(tail.failure?.message).toContain(`${FOREIGN}/1: ${end - 1} cannot be read`);
  expect(tail.texts.length).toBe(end - 1);
  await expect(log.read(FOREIGN, 1, end - 1, 1 << 20)).rejects.toThrow(LogDamaged);
  await log.append(OWN, 0, bytesOf(1));
  await expect.poll(() => own.texts.at(-1), { timeout: 10_000 }).toContain("number 1");
  expect(neighbour.failure).toBeUndefined();
  await log.close();
});

/** Makes the last batch of a segment say that it holds one record more than it does. Answers how many batches of one record there are. */
async function damageLast(segment: string): Promise<number> {
  const bytes = readFileSync(segment);
  let [last, count] = [0, 0];
  for (let at = 0; at < bytes.length; at += 12 + bytes.readInt32BE(at + 8)) [last, count] = [at, count + 1];
  bytes.writeInt32BE(2, last + 57);
  writeFileSync(segment, bytes);
  return count;
}
