import { type KafkaLog, openKafkaLog } from "@atlas/adapters/kafka/kafka-log";
import { prepareTopics } from "@atlas/adapters/kafka/kafka-topics";
import { startKafka } from "@atlas/engines/kafka";
import { wait } from "../platform/wait.ts";
import { measureAll, measureEach, tell } from "./measure.ts";

const TOPIC = "bench";
const PARTITIONS = 24;
const WARM_UP = 1_000;
const SINGLES = 2_000;
const PER_PARTITION = 400;
const IDLE = 5_000;

/** Appends, reads and tails on one broker; a frame has 1 kB or 20 kB, as a hundred commands have. */
export async function measureKafka(folder: string): Promise<void> {
  const kafka = await startKafka({ folder });
  try {
    const access = { brokers: kafka.addresses };
    await prepareTopics([{ name: TOPIC, partitions: PARTITIONS, retention: undefined }], access);
    const log = await openKafkaLog(access);
    await measureSingles(log);
    for (const size of [1_000, 20_000]) await measureStream(log, size);
    await measureReads(log);
    await measureIdle(log);
    await log.close();
  } finally {
    await kafka.brokers[0]?.kill();
  }
}

async function measureSingles(log: KafkaLog): Promise<void> {
  const append = () => log.append(TOPIC, 0, new Uint8Array(1_000));
  for (let index = 0; index < WARM_UP; index += 1) await append();
  await measureEach("kafka", "append", SINGLES, append);
  let heard: () => void = () => {};
  const { end } = await log.range(TOPIC, 0);
  const tail = log.tail(TOPIC, 0, end, { receive: () => heard(), fail: () => {} });
  await wait(500);
  await measureEach("kafka", "append_until_tailed", SINGLES, async () => {
    const arrived = new Promise<void>((resolve) => {
      heard = resolve;
    });
    await Promise.all([append(), arrived]);
  });
  tail.close();
  await measureEach("kafka", "end_asked", SINGLES, () => log.range(TOPIC, 0));
}

/** All partitions at once, one append in flight in each, every record tailed by this process too. */
async function measureStream(log: KafkaLog, size: number): Promise<void> {
  let heard = 0;
  const lanes = Array.from({ length: PARTITIONS }, (_, partition) => partition);
  const tails = await Promise.all(
    lanes.map(async (partition) => {
      const { end } = await log.range(TOPIC, partition);
      const receive = (records: readonly unknown[]) => {
        heard += records.length;
      };
      return log.tail(TOPIC, partition, end, { receive, fail: () => {} });
    }),
  );
  await wait(500);
  await measureAll("kafka", `frames_of_${size}`, async () => {
    await Promise.all(
      lanes.map(async (partition) => {
        for (let index = 0; index < PER_PARTITION; index += 1) await log.append(TOPIC, partition, new Uint8Array(size));
      }),
    );
    while (heard < PARTITIONS * PER_PARTITION) await wait(1);
    return heard;
  });
  for (const tail of tails) tail.close();
}

async function measureReads(log: KafkaLog): Promise<void> {
  await measureAll("kafka", "records_read", async () => {
    const { end } = await log.range(TOPIC, 0);
    let at = 0;
    while (at < end) at += (await log.read(TOPIC, 0, at, 1 << 20)).length;
    return at;
  });
  await measureEach("kafka", "record_read_somewhere", 500, (index) => log.read(TOPIC, 0, index * 3, 1_000));
}

async function measureIdle(log: KafkaLog): Promise<void> {
  const fail = () => {};
  const receive = () => new Promise<void>(() => {});
  const tails = Array.from({ length: PARTITIONS }, (_, partition) => log.tail(TOPIC, partition, 0, { receive, fail }));
  await wait(1_000);
  const usage = process.cpuUsage();
  await wait(IDLE);
  const { user, system } = process.cpuUsage(usage);
  tell("kafka", "idle_cpu_24_tails", (user + system) / 1000 / IDLE, "cores");
  for (const tail of tails) tail.close();
}
