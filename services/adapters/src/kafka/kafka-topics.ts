import { LogUnavailable } from "@atlas/platform/ports/log";
import type { Warn } from "@atlas/platform/shard/warn";
import { type PartitionCounts, partitionsOf, topics } from "@atlas/platform/topic/topics";
import { BATCH_BYTES } from "./batch-size.ts";
import { type ClusterMap, laneOf } from "./cluster-map.ts";
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

/** Settings of a topic that stands, as they must be for the platform to use it. */
const CHECKED = [
  ...["message.timestamp.type", "cleanup.policy", "retention.ms", "retention.bytes", "max.message.bytes"],
  ...["min.insync.replicas", "unclean.leader.election.enable", "compression.type"],
];
/** Copies of a topic where there are as many brokers. */
const COPIES = 3;
/** Milliseconds that the cluster may take to make a topic, and then to have leaders for it. */
const CREATION = 30_000;
/** The same for leaders of topics that stood: more than a cluster takes to replace a broker that is gone. */
const LEADERS = 15_000;

/**
 * Makes the topics that are missing: time of append by the broker, three copies of which two must have a record before it
 * is acknowledged where there are three brokers, else as many as there are; none while brokers that `access` names are away, for
 * nothing makes more copies later. Changes none that stands; rejects with `TopicMismatch` when one is not so, and warns of those with
 * fewer copies than could be. Resolves when every partition has a leader that answers; of topics that stood, warns of those that have none
 * for long and resolves all the same: only who needs them is to wait.
 */
export async function prepareTopics(
  plans: readonly TopicPlan[],
  access: KafkaAccess,
  warn: Warn = () => {},
): Promise<void> {
  const named = plans.map((plan) => ({ ...plan, name: `${access.prefix ?? ""}${plan.name}` }));
  const names = named.map(({ name }) => name);
  const map = await openMap(access, names);
  try {
    await prepareOn(map, named, { brokers: access.brokers, warn, now: () => performance.now() });
  } finally {
    map.close();
  }
}

/** What the cluster is asked for. */
type Cluster = Pick<ClusterMap, "askAny" | "find" | "refresh">;

interface PreparationTerms {
  /** `host:port` of those that are named. */
  readonly brokers: readonly string[];
  readonly warn: Warn;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** The same, of topics by their names on a cluster that has been reached. */
export async function prepareOn(map: Cluster, plans: readonly TopicPlan[], terms: PreparationTerms): Promise<void> {
  const { warn, now } = terms;
  const names = plans.map(({ name }) => name);
  const { brokers, topicMetadata } = await map.askAny("Metadata", { topics: names, allowAutoTopicCreation: false });
  const standing = new Set(
    topicMetadata.filter(({ topicErrorCode }) => topicErrorCode === NO_ERROR).map(({ topic }) => topic),
  );
  const copies = Math.min(COPIES, Math.max(brokers.length, new Set(terms.brokers).size));
  const missing = plans.filter(({ name }) => !standing.has(name));
  if (missing.length > 0) {
    if (brokers.length < copies) throw new LogUnavailable(tooFew(brokers.length, copies));
    await create(map, missing, copies);
  }
  const [unled] = await unledOf(map, missing, { now, patience: CREATION });
  if (unled !== undefined) throw unled.reason;
  const short = await checkPartitions(map, plans, copies);
  if (short.length > 0) warn("topics have fewer copies than they could", { copies, topics: short.join(", ") });
  // Those that stood, too: another process may have made them just now. Who needs one that has no leader waits for it by itself.
  const stood = plans.filter(({ name }) => standing.has(name));
  const away = (await unledOf(map, stood, { now, patience: LEADERS })).map(({ place }) => place).join(", ");
  if (away !== "") warn("the start goes on without leaders of partitions", { partitions: away });
  await checkSettings(map, plans, copies);
}

function tooFew(there: number, copies: number): string {
  return `topics are to have ${copies} copies, for so many brokers are named, and ${there} are there: they are made when all are`;
}

async function create(map: Cluster, plans: readonly TopicPlan[], copies: number): Promise<void> {
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
    "max.message.bytes": `${BATCH_BYTES}`,
    "min.insync.replicas": `${Math.min(2, copies)}`,
    "unclean.leader.election.enable": "false",
    // Whatever a stranger writes can be read: brokers take apart what is compressed.
    "compression.type": "uncompressed",
  };
  return {
    topic: name,
    numPartitions: partitions,
    replicationFactor: copies,
    configEntries: Object.entries(settings).map(([key, value]) => ({ name: key, value })),
  };
}

/** A partition whose leader does not answer. */
interface Unled {
  readonly place: string;
  readonly reason: Error;
}

/**
 * Partitions for which no leader answers, though it was waited for: a broker hears of what it leads a moment after the topic stands, and
 * refuses until then.
 */
async function unledOf(
  map: Cluster,
  plans: readonly TopicPlan[],
  { now, patience }: { readonly now: () => number; readonly patience: number },
): Promise<Unled[]> {
  const reader = new PartitionReader(map);
  const deadline = now() + patience;
  const ofTopic = async ({ name, partitions }: TopicPlan): Promise<Unled[]> => {
    for (let asked = Array.from({ length: partitions }, (_, partition) => partition); ; ) {
      // Together: who leads nothing any more may take seconds to say nothing.
      const answers = asked.map((partition) =>
        reader.range(name, partition).then(
          () => undefined,
          (reason: Error) => ({ partition, place: laneOf(name, partition), reason }),
        ),
      );
      const unled = (await Promise.all(answers)).filter((answer) => answer !== undefined);
      if (unled.length === 0 || now() > deadline) return unled;
      asked = unled.map(({ partition }) => partition);
    }
  };
  return (await Promise.all(plans.map(ofTopic))).flat();
}

/** Answers those that have fewer copies of a partition than `copies`. */
async function checkPartitions(map: Cluster, plans: readonly TopicPlan[], copies: number): Promise<string[]> {
  const names = plans.map(({ name }) => name);
  const { topicMetadata } = await map.askAny("Metadata", { topics: names, allowAutoTopicCreation: false });
  const places = new Map(topicMetadata.map(({ topic, partitionMetadata }) => [topic, partitionMetadata]));
  return plans.flatMap(({ name, partitions }) => {
    const standing = places.get(name) ?? [];
    if (standing.length !== partitions) {
      throw new TopicMismatch(`topic ${name} has ${standing.length} partitions, the platform ${partitions}`);
    }
    return standing.every(({ replicas }) => replicas.length >= copies) ? [] : [name];
  });
}

/**
 * What would lose records, take their time from strangers, or let these stand as nobody reads them, is told now and not by the loss: log time is the broker's (S8), nothing goes
 * before its time, nothing that was acknowledged is led back.
 */
async function checkSettings(map: Cluster, plans: readonly TopicPlan[], copies: number): Promise<void> {
  const names = plans.map(({ name }) => name);
  const { resources } = await map.askAny("DescribeConfigs", {
    includeSynonyms: false,
    resources: names.map((name) => ({ type: TOPIC_RESOURCE, name, configNames: [...CHECKED] })),
  });
  for (const plan of plans) {
    const told = resources.find(({ resourceName }) => resourceName === plan.name);
    if (told === undefined || told.errorCode !== NO_ERROR) {
      const why = told === undefined ? "the answer leaves it out" : errorName(told.errorCode);
      throw new LogUnavailable(`settings of topic ${plan.name} cannot be read: ${why}`);
    }
    const settings = new Map(told.configEntries.map(({ configName, configValue }) => [configName, configValue]));
    for (const [name, isFit, due] of settingsDue(plan, copies)) {
      const value = settings.get(name);
      if (value !== undefined && value !== null && isFit(value)) continue;
      throw new TopicMismatch(`topic ${plan.name} has ${name} ${value ?? "unknown"}, the platform needs ${due}`);
    }
  }
}

type SettingDue = readonly [name: string, isFit: (value: string) => boolean, due: string];

function settingsDue({ retention }: TopicPlan, copies: number): SettingDue[] {
  const is = (due: string) => (value: string) => value === due;
  const atLeast = (least: number) => (value: string) => Number(value) >= least;
  const keeps = (value: string) => value === "-1" || (retention !== undefined && Number(value) >= retention);
  return [
    ["message.timestamp.type", is("LogAppendTime"), "LogAppendTime"],
    ["cleanup.policy", is("delete"), "delete"],
    ["retention.ms", keeps, retention === undefined ? "-1" : `-1 or at least ${retention}`],
    ["retention.bytes", is("-1"), "-1"],
    ["max.message.bytes", atLeast(BATCH_BYTES), `at least ${BATCH_BYTES}`],
    ["min.insync.replicas", atLeast(Math.min(2, copies)), `at least ${Math.min(2, copies)}`],
    ["unclean.leader.election.enable", is("false"), "false"],
    ["compression.type", is("uncompressed"), "uncompressed"],
  ];
}
