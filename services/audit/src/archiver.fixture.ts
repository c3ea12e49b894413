import { placeOf, RECORDS } from "@atlas/platform/archive/object-names";
import { openRecords } from "@atlas/platform/archive/records-object";
import { testCompression, testDigest } from "@atlas/platform/archive/testing/test-compression";
import { verifyArchive } from "@atlas/platform/archive/verify-archive";
import { type ManualClock, manualClock } from "@atlas/platform/memory/manual-clock";
import { type ArchiveCall, type ArchiveFault, memoryArchive } from "@atlas/platform/memory/memory-archive";
import { type MemoryLog, memoryLog } from "@atlas/platform/memory/memory-log";
import type { Archive } from "@atlas/platform/ports/archive";
import type { Log, LogRecord } from "@atlas/platform/ports/log";
import { silentMetrics } from "@atlas/platform/telemetry/metrics";
import { encodeFrame } from "@atlas/platform/wire/codec/frame";
import type { ArchivePace } from "./archive-pace.ts";
import { Archiver } from "./archiver.ts";

export const PARTITIONS = { oms: 2, venue: 1 };
export const PACE: ArchivePace = { bytes: 1_000, milliseconds: 60_000 };
const turn = () => new Promise<void>((resolve) => void setImmediate(resolve));

/** A log and an archive that outlive the archivers on them. */
export class ArchiveWorld {
  readonly clock: ManualClock = manualClock({ turn });
  readonly log: MemoryLog = memoryLog({ clock: this.clock });
  readonly objects = new Map<string, Uint8Array>();
  readonly warnings: string[] = [];
  /** Asked for each call of the archive. */
  fault: (call: ArchiveCall) => ArchiveFault | undefined = () => undefined;
  /** Gauges as they were set last, by name and label. */
  readonly gauges = new Map<string, number>();

  archive(): Archive {
    return memoryArchive({ objects: this.objects, clock: this.clock, fault: (call) => this.fault(call) });
  }

  start(pace = PACE, ports: { log?: Log; archive?: Archive } = {}): Archiver {
    const { clock, log } = this;
    const archiver = new Archiver({
      ports: {
        ...{ log, archive: this.archive(), compression: testCompression, clock, ...ports },
        warn: (message, facts) => void this.warnings.push(`${message} ${JSON.stringify(facts)}`),
      },
      metrics: {
        ...silentMetrics,
        gauge: (name) => ({
          set: (value, label = "") => void this.gauges.set(`${name} ${label}`, value),
          remove: (label) => void this.gauges.delete(`${name} ${label}`),
        }),
      },
      partitions: PARTITIONS,
      pace,
    });
    archiver.start();
    return archiver;
  }

  /** So many records on a partition, one a second. */
  async write(topic: string, partition: number, count: number): Promise<void> {
    for (let index = 0; index < count; index++) {
      const { end } = await this.log.range(topic, partition);
      const text = new TextEncoder().encode(`${topic}/${partition} record ${end}`);
      const bytes = encodeFrame({ source: "oms/0", writer: "w", firstNumber: BigInt(end + 1) }, [text], testDigest);
      const appended = this.log.append(topic, partition, bytes.slice());
      await this.clock.advance(1_000);
      await appended;
    }
  }

  /** Object names of records. */
  ranges(): string[] {
    return [...this.objects.keys()].filter((name) => name.startsWith(RECORDS)).sort();
  }

  /** What the verifier finds wrong. */
  async problems(): Promise<string[]> {
    const reading = {
      archive: memoryArchive({ objects: this.objects }),
      compression: testCompression,
      digest: testDigest,
    };
    const found: string[] = [];
    for await (const answer of verifyArchive(reading)) {
      found.push(...answer.problems.map(({ object, message }) => `${object}: ${message}`));
      if (answer.unfinished !== "") found.push(`${answer.unfinished} is unfinished`);
    }
    return found;
  }

  /** Every record that is archived, of a partition. */
  async archived(topic: string, partition: number): Promise<LogRecord[]> {
    const records: LogRecord[] = [];
    for (const name of this.ranges()) {
      const place = placeOf(name);
      if (place?.topic !== topic || place.partition !== partition) continue;
      records.push(...(await openRecords(this.objects.get(name) as Uint8Array, testCompression)).records);
    }
    return records;
  }
}

/** Ports of a process that is killed at its `calls`-th call, which is handed over before or not: nothing of it ever comes back. */
export function doomed(world: ArchiveWorld, calls: number, isHandedOver: boolean): { log: Log; archive: Archive } {
  let left = calls;
  const ask = async <T>(action: () => Promise<T>): Promise<T> => {
    left -= 1;
    if (left === 0 && isHandedOver) await action();
    return left <= 0 ? new Promise<T>(() => undefined) : action();
  };
  const archive = world.archive();
  const { log } = world;
  return {
    log: {
      ...log,
      tail: () => ({ close: () => undefined }),
      append: () => Promise.reject(new Error("it only reads")),
      trim: () => Promise.reject(new Error("it only reads")),
      read: (topic, partition, from, maxBytes) => ask(() => log.read(topic, partition, from, maxBytes)),
      range: (topic, partition) => ask(() => log.range(topic, partition)),
    },
    archive: {
      create: (name, content) => ask(() => archive.create(name, content)),
      read: (name) => ask(() => archive.read(name)),
      list: (which) => ask(() => archive.list(which)),
    },
  };
}
