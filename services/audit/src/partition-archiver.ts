import { type ArchivePartition, chainEnd } from "@atlas/platform/archive/archive-chain";
import {
  type ArchivePlace,
  chainName,
  manifestName,
  placeOf,
  RECORDS,
  recordsName,
} from "@atlas/platform/archive/object-names";
import {
  manifestBytes,
  manifestOf,
  openRecords,
  packRecords,
  type RecordsObject,
} from "@atlas/platform/archive/records-object";
import type { Archive } from "@atlas/platform/ports/archive";
import type { Clock } from "@atlas/platform/ports/clock";
import type { Compression } from "@atlas/platform/ports/compression";
import type { Log, LogRange, LogRecord } from "@atlas/platform/ports/log";
import type { Warn } from "@atlas/platform/shard/warn";
import { type ArchivePace, READ_BYTES } from "./archive-pace.ts";

export interface ArchiverPorts {
  readonly log: Log;
  readonly archive: Archive;
  readonly compression: Compression;
  readonly clock: Clock;
  readonly warn: Warn;
}

/** The archive holds what the log does not: nothing is added to it until somebody has looked. */
class ArchiveConflict extends Error {
  override name = "ArchiveConflict";
}

/** Where the chain of a partition ends, as this process knows it. */
interface ChainState {
  /** One above the last offset archived; `undefined`: nothing is. */
  next: number | undefined;
  previous: Uint8Array;
}

/**
 * Archives one partition: reads on behind the last manifest, holds what it read, and writes it as an object of records, then as
 * the manifest that names it. Killed between the two, whoever comes next takes the object over as it stands. Two at once do
 * no harm: a name says where the chain ended, is written once, and who comes second goes on behind what stands (F19, I22).
 */
export class PartitionArchiver {
  readonly partition: ArchivePartition;
  readonly #ports: ArchiverPorts;
  readonly #pace: ArchivePace;
  /** `undefined`: the archive has to be asked. */
  #chain: ChainState | undefined;
  #held: LogRecord[] = [];
  #heldBytes = 0;
  /** Clock's monotonic milliseconds when the first of those held was read. */
  #heldSince = 0;
  #log: LogRange = { start: 0, end: 0 };
  /** Below this the log had dropped something when it was told last. */
  #toldStart = 0;
  /** The log has dropped what comes behind those held. */
  #isCut = false;

  constructor(ports: ArchiverPorts, partition: ArchivePartition, pace: ArchivePace) {
    this.#ports = ports;
    this.partition = partition;
    this.#pace = pace;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  /** One above the last offset archived; `undefined`: none is, or the archive has to be asked. */
  get next(): number | undefined {
    return this.#chain?.next;
  }

  /** Records of the log that are not archived, as far as is known. */
  get lag(): number {
    return this.#log.end - (this.#held[0]?.offset ?? this.next ?? this.#log.start);
  }

  /** Looks how far the log goes: up to there `look` reads. */
  async measure(): Promise<void> {
    this.#log = await this.#ports.log.range(this.partition.topic, this.partition.partition);
  }

  /**
   * Reads what is new, and writes one object if it is time, or as soon as `share` bytes are held. Answers whether more waits
   * than one object takes. Rejects with `ArchiveConflict`, and when the log or the archive is away: what it did until then
   * stands, and it goes on there.
   */
  async look(share: number): Promise<boolean> {
    await this.#open();
    const isMore = await this.#gather(Math.min(this.#pace.bytes, share));
    if (this.#heldBytes >= share || this.#isDue()) await this.#keep();
    return isMore;
  }

  /** Writes what is held. */
  async #keep(): Promise<void> {
    const chain = this.#chain;
    if (chain === undefined || this.#held.length === 0) return;
    const packed = await packRecords(this.#held, this.#ports.compression);
    const place = { ...this.partition, offset: dueOf(chain) };
    if (await this.#ports.archive.create(recordsName(place), packed.object)) await this.#describe(chain, place, packed);
    // Somebody else archives, too: behind what that one has written.
    else this.#chain = undefined;
    this.#isCut = false;
    this.#held = [];
    this.#heldBytes = 0;
  }

  /** Finds the end of the chain, and takes over an object that a manifest does not name yet. */
  async #open(): Promise<void> {
    if (this.#chain !== undefined) return;
    const { archive, compression } = this.#ports;
    const { next, recordsObject, sha256 } = await chainEnd(archive, this.partition, compression);
    const chain: ChainState = { next, previous: sha256 };
    const prefix = `${RECORDS}${chainName(this.partition)}/`;
    const after = next === undefined || next === 0 ? undefined : recordsName({ ...this.partition, offset: next - 1 });
    const [name] = await archive.list({ prefix, after, limit: 1 });
    const offset = name === undefined ? undefined : placeOf(name)?.offset;
    if (name !== undefined && offset === undefined) throw new ArchiveConflict(`${name} is no object of an archive`);
    // Asked behind what stands in the archive: another archiver may have gone further than the log went when this one last looked.
    await this.measure();
    if (next !== undefined && recordsObject !== undefined) await this.#recognize(recordsObject, next - 1);
    if (offset !== undefined) await this.#adopt(chain, offset);
    this.#chain = chain;
  }

  /**
   * That the chain is this log's: what stands in its last object at `last` is what the log has there, if it still has it. Else it
   * is another platform's, or the log lost its end and grew again, and what came instead would be archived by nobody.
   */
  async #recognize(name: string, last: number): Promise<void> {
    const { start, end } = this.#log;
    if (last < start || last >= end) return;
    const object = await this.#ports.archive.read(name);
    if (object === undefined) throw new ArchiveConflict(`${name} is missing`);
    const record = (await this.#opened(name, object)).records.at(-1) as LogRecord;
    if (record.offset !== last) throw new ArchiveConflict(`${name} ends at ${record.offset}, its manifest at ${last}`);
    await this.#compare(name, [record], 1);
  }

  #opened(name: string, object: Uint8Array): Promise<RecordsObject> {
    return openRecords(object, this.#ports.compression).catch((error: Error) => {
      throw new ArchiveConflict(`${name}: ${error.message}`);
    });
  }

  /** Only if it holds exactly what the log does. */
  async #adopt(chain: ChainState, offset: number): Promise<void> {
    const place = { ...this.partition, offset };
    const name = recordsName(place);
    const object = await this.#ports.archive.read(name);
    if (object === undefined) return;
    const contents = await this.#opened(name, object);
    const first = contents.records[0] as LogRecord;
    const last = contents.records.at(-1) as LogRecord;
    const due = dueOf(chain);
    const { start, end } = this.#log;
    // Older archives have the first offset as a name where the log had dropped what was due.
    if (first.offset < due || (offset !== due && offset !== first.offset)) {
      throw new ArchiveConflict(`${name} stands where ${due} is due`);
    }
    if (first.offset > due && first.offset > start) {
      throw new ArchiveConflict(`${name} begins at ${first.offset}, and the log has ${Math.max(start, due)}`);
    }
    if (last.offset >= end) throw new ArchiveConflict(`${name} ends at ${last.offset}, and the log at ${end}`);
    await this.#compare(name, contents.records.slice(Math.max(0, start - first.offset)));
    await this.#describe(chain, place, contents);
  }

  async #compare(name: string, records: readonly LogRecord[], most = READ_BYTES): Promise<void> {
    const { topic, partition } = this.partition;
    for (let index = 0; index < records.length; ) {
      const from = records[index]?.offset as number;
      const page = await this.#ports.log.read(topic, partition, from, most);
      for (const record of page.slice(0, records.length - index)) {
        if (!same(record, records[index] as LogRecord)) {
          throw new ArchiveConflict(`${name} and the log differ at offset ${record.offset}`);
        }
        index += 1;
      }
    }
  }

  /** Writes the manifest of an object that stands: whoever does writes the same. */
  async #describe(chain: ChainState, place: ArchivePlace, contents: RecordsObject): Promise<void> {
    const { archive, compression } = this.#ports;
    const first = contents.records[0] as LogRecord;
    const lost = first.offset - (chain.next ?? first.offset);
    const manifest = await manifestOf(place, contents, { previous: chain.previous, lost }, compression);
    const bytes = manifestBytes(manifest);
    const name = manifestName(place);
    if (!(await archive.create(name, bytes))) throw new ArchiveConflict(`${name} is another manifest than is due`);
    chain.previous = await compression.sha256(bytes);
    chain.next = Number(manifest.lastOffset) + 1;
  }

  /** Reads on until `most` bytes are held, or a record more; answers whether there is more. */
  async #gather(most: number): Promise<boolean> {
    const { log, clock } = this.#ports;
    const { topic, partition } = this.partition;
    const { start, end } = this.#log;
    let from = this.#readFrom(start);
    if (from > end) throw new ArchiveConflict(`${topic}/${partition} is archived up to ${from}, and ends at ${end}`);
    if (from < start) from = this.#skip(from, start);
    while (from < end && this.#heldBytes < most && !this.#isCut) {
      const page = await log.read(topic, partition, from, READ_BYTES);
      if (this.#held.length === 0) this.#heldSince = clock.monotonic();
      for (const record of page) {
        if (this.#heldBytes >= most) break;
        this.#held.push(record);
        this.#heldBytes += record.bytes.length;
        from = record.offset + 1;
      }
    }
    return from < end;
  }

  /** The next offset to read. */
  #readFrom(start: number): number {
    const last = this.#held.at(-1);
    return last === undefined ? (this.#chain?.next ?? start) : last.offset + 1;
  }

  /** The log has dropped records before they were read: the next manifest says how many. */
  #skip(from: number, start: number): number {
    const { topic, partition } = this.partition;
    this.#isCut = this.#held.length > 0;
    if (this.#toldStart < start) {
      this.#toldStart = start;
      const facts = { topic, partition, from, start };
      this.#ports.warn("records were dropped from the log before they could be archived", facts);
    }
    return this.#isCut ? from : start;
  }

  #isDue(): boolean {
    const [first] = this.#held;
    if (first === undefined) return false;
    const { clock } = this.#ports;
    // By either clock: after a restart what waits is old already, and a clock that was set back must not stop it.
    const age = Math.max(clock.now() - first.appendTime, clock.monotonic() - this.#heldSince);
    return this.#isCut || this.#heldBytes >= this.#pace.bytes || age >= this.#pace.milliseconds;
  }
}

/** What the next object has its name of, wherever it begins: who holds another range finds the name taken. */
function dueOf({ next }: ChainState): number {
  return next ?? 0;
}

function same(left: LogRecord, right: LogRecord): boolean {
  const isSameBytes =
    left.bytes.length === right.bytes.length && left.bytes.every((byte, index) => byte === right.bytes[index]);
  return isSameBytes && left.offset === right.offset && left.appendTime === right.appendTime;
}
