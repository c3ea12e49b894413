import { LogUnavailable } from "@atlas/platform/ports/log";
import { beforeEach, expect, test } from "vitest";
import { type BrokerNode, type ClusterMap, laneOf } from "./cluster-map.ts";
import { prepareOn, type TopicPlan } from "./kafka-topics.ts";
import { NO_ERROR, type Requests } from "./protocol.ts";

type Creation = Requests["CreateTopics"]["question"]["topics"][number];

const BROKERS = ["one:1", "two:2", "three:3"];
const UNKNOWN_TOPIC = 3;
const RETENTION = 60_000;
const A: TopicPlan = { name: "a", partitions: 2, retention: undefined };
const B: TopicPlan = { name: "b", partitions: 3, retention: RETENTION };

/** Three brokers, by what they answer to who prepares topics. */
class TopicCluster implements Pick<ClusterMap, "askAny" | "find" | "refresh"> {
  readonly topics = new Map<string, Creation>();
  /** Partitions without a leader. */
  readonly unled = new Set<string>();
  /** Monotonic milliseconds: a question without an answer takes a second. */
  now = 0;

  askAny<Name extends keyof Requests>(
    name: Name,
    question: Requests[Name]["question"],
  ): Promise<Requests[Name]["answer"]> {
    const answers: Partial<{ [Each in keyof Requests]: (asked: never) => Requests[Each]["answer"] }> = {
      Metadata: (asked: Requests["Metadata"]["question"]) => this.#metadata(asked.topics),
      CreateTopics: (asked: Requests["CreateTopics"]["question"]) => this.#create(asked.topics),
      DescribeConfigs: (asked: Requests["DescribeConfigs"]["question"]) => ({
        resources: asked.resources.map(({ name: resourceName }) => ({
          ...{ errorCode: NO_ERROR, resourceName },
          configEntries: (this.topics.get(resourceName)?.configEntries ?? []).map((entry) => {
            return { configName: entry.name, configValue: entry.value };
          }),
        })),
      }),
    };
    return Promise.resolve(answers[name]?.(question as never) as Requests[Name]["answer"]);
  }

  async find(topic: string, partition: number): Promise<BrokerNode> {
    const lane = laneOf(topic, partition);
    if (this.unled.has(lane)) {
      this.now += 1_000;
      throw new LogUnavailable(`no broker leads ${lane}`);
    }
    const responses = [{ topic, partitions: [{ partition, errorCode: NO_ERROR, offset: "0" }] }];
    return { id: 1, asks: { ask: () => Promise.resolve({ responses }) } } as unknown as BrokerNode;
  }

  refresh(): Promise<void> {
    return Promise.resolve();
  }

  #metadata(names: readonly string[]): Requests["Metadata"]["answer"] {
    const brokers = BROKERS.map((host, nodeId) => ({ nodeId, host, port: nodeId }));
    const topicMetadata = names.map((topic) => {
      const partitions = this.topics.get(topic)?.numPartitions ?? 0;
      const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => {
        const leader = this.unled.has(laneOf(topic, partitionId)) ? -1 : 1;
        return { partitionId, partitionErrorCode: NO_ERROR, leader, replicas: [0, 1, 2] };
      });
      return { topic, topicErrorCode: this.topics.has(topic) ? NO_ERROR : UNKNOWN_TOPIC, partitionMetadata };
    });
    return { brokers, topicMetadata };
  }

  #create(topics: readonly Creation[]): Requests["CreateTopics"]["answer"] {
    for (const topic of topics) this.topics.set(topic.topic, topic);
    return { topicErrors: topics.map(({ topic }) => ({ topic, errorCode: NO_ERROR, errorMessage: null })) };
  }
}

let cluster: TopicCluster;
let warnings: string[];

beforeEach(() => {
  cluster = new TopicCluster();
  warnings = [];
});

function prepare(...plans: readonly TopicPlan[]): Promise<void> {
  const warn = (message: string, facts: object) => void warnings.push(`${message} ${JSON.stringify(facts)}`);
  return prepareOn(cluster, plans, { brokers: BROKERS, warn, now: () => cluster.now });
}

test("F12 a start goes on without leaders of partitions that stood before it, and names them", async () => {
  await prepare(A, B);
  expect(warnings).toEqual([]);
  for (const lane of ["a/1", "b/0", "b/2"]) cluster.unled.add(lane);
  await prepare(A, B);
  const partitions = "a/1, b/0, b/2";
  expect(warnings).toEqual([`the start goes on without leaders of partitions ${JSON.stringify({ partitions })}`]);
});

test("F12 leaders that come within the patience are waited for, and nothing is said of them", async () => {
  await prepare(A);
  cluster.unled.add("a/0");
  const prepared = prepare(A);
  while (cluster.now < 5_000) await Promise.resolve();
  cluster.unled.clear();
  await prepared;
  expect(warnings).toEqual([]);
});

test("F12 a topic that a start makes has its leaders before anything is on it", async () => {
  await prepare(A);
  for (const lane of ["a/0", "b/1"]) cluster.unled.add(lane);
  await expect(prepare(A, B)).rejects.toThrow("no broker leads b/1");
  cluster.unled.delete("b/1");
  await prepare(A, B);
  expect(warnings).toEqual([expect.stringContaining('"a/0"')]);
});

test("topics that stand without leaders are still refused for what they are", async () => {
  await prepare(B);
  cluster.unled.add("b/0");
  await expect(prepare({ ...B, partitions: 4 })).rejects.toThrow("topic b has 3 partitions, the platform 4");
  await expect(prepare({ ...B, retention: RETENTION + 1 })).rejects.toThrow("topic b has retention.ms 60000");
});
