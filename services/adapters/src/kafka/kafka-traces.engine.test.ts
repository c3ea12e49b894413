import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Kafka, startKafka } from "@atlas/engines/kafka";
import { topics } from "@atlas/platform/topic/topics";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemChance } from "../system/system-chance.ts";
import { asyncTraces } from "../telemetry/async-traces.ts";
import { type KafkaLog, openKafkaLog } from "./kafka-log.ts";
import { planTopics, prepareTopics } from "./kafka-topics.ts";
import { recordHeaders } from "./testing/record-headers.ts";

const TOPIC = topics.orderCommands.name;
const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const HEADER = `00-${TRACE}-00f067aa0ba902b7-01`;
const folder = mkdtempSync(join(tmpdir(), "atlas-kafka-"));
const traces = asyncTraces(systemChance());
let kafka: Kafka;
let log: KafkaLog;

beforeAll(async () => {
  kafka = await startKafka({ folder });
  await prepareTopics(planTopics({ oms: 4, venue: 1 }), { brokers: kafka.addresses });
  log = await openKafkaLog({ brokers: kafka.addresses, traces });
});
afterAll(async () => {
  await log?.close();
  await kafka?.brokers[0]?.kill();
  rmSync(folder, { recursive: true, force: true });
});

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

test("a record names the trace of the call that appends it, beside what it is; one that no call caused names none", async () => {
  let span = "";
  await Promise.all([
    traces.during(HEADER, async () => {
      span = traces.current()?.spanId ?? "";
      await log.append(TOPIC, 0, bytesOf("of a call"));
    }),
    log.append(TOPIC, 1, bytesOf("of nobody")),
  ]);
  const what = { "content-type": "application/protobuf", "message-type": topics.orderCommands.message };

  // A tail that begins within a call: the polls that it starts are those of every tail, and what they bring no call caused.
  const answers: Promise<unknown>[] = [];
  const begin = (partition: number, target: number) =>
    log.tail(TOPIC, partition, 0, {
      receive: (records) => {
        if (answers.length < 2) answers.push(log.append(TOPIC, target, records[0]?.bytes ?? bytesOf("nothing")));
      },
      fail: () => undefined,
    });
  await traces.during(HEADER, async () => {
    const tails = [begin(0, 2), begin(1, 3)];
    while (answers.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    for (const tail of tails) tail.close();
  });
  await Promise.all(answers);

  const headers = [0, 1, 2, 3].map((partition) => recordHeaders({ brokers: kafka.addresses }, TOPIC, partition));
  expect(await Promise.all(headers)).toEqual([
    [{ ...what, traceparent: `00-${TRACE}-${span}-01` }],
    [what],
    [what],
    [what],
  ]);
});
