import type { LogRecord } from "@atlas/platform/ports/log";
import type { LogFollower } from "@atlas/platform/tail/log-follower";
import { type BrokerNode, type ClusterMap, laneOf } from "./cluster-map.ts";
import { recordsFrom } from "./fetched-records.ts";
import { errorName, type FetchedPartition, NO_ERROR, OFFSET_OUT_OF_RANGE } from "./protocol.ts";
import type { SilenceWatch } from "./silence-watch.ts";

/** A partition that somebody follows. */
export interface FollowedLane {
  readonly topic: string;
  readonly partition: number;
  readonly followers: Set<LogFollower>;
  /** The offset after the last record that this process has heard of; polls go on from there. */
  end: number;
}

/**
 * Milliseconds that a broker holds a poll open when there is nothing new. Something new is answered at once; only a tail
 * that has just begun may wait that long to be asked for.
 */
const HOLD = 250;
const PARTITION_BYTES = 1 << 20;
const POLL_BYTES = 8 << 20;
/** Milliseconds before a broker that failed is asked again. */
const RETRY = 100;
/** What partitions without a leader are to the watch over silence. */
const LEADER = "leader";

/**
 * Hears of new records of all partitions that are followed: one long poll per broker asks for those that it leads. No
 * consumer group: what is read, and from where, is decided here.
 */
export class PartitionPoller {
  readonly #map: ClusterMap;
  readonly #silence: SilenceWatch;
  readonly #lost: (lane: FollowedLane) => void;
  readonly #lanes = new Map<string, FollowedLane>();
  readonly #polled = new Set<number>();
  #seeking = false;

  /** @param lost is called with a lane that is followed no more because its next offset is not there. */
  constructor(map: ClusterMap, silence: SilenceWatch, lost: (lane: FollowedLane) => void) {
    this.#map = map;
    this.#silence = silence;
    this.#lost = lost;
  }

  follow(lane: FollowedLane): void {
    this.#lanes.set(laneOf(lane.topic, lane.partition), lane);
    this.#wake();
  }

  unfollow(lane: FollowedLane): void {
    this.#lanes.delete(laneOf(lane.topic, lane.partition));
    this.#silence.over(laneOf(lane.topic, lane.partition));
  }

  close(): void {
    this.#lanes.clear();
  }

  /** Sees to it that every broker that leads something is polled, and that what nobody leads is looked for. */
  #wake(): void {
    for (const lane of this.#lanes.values()) {
      const node = this.#map.leaderOf(lane.topic, lane.partition);
      if (node === undefined) this.#seek(lane);
      else if (!this.#polled.has(node.id)) void this.#poll(node);
    }
  }

  #seek(lane: FollowedLane): void {
    if (this.#seeking) return;
    this.#seeking = true;
    this.#map
      .find(lane.topic, lane.partition)
      .then(
        () => this.#silence.over(LEADER),
        ({ message }: Error) => {
          this.#silence.goesOn(LEADER, "partitions of the log have no leader", { reason: message });
          return pause(RETRY);
        },
      )
      .finally(() => {
        this.#seeking = false;
        this.#wake();
      });
  }

  async #poll(node: BrokerNode): Promise<void> {
    this.#polled.add(node.id);
    for (let lanes = this.#ledBy(node); lanes.length > 0; lanes = this.#ledBy(node)) {
      try {
        const fetched = await node.polls.ask("Fetch", {
          maxWaitTime: HOLD,
          minBytes: 1,
          maxBytes: POLL_BYTES,
          isolationLevel: 0,
          topics: topicsOf(lanes),
        });
        const isCurrent = fetched.responses.map(({ topicName, partitions }) => this.#hearTopic(topicName, partitions));
        this.#silence.over(node.address);
        if (!isCurrent.every(Boolean)) await this.#map.refresh();
      } catch (error) {
        const facts = { broker: node.address, reason: (error as Error).message };
        this.#silence.goesOn(node.address, "a broker cannot be asked for new records", facts);
        await pause(RETRY);
        await this.#map.refresh().catch(() => {});
      }
    }
    this.#polled.delete(node.id);
    this.#silence.over(node.address);
    this.#wake();
  }

  #ledBy(node: BrokerNode): FollowedLane[] {
    return [...this.#lanes.values()].filter((lane) => this.#map.leaderOf(lane.topic, lane.partition) === node);
  }

  /** Whether every partition was answered by its leader. */
  #hearTopic(topic: string, partitions: readonly FetchedPartition[]): boolean {
    return partitions.map((fetched) => this.#hear(topic, fetched)).every(Boolean);
  }

  #hear(topic: string, fetched: FetchedPartition): boolean {
    const { partition, errorCode } = fetched;
    const lane = this.#lanes.get(laneOf(topic, partition));
    if (lane === undefined) return true;
    if (errorCode === OFFSET_OUT_OF_RANGE) {
      this.unfollow(lane);
      this.#lost(lane);
    } else if (errorCode === NO_ERROR) this.#deliver(lane, fetched);
    else this.#silent(lane, errorName(errorCode));
    return errorCode === NO_ERROR || errorCode === OFFSET_OUT_OF_RANGE;
  }

  #deliver(lane: FollowedLane, fetched: FetchedPartition): void {
    const where = laneOf(lane.topic, lane.partition);
    let records: LogRecord[];
    try {
      records = recordsFrom(fetched, lane.end, where);
    } catch (error) {
      return this.#fail(lane, error as Error);
    }
    lane.end += records.length;
    if (lane.end < Number(fetched.highWatermark) && records.length === 0)
      this.#silent(lane, "the broker does not tell");
    else this.#silence.over(where);
    for (const follower of [...lane.followers]) {
      if (records.length > 0) follower.push(records);
      // What it could not read while the log was away it reads now.
      else follower.wake();
    }
  }

  #silent({ topic, partition, end }: FollowedLane, reason: string): void {
    const facts = { topic, partition, offset: end, reason };
    this.#silence.goesOn(laneOf(topic, partition), "a partition of the log cannot be followed", facts);
  }

  #fail(lane: FollowedLane, error: Error): void {
    for (const follower of [...lane.followers]) follower.fail(error);
    this.unfollow(lane);
  }
}

function topicsOf(lanes: readonly FollowedLane[]) {
  const topics = new Map<string, { partition: number; fetchOffset: string; maxBytes: number }[]>();
  for (const { topic, partition, end } of lanes) {
    const partitions = topics.get(topic) ?? [];
    partitions.push({ partition, fetchOffset: `${end}`, maxBytes: PARTITION_BYTES });
    topics.set(topic, partitions);
  }
  return [...topics].map(([topic, partitions]) => ({ topic, partitions }));
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
