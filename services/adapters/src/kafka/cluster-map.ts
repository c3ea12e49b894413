import { LogUnavailable } from "@atlas/platform/ports/log";
import { type BrokerAccess, BrokerConnection } from "./broker-connection.ts";
import { NO_ERROR, type Requests } from "./protocol.ts";

/**
 * A broker and the connections to it. A broker answers the questions of one connection in turn, so what may take long has
 * one of its own: appends wait for followers, polls for something new.
 */
export interface BrokerNode {
  readonly id: number;
  readonly address: string;
  readonly appends: BrokerConnection;
  readonly reads: BrokerConnection;
  readonly polls: BrokerConnection;
  /** For short questions. */
  readonly asks: BrokerConnection;
}

export interface ClusterMapOptions {
  /** `host:port` of some of the brokers. */
  readonly brokers: readonly string[];
  readonly access: BrokerAccess;
  /** Milliseconds after which an append without an answer is unknown. */
  readonly appendTimeout: number;
  /** The same for everything else. */
  readonly askTimeout: number;
}

interface Leadership {
  /** -1: none. */
  readonly leader: number;
  /** -1: not told. */
  readonly epoch: number;
}

/** Two looks at the cluster are at least this far apart, in milliseconds. */
const PACE = 100;
/** Milliseconds for which a broker that gave no answer is asked after all others. */
const SHUN = 10_000;

/** Which broker leads which partition, as far as is known. */
export class ClusterMap {
  readonly #options: ClusterMapOptions;
  readonly #seeds: readonly BrokerConnection[];
  readonly #topics = new Set<string>();
  readonly #nodes = new Map<number, BrokerNode>();
  #leaders = new Map<string, Leadership>();
  /** Which broker is asked first: what a single one tells may be old, for it may be cut off from the others. */
  #turn = 0;
  readonly #unanswered = new WeakMap<BrokerConnection, number>();
  #refreshing: Promise<void> | undefined;
  #refreshedAt = Number.NEGATIVE_INFINITY;
  #closed = false;

  /** @param topics are asked for from the beginning, others once they are named. */
  constructor(options: ClusterMapOptions, topics: readonly string[]) {
    this.#options = options;
    for (const topic of topics) this.#topics.add(topic);
    this.#seeds = options.brokers.map((address) => this.#connect(address, options.askTimeout));
  }

  /** The leader of a partition; `undefined`: not known, or it has none. */
  leaderOf(topic: string, partition: number): BrokerNode | undefined {
    const known = this.#leaders.get(laneOf(topic, partition));
    return known === undefined ? undefined : this.#nodes.get(known.leader);
  }

  /** Looks for the leader if it is not known. Rejects with `LogUnavailable` when there is none now. */
  async find(topic: string, partition: number): Promise<BrokerNode> {
    const known = this.leaderOf(topic, partition);
    if (known !== undefined) return known;
    this.#topics.add(topic);
    // Twice: a look that was under way already may not have asked for this topic.
    for (const _ of [1, 2]) {
      await this.refresh();
      const found = this.leaderOf(topic, partition);
      if (found !== undefined) return found;
    }
    throw new LogUnavailable(`no broker leads ${topic}/${partition}`);
  }

  /** Asks the brokers again. Rejects with `LogUnavailable` when none answers. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
      this.#refreshedAt = performance.now();
    });
    return this.#refreshing;
  }

  close(): void {
    this.#closed = true;
    for (const seed of this.#seeds) seed.close();
    for (const node of this.#nodes.values()) closeNode(node);
  }

  /** Asks whichever broker answers first. Rejects with `LogUnavailable` when none does. */
  async askAny<Name extends keyof Requests>(
    name: Name,
    question: Requests[Name]["question"],
  ): Promise<Requests[Name]["answer"]> {
    let reason = "none is known";
    for (const connection of this.#inTurn()) {
      if (this.#closed) break;
      try {
        return await connection.ask(name, question);
      } catch (error) {
        this.#unanswered.set(connection, performance.now());
        reason = (error as Error).message;
      }
    }
    throw new LogUnavailable(this.#closed ? "the log is closed" : `no broker answers: ${reason}`);
  }

  #inTurn(): BrokerConnection[] {
    const all = [...this.#seeds, ...[...this.#nodes.values()].map(({ asks }) => asks)];
    const first = this.#turn % all.length;
    const inTurn = [...all.slice(first), ...all.slice(0, first)];
    const shunned = performance.now() - SHUN;
    const isShunned = (each: BrokerConnection) => (this.#unanswered.get(each) ?? Number.NEGATIVE_INFINITY) > shunned;
    return [...inTurn.filter((each) => !isShunned(each)), ...inTurn.filter(isShunned)];
  }

  /** Begins at another broker each time. */
  async #refresh(): Promise<void> {
    const early = this.#refreshedAt + PACE - performance.now();
    if (early > 0) await new Promise((resolve) => setTimeout(resolve, early));
    this.#turn += 1;
    this.#learn(await this.askAny("Metadata", { topics: [...this.#topics], allowAutoTopicCreation: false }));
  }

  /** A broker that is cut off from the others, or slow to hear of them, tells of leaders and addresses that are none any more. */
  #learn({ brokers, topicMetadata }: Requests["Metadata"]["answer"]): void {
    const leaders = new Map<string, Leadership>();
    let isOld = false;
    for (const { topic, topicErrorCode, partitionMetadata } of topicMetadata) {
      if (topicErrorCode !== NO_ERROR) continue;
      for (const { partitionId, leader, leaderEpoch: epoch = -1 } of partitionMetadata) {
        const lane = laneOf(topic, partitionId);
        const known = this.#leaders.get(lane);
        const isOlder = known !== undefined && epoch >= 0 && epoch < known.epoch;
        isOld ||= isOlder;
        leaders.set(lane, isOlder ? known : { leader, epoch });
      }
    }
    this.#leaders = leaders;
    for (const { nodeId, host, port } of brokers) {
      if (!isOld || !this.#nodes.has(nodeId)) this.#place(nodeId, `${host}:${port}`);
    }
  }

  #place(id: number, address: string): void {
    const known = this.#nodes.get(id);
    if (known?.address === address) return;
    if (known !== undefined) closeNode(known);
    const { appendTimeout, askTimeout } = this.#options;
    this.#nodes.set(id, {
      id,
      address,
      appends: this.#connect(address, appendTimeout),
      reads: this.#connect(address, askTimeout),
      polls: this.#connect(address, askTimeout),
      asks: this.#connect(address, askTimeout),
    });
  }

  #connect(address: string, patience: number): BrokerConnection {
    return new BrokerConnection(address, this.#options.access, patience);
  }
}

export function laneOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}

function closeNode({ appends, reads, polls, asks }: BrokerNode): void {
  for (const connection of [appends, reads, polls, asks]) connection.close();
}
