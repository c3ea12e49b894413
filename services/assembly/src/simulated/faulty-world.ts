import { promptCompression } from "@atlas/adapters/system/system-compression";
import { systemDigest } from "@atlas/adapters/system/system-digest";
import { type ManualClock, manualClock } from "@atlas/platform/memory/manual-clock";
import { type ArchiveCall, type ArchiveFault, memoryArchive } from "@atlas/platform/memory/memory-archive";
import { type AppendAttempt, type AppendFault, type MemoryLog, memoryLog } from "@atlas/platform/memory/memory-log";
import { type MemoryStore, memoryStore, type StoreCall, type StoreFault } from "@atlas/platform/memory/memory-store";
import type { Archive } from "@atlas/platform/ports/archive";
import type { LogRecord } from "@atlas/platform/ports/log";
import { Network } from "./network.ts";
import { SimulatedProcess } from "./simulated-process.ts";
import { turn } from "./turn.ts";

/** One log, one store, one archive and one time, with everything that can befall them. */
export class FaultyWorld {
  readonly clock: ManualClock;
  readonly log: MemoryLog;
  readonly store: MemoryStore;
  /** What is archived, by name. */
  readonly objects = new Map<string, Uint8Array>();
  readonly archive: Archive;
  readonly compression = promptCompression();
  readonly network = new Network();
  readonly digest = systemDigest();
  /** Asked for each append. */
  appendFault: (attempt: AppendAttempt) => AppendFault | undefined = () => undefined;
  /** Milliseconds that the log takes to write, where nothing else befalls the append. */
  appendLatency: () => number = () => 0;
  /** Asked for each call of the store. */
  storeFault: (call: StoreCall) => StoreFault | undefined = () => undefined;
  /** Asked for each call of the archive. */
  archiveFault: (call: ArchiveCall) => ArchiveFault | undefined = () => undefined;
  /** Told of each record as it is written. */
  written: (topic: string, partition: number, record: LogRecord) => void = () => undefined;
  /** Milliseconds by which tails hear of a record late. */
  tailLag: (topic: string) => number = () => 0;
  #frozenAt: number | undefined;
  #looking = false;
  #processes = 0;

  constructor() {
    const clock = manualClock({ turn });
    this.clock = { ...clock, now: () => this.#frozenAt ?? clock.now() };
    this.log = memoryLog({
      clock: this.clock,
      fault: (attempt) => this.appendFault(attempt) ?? this.#latency(),
      written: (topic, partition, record) => this.written(topic, partition, record),
      lag: (topic) => this.tailLag(topic),
    });
    this.store = memoryStore({
      clock: this.clock,
      fault: (call) => (this.#looking ? undefined : this.storeFault(call)),
    });
    this.archive = memoryArchive({
      objects: this.objects,
      clock: this.clock,
      fault: (call) => this.archiveFault(call),
    });
  }

  /** Everybody's wall clock stands still, the log's too, until it is thawed (F17). */
  freezeWall(): void {
    this.#frozenAt = this.clock.now();
  }

  thawWall(): void {
    this.#frozenAt = undefined;
  }

  process(kind: string): SimulatedProcess {
    return new SimulatedProcess(`${kind}-${++this.#processes}`, this);
  }

  #latency(): AppendFault | undefined {
    const milliseconds = this.appendLatency();
    return milliseconds > 0 ? { kind: "delayed", milliseconds } : undefined;
  }

  /** Nothing fails any more. */
  heal(): void {
    this.appendFault = () => undefined;
    this.storeFault = () => undefined;
    this.archiveFault = () => undefined;
    this.tailLag = () => 0;
    this.log.setDown(false);
    this.store.setDown(false);
    this.network.heal();
  }

  /** Looks at the store as it is, past every fault; no time passes. */
  async look<T>(question: () => Promise<T>): Promise<T> {
    this.#looking = true;
    const answer = question();
    await this.clock.settle();
    this.#looking = false;
    return answer;
  }

  /** Lets time pass until a promise is settled. */
  async run<Value>(promise: Promise<Value>, step = 2): Promise<Value> {
    let settled = false;
    const done = promise.finally(() => {
      settled = true;
    });
    done.catch(() => undefined);
    for (let count = 0; count < 30_000 && !settled; count++) await this.clock.advance(step);
    if (!settled) throw new Error("nothing came of it");
    return done;
  }
}
