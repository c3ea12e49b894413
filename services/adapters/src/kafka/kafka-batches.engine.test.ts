import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import type { EngineProcess } from "@atlas/engines/engine-process";
import { type Kafka, startKafka } from "@atlas/engines/kafka";
import { LogDamaged, type LogRecord, LogUnavailable } from "@atlas/platform/ports/log";
import type { Warn } from "@atlas/platform/shard/warn";
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

const open = (warn?: Warn) => openKafkaLog({ brokers: kafka.addresses, appendTimeout: 3_000, askTimeout: 1_000, warn });

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

test("S1 a batch that is not what was written is not passed over: a tail ends at it, loudly, and of one that the broker itself does not find is said that it is waited for", async () => {
  const writer = await open();
  for (const number of [0, 1, 2]) await writer.append(FOREIGN, 1, bytesOf(number));
  // So much that the broker's index leads behind the damage: else it takes this for the end.
  for (let kilobytes = 0; kilobytes < 20; kilobytes += 5) await writer.append(FOREIGN, 0, new Uint8Array(5_000));
  const { end } = await writer.range(FOREIGN, 1);
  await writer.close();
  await broker.stop();
  damage(0, (bytes, [, second = 0]) => bytes.writeInt32BE(1 << 30, second + 8));
  damage(1, (bytes, batches) => bytes.writeInt32BE(2, batches[end - 1]! + 57));
  await broker.start();

  const warned: unknown[] = [];
  const log = await open(
    (message, { topic, partition, offset }) => void warned.push([message, topic, partition, offset]),
  );
  const [tail, neighbour, own] = [follow(log, FOREIGN, 1), follow(log, FOREIGN, 0), follow(log, OWN, 0)];
  await expect.poll(() => tail.failure, { timeout: 10_000 }).toBeInstanceOf(LogDamaged);
  expect(tail.failure?.message).toBe(`${FOREIGN}/1: ${end - 1} cannot be read: the checksum of a batch does not match`);
  expect(tail.texts.length).toBe(end - 1);
  await expect(log.read(FOREIGN, 1, end - 1, 1 << 20)).rejects.toThrow(LogDamaged);
  await log.append(OWN, 0, bytesOf(1));
  await expect.poll(() => own.texts.at(-1), { timeout: 10_000 }).toContain("number 1");
  await expect(log.read(FOREIGN, 0, 1, 1 << 20)).rejects.toThrow(LogUnavailable);
  await expect
    .poll(() => warned, { timeout: 20_000 })
    .toEqual([["a partition of the log cannot be read", FOREIGN, 0, 1]]);
  expect([neighbour.failure, neighbour.texts]).toEqual([undefined, ["0 number 0"]]);
  await log.close();
});

/** Changes a partition's segment, told where its batches begin. */
function damage(partition: number, change: (bytes: Buffer, batches: readonly number[]) => void): void {
  const segment = join(folder, "broker-1", "log", `${FOREIGN}-${partition}`, `${"0".repeat(20)}.log`);
  const bytes = readFileSync(segment);
  const batches: number[] = [];
  for (let at = 0; at < bytes.length; at += 12 + bytes.readInt32BE(at + 8)) batches.push(at);
  change(bytes, batches);
  writeFileSync(segment, bytes);
}
