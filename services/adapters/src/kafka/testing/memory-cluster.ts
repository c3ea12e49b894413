import { setTimeout as sleep } from "node:timers/promises";
import type { BrokerConnection } from "../broker-connection.ts";
import { type BrokerNode, type ClusterMap, laneOf } from "../cluster-map.ts";
import { type FetchedPartition, type FetchedRecord, NO_ERROR, type Requests } from "../protocol.ts";

type Fetch = Requests["Fetch"];
type Produce = Requests["Produce"];

type Leaders = Map<string, number | undefined>;

const NOT_LEADER = 6;

/** The brokers of a cluster by what they answer to polls and appends, and what is known of who leads. */
export class MemoryCluster implements Pick<ClusterMap, "leaderOf" | "find" | "refresh"> {
  readonly fetches: { readonly broker: number; readonly question: Fetch["question"]; bytes: number }[] = [];
  readonly produced: Produce["question"][] = [];
  /** How often it was asked who leads. */
  looks = 0;
  /** Answers are handed over when this has resolved. */
  delay: (broker: number) => Promise<unknown> = () => new Promise(setImmediate);
  readonly #nodes = new Map<number, BrokerNode>();
  readonly #records = new Map<string, FetchedRecord[]>();
  /** Partitions of which there is more whenever they are asked for, by the bytes of a record. */
  readonly #endless = new Map<string, Buffer>();
  readonly #leaders: Leaders = new Map();
  #known: Leaders = new Map();
  readonly #cutOff = new Map<number, { readonly leaders: Leaders; readonly ends: ReadonlyMap<string, number> }>();
  #changed = Promise.withResolvers<void>();

  lead(topic: string, partition: number, broker: number | undefined): void {
    this.#leaders.set(laneOf(topic, partition), broker);
    this.#change();
  }

  /** From the other brokers: it hears of no new leader and no new record, and answers as before. */
  cutOff(broker: number): void {
    const ends = new Map([...this.#records].map(([lane, records]) => [lane, records.length]));
    this.#cutOff.set(broker, { leaders: new Map(this.#leaders), ends });
  }

  append(topic: string, partition: number, bytes: number): void {
    const records = this.#of(laneOf(topic, partition));
    records.push(recordAt(records.length, Buffer.alloc(bytes)));
    this.#change();
  }

  fill(topic: string, partition: number, bytes: number): void {
    this.#endless.set(laneOf(topic, partition), Buffer.alloc(bytes));
    this.#change();
  }

  leaderOf(topic: string, partition: number): BrokerNode | undefined {
    const broker = this.#known.get(laneOf(topic, partition));
    return broker === undefined ? undefined : this.#node(broker);
  }

  async find(topic: string, partition: number): Promise<BrokerNode> {
    await this.refresh();
    const found = this.leaderOf(topic, partition);
    if (found === undefined) throw new Error("no broker leads it");
    return found;
  }

  async refresh(): Promise<void> {
    this.looks += 1;
    await new Promise(setImmediate);
    this.#known = new Map(this.#leaders);
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }

  #of(lane: string): FetchedRecord[] {
    const records = this.#records.get(lane) ?? [];
    this.#records.set(lane, records);
    return records;
  }

  #node(id: number): BrokerNode {
    const known = this.#nodes.get(id);
    if (known !== undefined) return known;
    const polls = { ask: (_: "Fetch", question: Fetch["question"]) => this.#fetch(id, question) };
    const appends = { ask: (_: "Produce", question: Produce["question"]) => this.#produce(id, question) };
    const [reads, asks] = [polls, polls];
    const connections = { polls, appends, reads, asks } as unknown as Record<string, BrokerConnection>;
    const node = { id, address: `broker-${id}`, ...connections } as BrokerNode;
    this.#nodes.set(id, node);
    return node;
  }

  async #produce(broker: number, question: Produce["question"]): Promise<Produce["answer"]> {
    this.produced.push(question);
    await this.delay(broker);
    const topics = question.topicData.map(({ topic, partitions }) => ({
      topicName: topic,
      partitions: partitions.map(({ partition }) => {
        return { partition, errorCode: NO_ERROR, baseOffset: "0", logAppendTime: "0" };
      }),
    }));
    return { topics };
  }

  /** As a broker fills an answer: in the order asked, and the first batch that there is even if it is too large. */
  async #fetch(broker: number, question: Fetch["question"]): Promise<Fetch["answer"]> {
    const fetch = { broker, question, bytes: 0 };
    this.fetches.push(fetch);
    const over = sleep(question.maxWaitTime, true, { ref: false });
    let isOver = false;
    for (;;) {
      const changed = this.#changed.promise;
      const responses = question.topics.map(({ topic, partitions }) => ({
        topicName: topic,
        partitions: partitions.map((each) => {
          const room = Math.min(each.maxBytes, question.maxBytes - fetch.bytes);
          const { answer, bytes } = this.#answer(broker, topic, each, { room, isFirst: fetch.bytes === 0 });
          fetch.bytes += bytes;
          return answer;
        }),
      }));
      const isTold = responses.some(({ partitions }) => partitions.some(({ errorCode }) => errorCode !== NO_ERROR));
      if (fetch.bytes > 0 || isTold || isOver) {
        await this.delay(broker);
        return { responses };
      }
      isOver = await Promise.race([changed.then(() => false), over]);
    }
  }

  #answer(
    broker: number,
    topic: string,
    { partition, fetchOffset: from }: { readonly partition: number; readonly fetchOffset: number },
    { room, isFirst }: { readonly room: number; readonly isFirst: boolean },
  ): { readonly answer: FetchedPartition; readonly bytes: number } {
    const lane = laneOf(topic, partition);
    const { leaders, ends } = this.#cutOff.get(broker) ?? { leaders: this.#leaders, ends: undefined };
    const standing = this.#standing(lane, from, ends?.get(lane));
    const highWatermark = from + standing.length;
    const empty = { partition, errorCode: NO_ERROR, highWatermark, messages: [], damage: undefined };
    if (leaders.get(lane) !== broker) return { answer: { ...empty, errorCode: NOT_LEADER }, bytes: 0 };
    let whole = standing.length;
    while (bytesOf(standing.slice(0, whole)) > room) whole -= 1;
    if (whole === 0 && isFirst) whole = Math.min(1, standing.length);
    const messages = standing.slice(0, whole);
    if (whole === 0) return { answer: empty, bytes: 0 };
    // What is cut off takes room, too.
    return { answer: { ...empty, messages }, bytes: Math.max(bytesOf(messages), Math.min(room, bytesOf(standing))) };
  }

  #standing(lane: string, from: number, end: number | undefined): FetchedRecord[] {
    const endless = this.#endless.get(lane);
    if (endless === undefined) return this.#of(lane).slice(from, end);
    return Array.from({ length: 10 }, (_, index) => recordAt(from + index, endless));
  }
}

function recordAt(offset: number, value: Buffer): FetchedRecord {
  return { offset, timestamp: 0, value, headers: Buffer.alloc(0) };
}

function bytesOf(records: readonly FetchedRecord[]): number {
  return records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
}
