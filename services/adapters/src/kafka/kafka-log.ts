import {
  type Appended,
  type Log,
  type LogRange,
  type LogRecord,
  LogUnavailable,
  OffsetTrimmed,
  RECORD_BYTES,
  type Tail,
  type TailReceiver,
} from "@atlas/platform/ports/log";
import type { Warn } from "@atlas/platform/shard/warn";
import { LogFollower } from "@atlas/platform/tail/log-follower";
import { noTraces, type Traces } from "@atlas/platform/telemetry/traces";
import { topics } from "@atlas/platform/topic/topics";
import { AppendQueue } from "./append-queue.ts";
import type { ClusterMap } from "./cluster-map.ts";
import { APPEND_TIMEOUT, type KafkaAccess, openMap } from "./kafka-access.ts";
import { type FollowedLane, PartitionPoller } from "./partition-poller.ts";
import { PartitionReader } from "./partition-reader.ts";
import { SilenceWatch } from "./silence-watch.ts";

export interface KafkaLogOptions extends KafkaAccess {
  /** Bytes handed over and not answered, above which `append` rejects with `LogUnavailable`; default 64 MB. */
  readonly pendingBytes?: number;
  /** What a tail keeps for a receiver that is busy; default 4 MB. */
  readonly tailBytes?: number;
  /** Records name the trace of the call that appends them; absent: none. */
  readonly traces?: Traces;
  /** Told of brokers and partitions that tails have not heard of for long; absent: nobody is. */
  readonly warn?: Warn | undefined;
}

export interface KafkaLog extends Log {
  /** Waits for what has been handed over, then ends all tails and connections. */
  close(): Promise<void>;
}

const READ_BYTES = 1 << 20;
const RETRY = 100;

/**
 * Opens the log on a cluster whose topics `prepareTopics` has made. Rejects with `LogUnavailable` when no broker answers.
 * Kafka fences nothing here: what an owner that lost its shard appends lands like any other (DESIGN 2).
 */
export async function openKafkaLog(options: KafkaLogOptions): Promise<KafkaLog> {
  const { prefix = "" } = options;
  const names = Object.values(topics).map(({ name }) => `${prefix}${name}`);
  return new ClusterLog(await openMap(options, names), { ...options, prefix });
}

/** Of a record: what its bytes are, for readers that do not know the topic. */
const CONTENT_TYPE = { "content-type": "application/protobuf" };

function headersByTopic(prefix: string): (topic: string) => Readonly<Record<string, string>> {
  const known = new Map(
    Object.values(topics).map(({ name, message }) => [
      `${prefix}${name}`,
      { ...CONTENT_TYPE, "message-type": message },
    ]),
  );
  return (topic) => known.get(topic) ?? CONTENT_TYPE;
}

class ClusterLog implements KafkaLog {
  readonly #map: ClusterMap;
  readonly #prefix: string;
  readonly #tailBytes: number;
  readonly #traces: Traces;
  readonly #queue: AppendQueue;
  readonly #reader: PartitionReader;
  readonly #poller: PartitionPoller;
  readonly #silence: SilenceWatch;
  readonly #lanes = new Map<string, FollowedLane>();
  #closed: LogUnavailable | undefined;

  constructor(map: ClusterMap, options: KafkaLogOptions & { readonly prefix: string }) {
    this.#map = map;
    this.#prefix = options.prefix;
    this.#tailBytes = options.tailBytes ?? 4 << 20;
    this.#traces = options.traces ?? noTraces;
    this.#queue = new AppendQueue({
      map,
      // The broker's own answer that its followers are late is told rather than a lost one.
      acknowledgement: Math.ceil((options.appendTimeout ?? APPEND_TIMEOUT) * 0.8),
      pendingBytes: options.pendingBytes ?? 64 << 20,
      headers: headersByTopic(options.prefix),
      traces: this.#traces,
    });
    this.#reader = new PartitionReader(map);
    const now = () => performance.now();
    this.#silence = new SilenceWatch(options.warn ?? (() => {}), now);
    this.#poller = new PartitionPoller(map, this.#silence, { now, lost: (lane) => void this.#explain(lane) });
  }

  append(topic: string, partition: number, bytes: Uint8Array): Promise<Appended> {
    if (this.#closed !== undefined) return Promise.reject(this.#closed);
    if (bytes.length < 1 || bytes.length > RECORD_BYTES) {
      return Promise.reject(new RangeError(`a record has 1 to ${RECORD_BYTES} bytes, not ${bytes.length}`));
    }
    return this.#queue.append(this.#prefix + topic, partition, bytes);
  }

  async read(topic: string, partition: number, from: number, maxBytes: number): Promise<readonly LogRecord[]> {
    this.#checkOpen();
    return this.#reader.read(this.#prefix + topic, partition, from, maxBytes);
  }

  async range(topic: string, partition: number): Promise<LogRange> {
    this.#checkOpen();
    return this.#reader.range(this.#prefix + topic, partition);
  }

  tail(topic: string, partition: number, from: number, receiver: TailReceiver): Tail {
    const lane = this.#obtain(this.#prefix + topic, partition);
    const follower: LogFollower = new LogFollower(
      { end: () => lane.end, read: (next, maxBytes) => this.#readFor(follower, lane, next, maxBytes) },
      from,
      receiver,
      { bufferBytes: this.#tailBytes, readBytes: READ_BYTES, ended: () => this.#leave(lane, follower) },
    );
    lane.followers.add(follower);
    // A poll that begins here may hear for all tails to come: a call that reads the log is not what caused it.
    this.#traces.run(undefined, () => void this.#begin(lane, follower, from));
    return follower;
  }

  async trim(topic: string, partition: number, before: number): Promise<void> {
    this.#checkOpen();
    await this.#reader.trim(this.#prefix + topic, partition, before);
  }

  async close(): Promise<void> {
    if (this.#closed !== undefined) return;
    this.#closed = new LogUnavailable("the log is closed");
    await this.#queue.idle();
    this.#poller.close();
    this.#map.close();
    for (const lane of this.#lanes.values()) {
      for (const follower of [...lane.followers]) follower.fail(this.#closed);
    }
  }

  /** An outage is waited out, and told when it lasts. */
  async #readFor(follower: LogFollower, lane: FollowedLane, from: number, maxBytes: number) {
    this.#checkOpen();
    const { topic, partition } = lane;
    try {
      const records = await this.#reader.read(topic, partition, from, maxBytes);
      this.#silence.over(follower);
      return records;
    } catch (error) {
      const facts = { topic, partition, offset: from, reason: (error as Error).message };
      if (lane.followers.has(follower)) this.#silence.goesOn(follower, "a partition of the log cannot be read", facts);
      throw error;
    }
  }

  /** Finds out where the partition ends before anything is delivered; an outage is waited out. */
  async #begin(lane: FollowedLane, follower: LogFollower, from: number): Promise<void> {
    for (;;) {
      await Promise.resolve();
      if (this.#closed !== undefined) return follower.fail(this.#closed);
      if (!lane.followers.has(follower)) return;
      try {
        const { start, end } = await this.#reader.range(lane.topic, lane.partition);
        if (from < start) return follower.fail(new OffsetTrimmed(`${lane.topic}/${lane.partition} begins at ${start}`));
        if (from > end) return follower.fail(new RangeError(`${lane.topic}/${lane.partition} ends at ${end}`));
        return this.#join(lane, follower, end);
      } catch {
        await new Promise((resolve) => setTimeout(resolve, RETRY));
      }
    }
  }

  #join(lane: FollowedLane, follower: LogFollower, end: number): void {
    if (!lane.followers.has(follower)) return;
    if (lane.end === UNKNOWN) {
      lane.end = end;
      this.#poller.follow(lane);
    }
    follower.wake();
  }

  /** Polls go on behind what nobody will read, or the partition is not what it was: the followers hear which. */
  async #explain(lane: FollowedLane): Promise<void> {
    const lost = lane.end;
    lane.end = UNKNOWN;
    for (const follower of [...lane.followers]) await this.#begin(lane, follower, lost);
  }

  #obtain(topic: string, partition: number): FollowedLane {
    const name = `${topic}/${partition}`;
    let lane = this.#lanes.get(name);
    if (lane === undefined) {
      lane = { topic, partition, followers: new Set(), end: UNKNOWN };
      this.#lanes.set(name, lane);
    }
    return lane;
  }

  #leave(lane: FollowedLane, follower: LogFollower): void {
    lane.followers.delete(follower);
    this.#silence.over(follower);
    if (lane.followers.size > 0) return;
    this.#poller.unfollow(lane);
    this.#lanes.delete(`${lane.topic}/${lane.partition}`);
  }

  #checkOpen(): void {
    if (this.#closed !== undefined) throw this.#closed;
  }
}

/** Where a partition ends before it was asked: below every offset, so nothing is delivered. */
const UNKNOWN = -1;
