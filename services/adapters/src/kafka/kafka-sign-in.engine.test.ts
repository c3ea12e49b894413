import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getCACertificates, setDefaultCACertificates } from "node:tls";
import { type Kafka, startKafka } from "@atlas/engines/kafka";
import { LogUnavailable } from "@atlas/platform/ports/log";
import type { SASLOptions } from "kafkajs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { KafkaAccess } from "./kafka-access.ts";
import { openKafkaLog } from "./kafka-log.ts";
import { prepareTopics } from "./kafka-topics.ts";

const MECHANISMS = ["plain", "scram-sha-256", "scram-sha-512"] as const;
type Mechanism = (typeof MECHANISMS)[number];
const users = { atlas: "right" };
const folder = mkdtempSync(join(tmpdir(), "atlas-kafka-"));
const trusted = getCACertificates();
let plain: Kafka;
let encrypting: Kafka;

beforeAll(async () => {
  [plain, encrypting] = await Promise.all([
    startKafka({ folder: join(folder, "plain"), users }),
    startKafka({ folder: join(folder, "encrypting"), users, encrypts: true }),
  ]);
});
afterAll(async () => {
  setDefaultCACertificates(trusted);
  await Promise.all([plain, encrypting].map((kafka) => kafka?.brokers[0]?.kill()));
  rmSync(folder, { recursive: true, force: true });
});

function access(kafka: Kafka, mechanism: Mechanism, password: string): KafkaAccess {
  const sasl = { mechanism, username: "atlas", password } as SASLOptions;
  return { brokers: kafka.addresses, sasl, connectionTimeout: 5_000 };
}

/** Makes a topic, appends, follows and reads. */
async function expectServed(kafka: KafkaAccess, topic: string): Promise<void> {
  await prepareTopics([{ name: topic, partitions: 1, retention: undefined }], kafka);
  const log = await openKafkaLog(kafka);
  const heard: number[] = [];
  log.tail(topic, 0, 0, {
    receive: (records) => void heard.push(...records.map(({ offset }) => offset)),
    fail: () => {},
  });
  for (const offset of [0, 1]) expect((await log.append(topic, 0, Uint8Array.of(1))).offset).toBe(offset);
  await expect.poll(() => heard).toEqual([0, 1]);
  expect(await log.read(topic, 0, 1, 10)).toHaveLength(1);
  await log.close();
}

const refused = (kafka: KafkaAccess): Promise<void> => expect(openKafkaLog(kafka)).rejects.toThrow(LogUnavailable);

describe.each(MECHANISMS)("a cluster that asks who comes, by %s", (mechanism) => {
  test("lets in who knows the password, and nobody else", async () => {
    await expectServed(access(plain, mechanism, "right"), mechanism);
    await refused(access(plain, mechanism, "wrong"));
    await refused({ brokers: plain.addresses, connectionTimeout: 500 });
  });

  test("and encrypts: those alone who trust its certificate sign in, and nobody in the clear", async () => {
    const ssl = true;
    setDefaultCACertificates(trusted);
    await refused({ ...access(encrypting, mechanism, "right"), ssl });
    // What NODE_EXTRA_CA_CERTS does before a process begins.
    setDefaultCACertificates([...trusted, encrypting.authority ?? ""]);
    await expectServed({ ...access(encrypting, mechanism, "right"), ssl }, mechanism);
    await refused({ ...access(encrypting, mechanism, "wrong"), ssl });
    await refused({ ...access(encrypting, mechanism, "right"), connectionTimeout: 500 });
  });
});
