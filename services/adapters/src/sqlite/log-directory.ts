import type { LogFollower } from "@atlas/platform/tail/log-follower";
import type { FromWriter, SegmentStart } from "./log-messages.ts";
import type { Lane } from "./log-segment.ts";

/** A partition as the main thread knows it. */
export interface LaneState extends Lane {
  readonly number: number;
  /** Offset of the next record. */
  end: number;
  /** What its readers no longer need. */
  trimTo: number;
  readonly followers: Set<LogFollower>;
}

/** Which lanes and segments a log has, and where each lane begins in each segment. */
export class LogDirectory {
  readonly #lanes: LaneState[] = [];
  readonly #byTopic = new Map<string, LaneState[]>();
  #segments: SegmentStart[];
  #unannounced: Lane[] = [];

  constructor(opened: Extract<FromWriter, { kind: "opened" }>) {
    this.#segments = [...opened.segments];
    for (const [number, lane] of opened.lanes.entries()) this.#add(lane, opened.ends[number] ?? 0);
  }

  lanes(): readonly LaneState[] {
    return this.#lanes;
  }

  find(topic: string, partition: number): LaneState | undefined {
    return this.#byTopic.get(topic)?.[partition];
  }

  /** Finds a partition, or adds it: the next commit tells the writer. */
  obtain(topic: string, partition: number): LaneState {
    const known = this.find(topic, partition);
    if (known !== undefined) return known;
    this.#unannounced.push({ topic, partition });
    return this.#add({ topic, partition }, 0);
  }

  /** Lanes that the writer does not know of yet. */
  takeUnannounced(): Lane[] {
    const lanes = this.#unannounced;
    this.#unannounced = [];
    return lanes;
  }

  start(lane: LaneState): number {
    return startIn(this.#segments[0], lane);
  }

  /** The segment that holds record `offset` of a lane, and the offset up to which it holds the following ones. */
  locate(lane: LaneState, offset: number): { number: number; to: number } {
    let low = 0;
    let high = this.#segments.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (startIn(this.#segments[middle], lane) <= offset) low = middle + 1;
      else high = middle;
    }
    const after = this.#segments[low];
    return { number: this.#segments[low - 1]?.number ?? 0, to: after === undefined ? lane.end : startIn(after, lane) };
  }

  /** The newest segment. */
  current(): number {
    return this.#segments.at(-1)?.number ?? 1;
  }

  began(segment: SegmentStart): void {
    if (segment.number > this.current()) this.#segments.push(segment);
  }

  /** Forgets the oldest segments that no lane needs, never the newest. */
  takeDroppable(): number[] {
    let count = 0;
    while (count + 1 < this.#segments.length && this.#lanes.every((lane) => this.#isUnneeded(count, lane))) count += 1;
    return this.#segments.splice(0, count).map((segment) => segment.number);
  }

  #isUnneeded(index: number, lane: LaneState): boolean {
    const end = startIn(this.#segments[index + 1], lane);
    return end <= lane.trimTo || end === startIn(this.#segments[index], lane);
  }

  #add({ topic, partition }: Lane, end: number): LaneState {
    const lane = { topic, partition, number: this.#lanes.length, end, trimTo: 0, followers: new Set<LogFollower>() };
    this.#lanes.push(lane);
    const lanes = this.#byTopic.get(topic) ?? [];
    lanes[partition] = lane;
    this.#byTopic.set(topic, lanes);
    return lane;
  }
}

function startIn(segment: SegmentStart | undefined, lane: LaneState): number {
  return segment?.starts[lane.number] ?? 0;
}
