import { createErrorFromCode } from "kafkajs/src/protocol/error.js";

/** A record as it is sent. */
export interface SentRecord {
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** A record as it stands; one of a batch that cannot be read has no value. */
export interface FetchedRecord {
  readonly offset: number;
  /** Milliseconds since the epoch, of its append. */
  readonly timestamp: number;
  readonly value: Buffer | null;
  /** As they were written. */
  readonly headers: Buffer;
}

interface ByTopic<Partition> {
  readonly topic: string;
  readonly partitions: readonly Partition[];
}

export interface ProducedPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly baseOffset: string;
  readonly logAppendTime: string;
}

/** The records of an answer. */
export interface FetchedBatches {
  readonly messages: readonly FetchedRecord[];
  /** Why nothing behind `messages` can be read; `undefined`: it can. */
  readonly damage: string | undefined;
}

export interface FetchedPartition extends FetchedBatches {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: number;
}

export interface PartitionPlace {
  readonly partitionId: number;
  readonly partitionErrorCode: number;
  /** -1: it has none now. */
  readonly leader: number;
  /** Higher with each election; absent: the broker does not tell. */
  readonly leaderEpoch?: number;
  readonly replicas: readonly number[];
}

/** What is asked of a broker, and what it answers: the protocol's fields, by kafkajs's names. */
export interface Requests {
  Produce: {
    question: {
      acks: -1;
      timeout: number;
      topicData: readonly ByTopic<{ readonly partition: number; readonly messages: readonly SentRecord[] }>[];
    };
    answer: { topics: readonly { topicName: string; partitions: readonly ProducedPartition[] }[] };
  };
  Fetch: {
    question: {
      maxWaitTime: number;
      minBytes: number;
      maxBytes: number;
      isolationLevel: 0;
      topics: readonly ByTopic<{
        readonly partition: number;
        readonly fetchOffset: number;
        readonly maxBytes: number;
      }>[];
    };
    answer: { responses: readonly { topicName: string; partitions: readonly FetchedPartition[] }[] };
  };
  ListOffsets: {
    question: {
      replicaId: -1;
      isolationLevel: 0;
      topics: readonly ByTopic<{ readonly partition: number; readonly timestamp: string }>[];
    };
    answer: { responses: readonly ByTopic<{ readonly errorCode: number; readonly offset: string }>[] };
  };
  Metadata: {
    question: { topics: readonly string[]; allowAutoTopicCreation: false };
    answer: {
      brokers: readonly { nodeId: number; host: string; port: number }[];
      topicMetadata: readonly { topic: string; topicErrorCode: number; partitionMetadata: readonly PartitionPlace[] }[];
    };
  };
  CreateTopics: {
    question: {
      validateOnly: false;
      timeout: number;
      topics: readonly {
        readonly topic: string;
        readonly numPartitions: number;
        readonly replicationFactor: number;
        readonly configEntries: readonly { readonly name: string; readonly value: string }[];
      }[];
    };
    answer: { topicErrors: readonly { topic: string; errorCode: number; errorMessage: string | null }[] };
  };
  DescribeConfigs: {
    question: {
      includeSynonyms: false;
      resources: readonly { readonly type: 2; readonly name: string; readonly configNames: readonly string[] }[];
    };
    answer: {
      resources: readonly {
        errorCode: number;
        resourceName: string;
        configEntries: readonly { configName: string; configValue: string | null }[];
      }[];
    };
  };
  DeleteRecords: {
    question: { timeout: number; topics: readonly ByTopic<{ readonly partition: number; readonly offset: string }>[] };
    answer: { topics: readonly ByTopic<{ readonly errorCode: number }>[] };
  };
}

/** Of `ListOffsets`: the first offset that is readable, and the one after the last. */
export const EARLIEST = "-2";
export const LATEST = "-1";

export const NO_ERROR = 0;
export const OFFSET_OUT_OF_RANGE = 1;
export const TOPIC_ALREADY_EXISTS = 36;
/** Of `DescribeConfigs`. */
export const TOPIC_RESOURCE = 2;

const MESSAGE_TOO_LARGE = 10;
const INVALID_TOPIC = 17;
const RECORD_LIST_TOO_LARGE = 18;
const NOT_ENOUGH_REPLICAS = 19;
const TOPIC_AUTHORIZATION_FAILED = 29;
const INVALID_RECORD = 87;

/**
 * Refusals that come before the leader writes. Every other error may follow a write: NOT_LEADER_OR_FOLLOWER for one is
 * also what a leader answers that has written, and was deposed while it waited for its followers; what it wrote may stand.
 */
const WRITES_NOTHING: ReadonlySet<number> = new Set([
  MESSAGE_TOO_LARGE,
  INVALID_TOPIC,
  RECORD_LIST_TOO_LARGE,
  NOT_ENOUGH_REPLICAS,
  TOPIC_AUTHORIZATION_FAILED,
  INVALID_RECORD,
]);

/** Whether a produce request that is refused with `code` has certainly written nothing. */
export function writesNothing(code: number): boolean {
  return WRITES_NOTHING.has(code);
}

/** What an error code of the protocol is called. */
export function errorName(code: number): string {
  return createErrorFromCode(code).type;
}
