import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Kafka, startKafka } from "@atlas/engines/kafka";
import { describeLog } from "@atlas/platform/contract-suite/log-suite";
import { afterAll, beforeAll } from "vitest";
import { openKafkaLog } from "./kafka-log.ts";
import { prepareTopics } from "./kafka-topics.ts";

const folder = mkdtempSync(join(tmpdir(), "atlas-kafka-"));
let kafka: Kafka;
let opened = 0;

beforeAll(async () => {
  kafka = await startKafka({ folder });
});
afterAll(async () => {
  await kafka?.brokers[0]?.kill();
  rmSync(folder, { recursive: true, force: true });
});

describeLog("Kafka", {
  async open() {
    opened += 1;
    const at = { brokers: kafka.addresses, prefix: `suite-${opened}.` };
    const plans = ["suite.a", "suite.b"].map((name) => ({ name, partitions: 4, retention: undefined }));
    await prepareTopics(plans, at);
    const log = await openKafkaLog({ ...at, tailBytes: 50_000 });
    return { log, close: () => log.close() };
  },
  pass: () => new Promise((resolve) => setTimeout(resolve, 1)),
});
