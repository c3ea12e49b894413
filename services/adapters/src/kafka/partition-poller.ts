import type { LogRecord } from "@atlas/platform/ports/log";
import type { LogFollower } from "@atlas/platform/tail/log-follower";
import { BATCH_BYTES } from "./batch-size.ts";
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
/**
 * Of an answer at most, besides a first batch that is larger: two of the largest, so that nobody waits only because a
 * neighbour has one.
 */
const POLL_BYTES = 2 * BATCH_BYTES;
/** Milliseconds before a broker that failed is asked again. */
const RETRY = 100;
/**
 * Milliseconds after which it is asked again who leads what: a leader that was cut off from the other brokers does not know
 * that it is none any more, answers without an error, and has nothing new for ever.
 */
const LOOK = 2_000;
/** What partitions without a leader are to the watch over silence. */
const LEADER = "leader";

/** Who leads what, as far as the poller asks. */
type Leaders = Pick<ClusterMap, "leaderOf" | "find" | "refresh">;

interface PollerTerms {
  /** Monotonic milliseconds. */
  now(): number;
  /** Called with a lane that is followed no more because its next offset is not there. */
  lost(lane: FollowedLane): void;
}

/**
 * Hears of new records of all partitions that are followed: one long poll per broker asks for those that it leads. No
 * consumer group: what is read, and from where, is decided here.
 */
export class PartitionPoller {
  readonly #map: Leaders;
  readonly #silence: SilenceWatch;
  readonly #now: () => number;
  readonly #lost: (lane: FollowedLane) => void;
  /**
   * In the order in which they are asked for, which is the one in which brokers fill an answer until it is full: who was
   * told something comes after all others.
   */
  readonly #lanes = new Map<string, FollowedLane>();
  readonly #polled = new Set<number>();
  #seeking = false;
  #lookedAt: number;

  constructor(map: Leaders, silence: SilenceWatch, { now, lost }: PollerTerms) {
    this.#map = map;
    this.#silence = silence;
    this.#now = now;
    this.#lost = lost;
    this.#lookedAt = now();
  }

  follow(lane: FollowedLane): void {
    this.#lanes.set(nameOf(lane), lane);
    this.#wake();
  }

  unfollow(lane: FollowedLane): void {
    this.#lanes.delete(nameOf(lane));
    this.#silence.over(nameOf(lane));
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
    for (let lanes = this.#dueAt(node); lanes.length > 0; lanes = this.#dueAt(node)) {
      try {
        const asked = new Map(lanes.map((lane) => [nameOf(lane), lane.end]));
        const fetched = await node.polls.ask("Fetch", {
          maxWaitTime: HOLD,
          minBytes: 1,
          maxBytes: POLL_BYTES,
          isolationLevel: 0,
          topics: topicsOf(lanes),
        });
        const isCurrent = fetched.responses.flatMap(({ topicName, partitions }) =>
          partitions.map((each) => this.#hear(asked, topicName, each)),
        );
        this.#silence.over(node.address);
        if (!isCurrent.every(Boolean)) await this.#map.refresh();
        else this.#look();
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

  /** Once for all brokers that are polled; no poll waits for it. */
  #look(): void {
    const now = this.#now();
    if (now - this.#lookedAt < LOOK) return;
    this.#lookedAt = now;
    this.#map.refresh().catch(() => {});
  }

  /** What a broker leads by now. What it led before may have come to one that nobody polls yet, or to none. */
  #dueAt(node: BrokerNode): FollowedLane[] {
    this.#wake();
    return [...this.#lanes.values()].filter((lane) => this.#map.leaderOf(lane.topic, lane.partition) === node);
  }

  /** Whether the partition was answered by its leader. */
  #hear(asked: ReadonlyMap<string, number>, topic: string, fetched: FetchedPartition): boolean {
    const { partition, errorCode } = fetched;
    const name = laneOf(topic, partition);
    const lane = this.#lanes.get(name);
    // Nobody waits for it any more: another leader was faster, or those who follow now began later.
    if (lane === undefined || lane.end !== asked.get(name)) return true;
    if (errorCode === OFFSET_OUT_OF_RANGE) {
      this.unfollow(lane);
      this.#lost(lane);
    } else if (errorCode === NO_ERROR) this.#deliver(lane, fetched);
    else this.#silent(lane, errorName(errorCode));
    return errorCode === NO_ERROR || errorCode === OFFSET_OUT_OF_RANGE;
  }

  #deliver(lane: FollowedLane, fetched: FetchedPartition): void {
    const where = nameOf(lane);
    let records: LogRecord[];
    try {
      records = recordsFrom(fetched, lane.end, where);
    } catch (error) {
      return this.#fail(lane, error as Error);
    }
    if (records.length > 0) this.#askLast(lane);
    lane.end += records.length;
    if (lane.end < fetched.highWatermark && records.length === 0) this.#silent(lane, "the broker does not tell");
    else this.#silence.over(where);
    for (const follower of [...lane.followers]) {
      if (records.length > 0) follower.push(records);
      // What it could not read while the log was away it reads now.
      else follower.wake();
    }
  }

  #askLast(lane: FollowedLane): void {
    this.#lanes.delete(nameOf(lane));
    this.#lanes.set(nameOf(lane), lane);
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

/** In the order of the lanes: a topic is named again when one of another topic stood in between. */
function topicsOf(lanes: readonly FollowedLane[]) {
  const topics: { topic: string; partitions: { partition: number; fetchOffset: number; maxBytes: number }[] }[] = [];
  for (const { topic, partition, end } of lanes) {
    if (topics.at(-1)?.topic !== topic) topics.push({ topic, partitions: [] });
    topics.at(-1)?.partitions.push({ partition, fetchOffset: end, maxBytes: BATCH_BYTES });
  }
  return topics;
}

function nameOf({ topic, partition }: FollowedLane): string {
  return laneOf(topic, partition);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
