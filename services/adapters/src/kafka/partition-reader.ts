import { type LogRange, type LogRecord, LogUnavailable, OffsetTrimmed } from "@atlas/platform/ports/log";
import { type BrokerNode, type ClusterMap, laneOf } from "./cluster-map.ts";
import { recordsFrom, upTo } from "./fetched-records.ts";
import { EARLIEST, errorName, LATEST, NO_ERROR, OFFSET_OUT_OF_RANGE } from "./protocol.ts";

/** Milliseconds that a broker may take to trim: less than its answer is waited for. */
const TRIM = 2_000;

/** The leader did not answer, or is none any more; who is may be known by now. */
class LeaderFailed extends Error {
  override name = "LeaderFailed";
}

/** Who leads what, as far as questions need it. */
type Leaders = Pick<ClusterMap, "find" | "refresh">;

/** Single questions to the leader of a partition. Each rejects with `LogUnavailable` when there is no answer now. */
export class PartitionReader {
  readonly #map: Leaders;

  constructor(map: Leaders) {
    this.#map = map;
  }

  /** Rejects with `OffsetTrimmed` below the start and with a `RangeError` above the end. */
  async read(topic: string, partition: number, from: number, maxBytes: number): Promise<readonly LogRecord[]> {
    const fetched = await this.#atLeader(topic, partition, async ({ reads }) => {
      const { responses } = await reads.ask("Fetch", {
        maxWaitTime: 0,
        minBytes: 1,
        maxBytes,
        isolationLevel: 0,
        topics: [{ topic, partitions: [{ partition, fetchOffset: from, maxBytes }] }],
      });
      const answer = responses[0]?.partitions[0];
      if (answer?.errorCode === OFFSET_OUT_OF_RANGE) return answer;
      check(answer);
      return answer;
    });
    if (fetched.errorCode === OFFSET_OUT_OF_RANGE) throw await this.#outOfRange(topic, partition, from);
    const where = laneOf(topic, partition);
    const records = recordsFrom(fetched, from, where);
    const end = fetched.highWatermark;
    // Written, but not acknowledged by then: a new leader does not know yet that it was.
    if (records.length === 0 && from > end) throw new LogUnavailable(`${where}: ${from} is not acknowledged`);
    // A broker that does not find what it has says nothing.
    if (records.length === 0 && from < end) throw new LogUnavailable(`${where}: ${from} is not told by the broker`);
    return upTo(records, maxBytes);
  }

  /** The end is not told by a fetch: only this question is answered not before a new leader knows what was acknowledged (S22). */
  range(topic: string, partition: number): Promise<LogRange> {
    return this.#atLeader(topic, partition, async (node) => {
      const [start, end] = await Promise.all(
        [EARLIEST, LATEST].map((timestamp) => this.#offset(node, topic, partition, timestamp)),
      );
      return { start: start as number, end: end as number };
    });
  }

  async trim(topic: string, partition: number, before: number): Promise<void> {
    const { start, end } = await this.range(topic, partition);
    const offset = Math.min(before, end);
    if (offset <= start) return;
    await this.#atLeader(topic, partition, async ({ asks }) => {
      const topics = [{ topic, partitions: [{ partition, offset: `${offset}` }] }];
      const answer = await asks.ask("DeleteRecords", { timeout: TRIM, topics });
      check(answer.topics[0]?.partitions[0]);
    });
  }

  async #offset({ asks }: BrokerNode, topic: string, partition: number, timestamp: string): Promise<number> {
    const { responses } = await asks.ask("ListOffsets", {
      replicaId: -1,
      isolationLevel: 0,
      topics: [{ topic, partitions: [{ partition, timestamp }] }],
    });
    const answer = responses[0]?.partitions[0];
    check(answer);
    return Number(answer.offset);
  }

  async #outOfRange(topic: string, partition: number, from: number): Promise<Error> {
    const { start, end } = await this.range(topic, partition);
    const where = laneOf(topic, partition);
    if (from < start) return new OffsetTrimmed(`${where} begins at ${start}, above ${from}`);
    if (from > end) return new RangeError(`${where} ends at ${end}, before ${from}`);
    return new LogUnavailable(`${where} was changing: ${from} was no offset of it`);
  }

  /** Once more when the leader failed: by then another may lead. */
  async #atLeader<T>(topic: string, partition: number, ask: (node: BrokerNode) => Promise<T>): Promise<T> {
    const node = await this.#map.find(topic, partition);
    try {
      return await ask(node);
    } catch {
      await this.#map.refresh();
    }
    const next = await this.#map.find(topic, partition);
    try {
      return await ask(next);
    } catch (error) {
      throw new LogUnavailable(`${laneOf(topic, partition)}: ${(error as Error).message}`);
    }
  }
}

function check<Answer extends { readonly errorCode: number }>(answer: Answer | undefined): asserts answer is Answer {
  if (answer === undefined) throw new LeaderFailed("the answer leaves the partition out");
  if (answer.errorCode !== NO_ERROR) throw new LeaderFailed(errorName(answer.errorCode));
}
