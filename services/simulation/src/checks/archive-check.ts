import type { MemoryPlatform } from "@atlas/assembly/simulated/memory-platform";
import { ArchivedRecordSchema } from "@atlas/gen/atlas/audit/v1/archive_pb";
import { verifyArchive } from "@atlas/platform/archive/verify-archive";
import { memoryArchive } from "@atlas/platform/memory/memory-archive";
import type { LogRecord } from "@atlas/platform/ports/log";
import { sizeDelimitedDecodeStream } from "@bufbuild/protobuf/wire";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import type { Violations } from "../model/violations.ts";

/** Simulated milliseconds within which an archive that nothing keeps from it has caught up. */
const PATIENCE = 600_000;
const STEP = 5_000;
/** What an archiver says that finds in the archive what should not stand there. */
const REFUSED = "a partition is not archived";
/** Bytes of an object's records, at most. */
const MOST = 64_000_000;

/** Holds every object of records against the log, as it comes; reads them by Protobuf's own means, not by the platform's. */
export class ArchiveCheck {
  readonly #platform: MemoryPlatform;
  readonly #violations: Violations;
  readonly #log = new Map<string, LogRecord[]>();
  /** One above the last offset of each object, by the object's partition and first offset. */
  readonly #ends = new Map<string, Map<number, number>>();
  readonly #read = new Set<string>();

  constructor(platform: MemoryPlatform, violations: Violations) {
    this.#platform = platform;
    this.#violations = violations;
  }

  /** A record was written to the log. */
  take(topic: string, partition: number, record: LogRecord): void {
    const known = this.#log.get(`${topic}/${partition}`) ?? [];
    this.#log.set(`${topic}/${partition}`, known);
    known.push(record);
  }

  /** Whatever is in flight, what stands in the archive is what stands on the log, and no offset is there twice (I22). */
  async checkNew(): Promise<void> {
    for (const [name, object] of this.#platform.world.objects) {
      if (!name.startsWith("records/") || this.#read.has(name)) continue;
      this.#read.add(name);
      const [, topic, partition, file = ""] = name.split("/");
      const chain = `${topic}/${partition}`;
      const first = Number(file.slice(0, -".zst".length));
      const end = first + (await this.#compare(name, object, first, this.#log.get(chain) ?? []));
      const ends = this.#ends.get(chain) ?? new Map<number, number>();
      this.#ends.set(chain, ends);
      for (const [begun, ended] of ends) {
        const isApart = ended <= first || end <= begun;
        this.#violations.check("I22", isApart, () => `${name} holds what the object at ${begun} holds, too`);
      }
      ends.set(first, end);
    }
  }

  /** Archivers are given time; then every offset of every partition stands in one object, and the verifier finds nothing. */
  async end(): Promise<void> {
    const { clock } = this.#platform;
    if (!this.#platform.archivers.some(({ process }) => process.state === "RUNS")) this.#platform.beginArchiver();
    const deadline = clock.monotonic() + PATIENCE;
    const ends = this.#logEnds();
    while (this.#missing(ends).length > 0 && clock.monotonic() < deadline) {
      await clock.advance(STEP);
      await this.checkNew();
    }
    const missing = this.#missing(ends);
    this.#violations.check("I22", missing.length === 0, () => `not archived: ${missing.join(", ")}`);
    const refused = this.#platform.warnings.filter((warning) => warning.includes(REFUSED));
    this.#violations.check("I22", refused.length === 0, () => refused.join("; "));
    await this.#verify(ends);
  }

  async #compare(name: string, object: Uint8Array, first: number, log: readonly LogRecord[]): Promise<number> {
    const content = await this.#platform.world.compression.expand(object, MOST);
    let count = 0;
    for await (const { offset, appendTime, frame } of sizeDelimitedDecodeStream(ArchivedRecordSchema, once(content))) {
      const record = log[first + count];
      const isSame =
        record !== undefined &&
        offset === BigInt(record.offset) &&
        appendTime !== undefined &&
        timestampMs(appendTime) === record.appendTime &&
        equal(frame, record.bytes);
      this.#violations.check("I22", isSame, () => `${name} holds another record at ${first + count} than the log`);
      count += 1;
    }
    this.#violations.check("I22", count > 0, () => `${name} holds nothing`);
    return count;
  }

  #logEnds(): Map<string, number> {
    return new Map([...this.#log].map(([chain, records]) => [chain, records.length]));
  }

  /** Partitions of which an offset below the end is in no object that a manifest stands beside. */
  #missing(ends: ReadonlyMap<string, number>): string[] {
    const missing: string[] = [];
    for (const [chain, end] of ends) {
      const objects = this.#ends.get(chain) ?? new Map<number, number>();
      let next = 0;
      for (let found = objects.get(next); found !== undefined; found = objects.get(next)) {
        if (!this.#platform.world.objects.has(`manifests/${chain}/${String(next).padStart(16, "0")}.pb`)) break;
        next = found;
      }
      if (next < end) missing.push(`${chain} from ${next} to ${end}`);
    }
    return missing;
  }

  async #verify(ends: ReadonlyMap<string, number>): Promise<void> {
    const { objects, compression, digest } = this.#platform.world;
    const sound = new Set<string>();
    for await (const answer of verifyArchive({ archive: memoryArchive({ objects }), compression, digest })) {
      const { topic, partition, problems } = answer;
      const wrong = problems.map(({ object, message }) => `${object}: ${message}`).join("; ");
      this.#violations.check("I23", problems.length === 0, () => wrong);
      sound.add(`${topic}/${partition}`);
    }
    for (const chain of ends.keys()) {
      this.#violations.check("I23", sound.has(chain), () => `the verifier does not see ${chain}`);
    }
  }
}

async function* once(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield content;
}

function equal(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}
