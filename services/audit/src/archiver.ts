import { ArchiveUnavailable } from "@atlas/platform/ports/archive";
import { within } from "@atlas/platform/ports/clock";
import { LogUnavailable } from "@atlas/platform/ports/log";
import type { Counter, Gauge, Metrics } from "@atlas/platform/telemetry/metrics";
import { type PartitionCounts, partitionsOf, topics } from "@atlas/platform/topic/topics";
import { type ArchivePace, HELD_BYTES, LONGEST_RETRY, LOOK, REFUSED_RETRY, RETRY } from "./archive-pace.ts";
import { type ArchiverPorts, PartitionArchiver } from "./partition-archiver.ts";

export interface ArchiverOptions {
  readonly ports: ArchiverPorts;
  readonly metrics: Metrics;
  readonly partitions: PartitionCounts;
  readonly pace: ArchivePace;
}

/**
 * Archives every partition of every topic, one after the other. An archive or a log that is away is asked again, for ever: nothing
 * of the platform waits for it, and the metrics tell how far it is behind (F18).
 */
export class Archiver {
  readonly #ports: ArchiverPorts;
  readonly #archivers: readonly PartitionArchiver[];
  /** Until when a partition is left alone, by the clock's monotonic milliseconds. */
  readonly #refused = new Map<PartitionArchiver, number>();
  readonly #lag: Gauge;
  readonly #failures: Counter;
  #isStopped = false;
  #isAway = false;
  #retry = RETRY;
  #wake = () => {};
  #running: Promise<void> | undefined;

  constructor({ ports, metrics, partitions, pace }: ArchiverOptions) {
    this.#ports = ports;
    this.#archivers = Object.values(topics).flatMap(({ name: topic }) =>
      Array.from(
        { length: partitionsOf(topic, partitions) },
        (_, partition) => new PartitionArchiver(ports, { topic, partition }, pace),
      ),
    );
    this.#lag = metrics.gauge("atlas_archive_lag_records", "Records of the log that are not archived yet.", "topic");
    this.#failures = metrics.counter("atlas_archive_failures_total", "Times that archiving had to wait and try again.");
  }

  /** Goes on until it is stopped. */
  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends behind what is under way, or after `patience` milliseconds: what is not archived then is the next start's. */
  async stop(patience: number): Promise<void> {
    this.#isStopped = true;
    this.#wake();
    if (this.#running !== undefined) await within(this.#ports.clock, patience, this.#running);
  }

  async #run(): Promise<void> {
    while (!this.#isStopped) {
      const isMore = await this.#round();
      this.#tell();
      if (this.#isAway) {
        await this.#pause(this.#retry);
        this.#retry = Math.min(2 * this.#retry, LONGEST_RETRY);
      } else {
        this.#retry = RETRY;
        if (!isMore) await this.#pause(LOOK);
      }
    }
  }

  /** Looks at each partition once; answers whether more waits in one. */
  async #round(): Promise<boolean> {
    let isMore = false;
    if (!(await this.#measure())) return false;
    for (const archiver of this.#archivers) {
      if (this.#isStopped) return false;
      if ((this.#refused.get(archiver) ?? Number.NEGATIVE_INFINITY) > this.#ports.clock.monotonic()) continue;
      try {
        isMore = (await archiver.look(this.#share())) || isMore;
        this.#refused.delete(archiver);
      } catch (error) {
        this.#failures.add(1);
        if (error instanceof ArchiveUnavailable || error instanceof LogUnavailable) {
          this.#away(error);
          return false;
        }
        this.#refuse(archiver, error as Error);
      }
    }
    this.#isAway = false;
    return isMore;
  }

  /** All before any is archived, so that an archive which is away does not hide how far it is behind. */
  async #measure(): Promise<boolean> {
    try {
      await Promise.all(this.#archivers.map((archiver) => archiver.measure()));
      return true;
    } catch (error) {
      this.#failures.add(1);
      this.#away(error as Error);
      return false;
    }
  }

  /** What a partition may hold: as much as an object takes, or only its share when there is too much of all. */
  #share(): number {
    const held = this.#archivers.reduce((sum, { heldBytes }) => sum + heldBytes, 0);
    return held < HELD_BYTES ? Number.POSITIVE_INFINITY : HELD_BYTES / this.#archivers.length;
  }

  #away(error: Error): void {
    if (!this.#isAway) this.#ports.warn("archiving waits", { reason: error.message });
    this.#isAway = true;
  }

  /** The other partitions go on. */
  #refuse(archiver: PartitionArchiver, error: Error): void {
    const { topic, partition } = archiver.partition;
    if (!this.#refused.has(archiver)) {
      this.#ports.warn("a partition is not archived", { topic, partition, reason: error.message });
    }
    this.#refused.set(archiver, this.#ports.clock.monotonic() + REFUSED_RETRY);
  }

  #tell(): void {
    const lags = new Map<string, number>();
    for (const { partition, lag } of this.#archivers) {
      lags.set(partition.topic, (lags.get(partition.topic) ?? 0) + lag);
    }
    for (const [topic, lag] of lags) this.#lag.set(lag, topic);
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#ports.clock.after(milliseconds, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
      if (this.#isStopped) this.#wake();
    });
  }
}
