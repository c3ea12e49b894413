import { type Appended, AppendUnknown, LogUnavailable } from "@atlas/platform/ports/log";
import { TRACEPARENT, type Trace, traceparentOf } from "@atlas/platform/telemetry/trace";
import type { Traces } from "@atlas/platform/telemetry/traces";
import { NotSent } from "./broker-connection.ts";
import { type BrokerNode, type ClusterMap, laneOf } from "./cluster-map.ts";
import { errorName, NO_ERROR, type ProducedPartition, type SentRecord, writesNothing } from "./protocol.ts";

export interface AppendQueueOptions {
  readonly map: Pick<ClusterMap, "leaderOf" | "find" | "refresh">;
  /** Milliseconds that a broker may wait for its followers. */
  readonly acknowledgement: number;
  /** Bytes handed over and not answered, above which `append` rejects with `LogUnavailable`. */
  readonly pendingBytes: number;
  headers(topic: string): Readonly<Record<string, string>>;
  readonly traces: Traces;
}

interface Entry {
  readonly bytes: Uint8Array;
  /** Of the call that handed it over. */
  readonly trace: Trace | undefined;
  resolve(appended: Appended): void;
  reject(error: Error): void;
}

interface Lane {
  readonly topic: string;
  readonly partition: number;
  entries: Entry[];
}

/** What goes out together for one partition. */
interface Cut {
  readonly lane: Lane;
  readonly entries: readonly Entry[];
}

/** Of one partition in one request, unless a single record is larger. */
const CUT_BYTES = 1_000_000;
const REQUEST_BYTES = 8_000_000;

/**
 * Appends to all partitions: one request in flight per broker carries what has gathered for the partitions that it leads
 * (S29), so there is one in flight per partition. Each record is sent once.
 */
export class AppendQueue {
  readonly #options: AppendQueueOptions;
  /** In the order in which a request is filled: of whom something went out comes after all others. */
  readonly #lanes = new Map<string, Lane>();
  /** Brokers with a request in flight. */
  readonly #busy = new Set<number>();
  #bytes = 0;
  #scheduled = false;
  #idle: (() => void)[] = [];

  constructor(options: AppendQueueOptions) {
    this.#options = options;
  }

  append(topic: string, partition: number, bytes: Uint8Array): Promise<Appended> {
    // One that is larger than the bound passes when nothing else waits.
    if (this.#bytes > 0 && this.#bytes + bytes.length > this.#options.pendingBytes) {
      return Promise.reject(new LogUnavailable("too many bytes wait to be appended"));
    }
    this.#bytes += bytes.length;
    const trace = this.#options.traces.current();
    return new Promise((resolve, reject) => {
      this.#lane(topic, partition).entries.push({ bytes, trace, resolve, reject });
      this.#schedule();
    });
  }

  /** Resolves when everything that was handed over has its answer. */
  idle(): Promise<void> {
    return this.#bytes === 0 ? Promise.resolve() : new Promise((resolve) => this.#idle.push(resolve));
  }

  #lane(topic: string, partition: number): Lane {
    const name = laneOf(topic, partition);
    let lane = this.#lanes.get(name);
    if (lane === undefined) {
      lane = { topic, partition, entries: [] };
      this.#lanes.set(name, lane);
    }
    return lane;
  }

  /** What is handed over in one turn goes together. */
  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const begin = () => {
      this.#scheduled = false;
      this.#flush();
    };
    // One request follows the other from here on, over connections made when needed: on behalf of nobody in particular.
    this.#options.traces.run(undefined, () => setImmediate(begin));
  }

  #flush(): void {
    const cuts = new Map<BrokerNode, Cut[]>();
    for (const lane of [...this.#lanes.values()]) {
      if (lane.entries.length === 0) continue;
      const node = this.#options.map.leaderOf(lane.topic, lane.partition);
      if (node === undefined) this.#findLeader(lane);
      else if (!this.#busy.has(node.id)) this.#cut(lane, cuts, node);
    }
    for (const [node, parts] of cuts) void this.#send(node, parts);
  }

  #cut(lane: Lane, cuts: Map<BrokerNode, Cut[]>, node: BrokerNode): void {
    const parts = cuts.get(node) ?? [];
    if (parts.reduce((sum, { entries }) => sum + sizeOf(entries), 0) > REQUEST_BYTES) return;
    let count = 1;
    let bytes = lane.entries[0]?.bytes.length ?? 0;
    for (; count < lane.entries.length; count += 1) {
      bytes += lane.entries[count]?.bytes.length ?? 0;
      if (bytes > CUT_BYTES) break;
    }
    parts.push({ lane, entries: lane.entries.splice(0, count) });
    cuts.set(node, parts);
    const name = laneOf(lane.topic, lane.partition);
    this.#lanes.delete(name);
    this.#lanes.set(name, lane);
  }

  /** What waits for a partition that nobody leads now is refused: nothing was sent. */
  #findLeader(lane: Lane): void {
    const { entries } = lane;
    lane.entries = [];
    this.#options.map.find(lane.topic, lane.partition).then(
      () => {
        lane.entries = [...entries, ...lane.entries];
        this.#schedule();
      },
      (error: Error) => this.#refuse(entries, error),
    );
  }

  async #send(node: BrokerNode, cuts: readonly Cut[]): Promise<void> {
    this.#busy.add(node.id);
    try {
      const { topics } = await node.appends.ask("Produce", {
        acks: -1,
        timeout: this.#options.acknowledgement,
        topicData: this.#topicData(cuts),
      });
      const results = new Map(
        topics.flatMap(({ topicName, partitions }) =>
          partitions.map((each) => [laneOf(topicName, each.partition), each]),
        ),
      );
      for (const cut of cuts) this.#answer(cut, results.get(laneOf(cut.lane.topic, cut.lane.partition)));
    } catch (error) {
      const { message } = error as Error;
      const outcome = error instanceof NotSent ? new LogUnavailable(message) : new AppendUnknown(message);
      this.#look();
      for (const { entries } of cuts) this.#refuse(entries, outcome);
    } finally {
      this.#busy.delete(node.id);
      this.#flush();
    }
  }

  #topicData(cuts: readonly Cut[]) {
    const topics = new Map<string, { partition: number; messages: SentRecord[] }[]>();
    for (const { lane, entries } of cuts) {
      const headers = this.#options.headers(lane.topic);
      const messages = entries.map(({ bytes, trace }) => ({
        value: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length),
        headers: trace === undefined ? headers : { ...headers, [TRACEPARENT]: traceparentOf(trace) },
      }));
      const partitions = topics.get(lane.topic) ?? [];
      partitions.push({ partition: lane.partition, messages });
      topics.set(lane.topic, partitions);
    }
    return [...topics].map(([topic, partitions]) => ({ topic, partitions }));
  }

  #answer({ lane, entries }: Cut, result: ProducedPartition | undefined): void {
    const where = laneOf(lane.topic, lane.partition);
    if (result === undefined) return this.#refuse(entries, new AppendUnknown(`${where}: the answer leaves it out`));
    if (result.errorCode !== NO_ERROR) {
      const said = `${where}: ${errorName(result.errorCode)}`;
      this.#look();
      const certain = writesNothing(result.errorCode);
      return this.#refuse(entries, certain ? new LogUnavailable(said) : new AppendUnknown(said));
    }
    const [first, appendTime] = [Number(result.baseOffset), Number(result.logAppendTime)];
    for (const [index, entry] of entries.entries()) entry.resolve({ offset: first + index, appendTime });
    this.#release(entries);
  }

  #refuse(entries: readonly Entry[], error: Error): void {
    for (const entry of entries) entry.reject(error);
    this.#release(entries);
  }

  #release(entries: readonly Entry[]): void {
    this.#bytes -= sizeOf(entries);
    if (this.#bytes === 0) for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** Leaders may have changed. */
  #look(): void {
    this.#options.map.refresh().catch(() => {});
  }
}

function sizeOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, { bytes }) => sum + bytes.length, 0);
}
