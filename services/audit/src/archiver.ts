import { ArchiveUnavailable } from "@atlas/platform/ports/archive";
import { within } from "@atlas/platform/ports/clock";
import { LogUnavailable } from "@atlas/platform/ports/log";
import type { Counter, Gauge, Metrics } from "@atlas/platform/telemetry/metrics";
import { type PartitionCounts, partitionsOf, topics } from "@atlas/platform/topic/topics";
import {
  type ArchivePace,
  HELD_BYTES,
  IN_ROW,
  LONGEST_RETRY,
  LOOK,
  REFUSED_RETRY,
  RETRY,
  TIMES_TAKEN,
  TOLD_AGAIN,
} from "./archive-pace.ts";
import { type ArchiverPorts, PartitionArchiver } from "./partition-archiver.ts";

export interface ArchiverOptions {
  readonly ports: ArchiverPorts;
  readonly metrics: Metrics;
  readonly partitions: PartitionCounts;
  readonly pace: ArchivePace;
}

/** Why a partition waits, and until when. */
interface Waiting {
  /** By the clock's monotonic milliseconds. */
  until: number;
  /** For how long it waits when it fails again. */
  retry: number;
  /** When a person was told of it last. */
  toldAt: number;
}

/**
 * Archives every partition of every topic, one after the other. What is away is asked again, for ever: nothing of the platform waits
 * for it, and the metrics tell how far it is behind (F18). A partition that cannot be archived waits by itself, whatever the reason,
 * and the others go on; only when several in a row fail is nobody else asked for a while.
 */
export class Archiver {
  readonly #ports: ArchiverPorts;
  readonly #archivers: readonly PartitionArchiver[];
  readonly #waiting = new Map<PartitionArchiver, Waiting>();
  readonly #lag: Gauge;
  readonly #waits: Gauge;
  readonly #failures: Counter;
  /** Partitions that began to wait since log and archive did last what a partition needed. */
  readonly #begun = new Set<PartitionArchiver>();
  #isStopped = false;
  /** It is told that archiving waits, and not yet that it goes on. */
  #isAway = false;
  #retry = RETRY;
  /** With whom the next round begins: none comes late for ever because those before it take all the time. */
  #first = 0;
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
    this.#waits = metrics.gauge(
      "atlas_archive_waiting_partitions",
      "Partitions whose last archiving failed and is tried again.",
      "topic",
    );
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
      const { isMore, isAway } = await this.#round();
      this.#tell();
      if (isAway) {
        await this.#pause(this.#retry);
        this.#retry = Math.min(2 * this.#retry, LONGEST_RETRY);
      } else {
        this.#retry = RETRY;
        if (!isMore) await this.#pause(LOOK);
      }
    }
  }

  /** Looks once at each partition that does not wait; answers whether more is to be had from one, and whether too many failed. */
  async #round(): Promise<{ isMore: boolean; isAway: boolean }> {
    const failures = new Map<PartitionArchiver, Error>();
    const order = [...this.#archivers.slice(this.#first), ...this.#archivers.slice(0, this.#first)];
    const due = order.filter((archiver) => this.#isDue(archiver));
    await this.#measure(due, failures);
    let isMore = false;
    let inRow = failures.size === due.length ? failures.size : 0;
    for (const archiver of due) {
      if (this.#isStopped) return { isMore: false, isAway: false };
      if (failures.has(archiver)) continue;
      const began = this.#ports.clock.monotonic();
      try {
        isMore = (await this.#look(archiver)) || isMore;
        inRow = 0;
      } catch (error) {
        this.#failed(archiver, error as Error, began, failures);
        inRow = isAway(error) ? inRow + 1 : 0;
      }
      if (inRow < IN_ROW) continue;
      this.#first = (this.#archivers.indexOf(archiver) + 1) % this.#archivers.length;
      break;
    }
    this.#report(failures);
    return { isMore, isAway: inRow >= IN_ROW };
  }

  /** What a partition that waited needed, or one that archived something, is there again. */
  async #look(archiver: PartitionArchiver): Promise<boolean> {
    const before = archiver.next;
    const isMore = await archiver.look(this.#share());
    const waited = this.#waiting.delete(archiver);
    if (!waited && archiver.next === before) return isMore;
    this.#begun.clear();
    if (this.#isAway) this.#ports.warn("archiving goes on", {});
    this.#isAway = false;
    return isMore;
  }

  /** All before any is archived, so that an archive which is away does not hide how far it is behind. */
  async #measure(due: readonly PartitionArchiver[], failures: Map<PartitionArchiver, Error>): Promise<void> {
    const began = this.#ports.clock.monotonic();
    const measuring = due.map((archiver) =>
      archiver.measure().catch((error: Error) => this.#failed(archiver, error, began, failures)),
    );
    await Promise.all(measuring);
  }

  #isDue(archiver: PartitionArchiver): boolean {
    return (this.#waiting.get(archiver)?.until ?? Number.NEGATIVE_INFINITY) <= this.#ports.clock.monotonic();
  }

  /** It waits, the longer the oftener and the longer it took to find out: most of the time is for the others. */
  #failed(archiver: PartitionArchiver, error: Error, began: number, failures: Map<PartitionArchiver, Error>): void {
    const now = this.#ports.clock.monotonic();
    const before = this.#waiting.get(archiver);
    const retry = isAway(error) ? Math.min(before?.retry ?? RETRY, LONGEST_RETRY) : REFUSED_RETRY;
    const until = now + Math.max(retry, TIMES_TAKEN * (now - began));
    this.#waiting.set(archiver, { until, retry: 2 * retry, toldAt: before?.toldAt ?? Number.NEGATIVE_INFINITY });
    if (before === undefined && isAway(error)) this.#begun.add(archiver);
    this.#failures.add(1);
    failures.set(archiver, error);
  }

  /** What a partition may hold: as much as an object takes, or only its share when there is too much of all. */
  #share(): number {
    const held = this.#archivers.reduce((sum, { heldBytes }) => sum + heldBytes, 0);
    return held < HELD_BYTES ? Number.POSITIVE_INFINITY : HELD_BYTES / this.#archivers.length;
  }

  /** What is away as a whole is told once, and once that it is there again; a partition by its name, and again while it lasts. */
  #report(failures: ReadonlyMap<PartitionArchiver, Error>): void {
    if (!this.#isAway && this.#begun.size >= IN_ROW) {
      this.#isAway = true;
      this.#ports.warn("archiving waits", { reason: [...failures.values()].find(isAway)?.message ?? "" });
    }
    const now = this.#ports.clock.monotonic();
    for (const [archiver, error] of failures) {
      const waiting = this.#waiting.get(archiver);
      if (waiting === undefined || now - waiting.toldAt < TOLD_AGAIN || (this.#isAway && isAway(error))) continue;
      waiting.toldAt = now;
      const what = isAway(error) ? "a partition waits to be archived" : "a partition is not archived";
      this.#ports.warn(what, { ...archiver.partition, reason: error.message });
    }
  }

  #tell(): void {
    const lags = new Map<string, number>();
    const waits = new Map<string, number>();
    for (const archiver of this.#archivers) {
      const { topic } = archiver.partition;
      lags.set(topic, (lags.get(topic) ?? 0) + archiver.lag);
      waits.set(topic, (waits.get(topic) ?? 0) + (this.#waiting.has(archiver) ? 1 : 0));
    }
    for (const [topic, lag] of lags) this.#lag.set(lag, topic);
    for (const [topic, count] of waits) this.#waits.set(count, topic);
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

/** It may be there again soon; of what else stands in a partition's way somebody has to take care. */
function isAway(error: unknown): boolean {
  return error instanceof ArchiveUnavailable || error instanceof LogUnavailable;
}
