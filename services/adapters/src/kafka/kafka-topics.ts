import { LogUnavailable } from "@atlas/platform/ports/log";
import { type PartitionCounts, partitionsOf, topics } from "@atlas/platform/topic/topics";
import type { ClusterMap } from "./cluster-map.ts";
import { type KafkaAccess, openMap } from "./kafka-access.ts";
import { PartitionReader } from "./partition-reader.ts";
import { errorName, NO_ERROR, TOPIC_ALREADY_EXISTS, TOPIC_RESOURCE } from "./protocol.ts";

/** A topic as it is to be. */
export interface TopicPlan {
  readonly name: string;
  readonly partitions: number;
  /** Milliseconds; `undefined`: for ever. */
  readonly retention: number | undefined;
}

/** Every topic of the contract, with the partitions that the platform is created with. */
export function planTopics(counts: PartitionCounts): TopicPlan[] {
  return Object.values(topics).map(({ name, retention }) => {
    return { name, retention, partitions: partitionsOf(name, counts) };
  });
}

/** A topic stands that is not as planned: a platform's partitions are fixed when it is created. */
export class TopicMismatch extends Error {
  override name = "TopicMismatch";
}

/** A record and what the batch adds to it. */
const MESSAGE_BYTES = 4_100_000;
/** Milliseconds that the cluster may take to make a topic, and then to have leaders for it. */
const CREATION = 30_000;

/**
 * Makes the topics that are missing: time of append by the broker, three copies of which two must have a record before it
 * is acknowledged where there are three brokers, else as many as there are. Changes none that stands; rejects with
 * `TopicMismatch` when one is not so. Resolves when every partition has a leader that answers.
 */
export async function prepareTopics(plans: readonly TopicPlan[], access: KafkaAccess): Promise<void> {
  const named = plans.map((plan) => ({ ...plan, name: `${access.prefix ?? ""}${plan.name}` }));
  const names = named.map(({ name }) => name);
  const map = await openMap(access, names);
  try {
    const { brokers, topicMetadata } = await map.askAny("Metadata", { topics: names, allowAutoTopicCreation: false });
    const standing = new Set(
      topicMetadata.filter(({ topicErrorCode }) => topicErrorCode === NO_ERROR).map(({ topic }) => topic),
    );
    const missing = named.filter(({ name }) => !standing.has(name));
    if (missing.length > 0) await create(map, missing, Math.min(3, brokers.length));
    await Promise.all(missing.map((plan) => untilLed(map, plan)));
    await checkPartitions(map, named);
    // Those that stood, too: another process may have made them just now.
    await Promise.all(named.map((plan) => untilLed(map, plan)));
    await checkTimes(map, names);
  } finally {
    map.close();
  }
}

async function create(map: ClusterMap, plans: readonly TopicPlan[], copies: number): Promise<void> {
  const { topicErrors } = await map.askAny("CreateTopics", {
    validateOnly: false,
    timeout: CREATION,
    topics: plans.map((plan) => creationOf(plan, copies)),
  });
  for (const { topic, errorCode, errorMessage } of topicErrors) {
    // Another process that starts now has made it.
    if (errorCode === NO_ERROR || errorCode === TOPIC_ALREADY_EXISTS) continue;
    throw new LogUnavailable(`topic ${topic} cannot be made: ${errorMessage ?? errorName(errorCode)}`);
  }
}

function creationOf({ name, partitions, retention }: TopicPlan, copies: number) {
  const settings = {
    "message.timestamp.type": "LogAppendTime",
    "cleanup.policy": "delete",
    "retention.ms": `${retention ?? -1}`,
    "retention.bytes": "-1",
    "max.message.bytes": `${MESSAGE_BYTES}`,
    "min.insync.replicas": `${Math.min(2, copies)}`,
    "unclean.leader.election.enable": "false",
    // Whatever a stranger writes can be read: kafkajs knows few ways of compression.
    "compression.type": "uncompressed",
  };
  return {
    topic: name,
    numPartitions: partitions,
    replicationFactor: copies,
    configEntries: Object.entries(settings).map(([key, value]) => ({ name: key, value })),
  };
}

/** A broker hears of what it leads a moment after the topic stands, and refuses until then. */
async function untilLed(map: ClusterMap, { name, partitions }: TopicPlan): Promise<void> {
  const reader = new PartitionReader(map);
  const deadline = performance.now() + CREATION;
  for (let partition = 0; partition < partitions; ) {
    try {
      await reader.range(name, partition);
      partition += 1;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
  }
}

async function checkPartitions(map: ClusterMap, plans: readonly TopicPlan[]): Promise<void> {
  const names = plans.map(({ name }) => name);
  const { topicMetadata } = await map.askAny("Metadata", { topics: names, allowAutoTopicCreation: false });
  const counts = new Map(topicMetadata.map(({ topic, partitionMetadata }) => [topic, partitionMetadata.length]));
  for (const { name, partitions } of plans) {
    if (counts.get(name) === partitions) continue;
    throw new TopicMismatch(`topic ${name} has ${counts.get(name)} partitions, the platform ${partitions}`);
  }
}

/** Log time is the broker's (S8): nobody else's clock may be in a record. */
async function checkTimes(map: ClusterMap, names: readonly string[]): Promise<void> {
  const { resources } = await map.askAny("DescribeConfigs", {
    includeSynonyms: false,
    resources: names.map((name) => ({ type: TOPIC_RESOURCE, name, configNames: ["message.timestamp.type"] })),
  });
  for (const { resourceName, configEntries } of resources) {
    if (configEntries.some(({ configValue }) => configValue === "LogAppendTime")) continue;
    throw new TopicMismatch(`topic ${resourceName} takes the time of its records from who writes them`);
  }
}
