import { ImageManifestCodec } from "@atlas/gen/atlas/log/v1/shard_image_codec";
import type { ImageManifest, SlabEntry } from "@atlas/gen/atlas/log/v1/shard_image_pb";
import { decode, encode } from "@atlas/gen/codec/codec";
import type { Store, StorePut } from "../ports/store.ts";
import { SHARDS_TABLE } from "./output-positions.ts";

/** Chunks stay below what any store takes as one item (S19). */
const CHUNK_BYTES = 262_144;

/** A slab as it goes into an image. */
export interface SlabCopy {
  readonly key: string;
  /** It holds every event through this sequence. */
  readonly stamp: number;
  /** Absent: nothing has changed it since the image before. */
  readonly bytes: Uint8Array | undefined;
}

/** Where an image stands. */
export interface ImagePlace {
  /** Rises from image to image. */
  readonly sequence: number;
  /** Every event above the lowest stamp stands at this offset of the event topic or behind it. */
  readonly eventsOffset: number;
  /** Of a shard without an event log: the first input that the image does not hold. */
  readonly nextInput: number | undefined;
}

/** A manifest names a chunk that is not there: somebody wrote a newer one meanwhile, or the store is damaged. */
export class ImageIncomplete extends Error {
  override name = "ImageIncomplete";
}

/** Images of one shard in the store: chunks first, then the manifest that names them (S19). */
export class ImageStore {
  readonly #store: Store;
  readonly #shard: string;
  /** The manifest that this owner wrote or loaded last. */
  #current: ImageManifest | undefined;

  constructor(store: Store, shard: string) {
    this.#store = store;
    this.#shard = shard;
  }

  /** The manifest that stands; `undefined`: none was ever written. */
  async manifest(): Promise<ImageManifest | undefined> {
    const stored = await this.#store.get(SHARDS_TABLE, this.#manifestKey);
    this.#current = stored === undefined ? undefined : decode(ImageManifestCodec, stored.body);
    return this.#current;
  }

  /** A slab of the manifest. Rejects with `ImageIncomplete`. */
  async slab(entry: SlabEntry): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for (const key of this.#chunkKeys(entry)) {
      const stored = await this.#store.get(SHARDS_TABLE, key);
      if (stored === undefined) throw new ImageIncomplete(`${key} is missing`);
      chunks.push(stored.body);
    }
    return joined(chunks);
  }

  /**
   * Writes an image of all slabs. Answers whether it stands: not when another owner wrote one since this one's last;
   * then every slab must come with its bytes next time.
   */
  async write(slabs: readonly SlabCopy[], place: ImagePlace): Promise<boolean> {
    const before = this.#current;
    if (!(await this.#stillCurrent(before))) return false;
    const known = new Map((before?.slabs ?? []).map((entry) => [entry.key, entry]));
    const entries: SlabEntry[] = [];
    for (const slab of slabs) entries.push(await this.#entry(slab, known.get(slab.key)));
    const manifest: ImageManifest = {
      $typeName: "atlas.log.v1.ImageManifest",
      sequence: BigInt(place.sequence),
      slabs: entries,
      eventsOffset: BigInt(place.eventsOffset),
      nextInput:
        place.nextInput === undefined
          ? undefined
          : { $typeName: "atlas.log.v1.Position", offset: BigInt(place.nextInput), index: 0 },
    };
    const body = encode(ImageManifestCodec, manifest);
    const item = { key: this.#manifestKey, version: place.sequence, partition: this.#shard, sort: "manifest", body };
    if (!(await this.#store.put(SHARDS_TABLE, item))) return false;
    this.#current = manifest;
    await this.#removeReplaced(before, manifest);
    return true;
  }

  get #manifestKey(): string {
    return `${this.#shard}/manifest`;
  }

  async #stillCurrent(known: ImageManifest | undefined): Promise<boolean> {
    const stored = await this.manifest();
    return stored?.sequence === known?.sequence;
  }

  async #entry(slab: SlabCopy, known: SlabEntry | undefined): Promise<SlabEntry> {
    if (slab.bytes !== undefined) return this.#writeSlab(slab.key, slab.stamp, slab.bytes);
    if (known === undefined) throw new Error(`slab ${slab.key} has never been written`);
    return { ...known, stamp: BigInt(slab.stamp) };
  }

  async #writeSlab(key: string, stamp: number, bytes: Uint8Array): Promise<SlabEntry> {
    const chunks = Math.max(1, Math.ceil(bytes.length / CHUNK_BYTES));
    const entry: SlabEntry = {
      $typeName: "atlas.log.v1.SlabEntry",
      key,
      stamp: BigInt(stamp),
      chunks,
      copied: BigInt(stamp),
    };
    const puts: StorePut[] = this.#chunkKeys(entry).map((chunk, index) => ({
      table: SHARDS_TABLE,
      item: {
        key: chunk,
        version: stamp,
        partition: this.#shard,
        sort: chunk,
        body: bytes.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES),
      },
    }));
    for (const put of puts) await this.#store.putAll([put]);
    return entry;
  }

  async #removeReplaced(before: ImageManifest | undefined, now: ImageManifest): Promise<void> {
    const kept = new Set(now.slabs.flatMap((entry) => this.#chunkKeys(entry)));
    const old = (before?.slabs ?? []).flatMap((entry) => this.#chunkKeys(entry)).filter((key) => !kept.has(key));
    if (old.length > 0) await this.#store.remove(SHARDS_TABLE, old);
  }

  /** A slab at a sequence is the same bytes whoever copied it: so it may be written twice. */
  #chunkKeys(entry: SlabEntry): string[] {
    return Array.from(
      { length: entry.chunks },
      (_, index) => `${this.#shard}/slab/${entry.key}/${entry.copied}/${index}`,
    );
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1) return chunks[0] as Uint8Array;
  const whole = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
