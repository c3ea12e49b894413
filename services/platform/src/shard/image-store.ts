import { ImageManifestCodec } from "@atlas/gen/atlas/log/v1/shard_image_codec";
import type { ImageManifest, SlabEntry } from "@atlas/gen/atlas/log/v1/shard_image_pb";
import { decode, encode } from "@atlas/gen/codec/codec";
import { type Store, StoreDamaged, type StoreItem } from "../ports/store.ts";
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

/** Drafts are few: an image's own, and those of owners that died on the way to theirs. */
const DRAFTS = 1_000;
/** Drafts that are looked at once more by later images: a chunk may have landed late, or its owner have failed to take it away. */
const KEPT_DRAFTS = 4;

/**
 * Images of one shard in the store: chunks first, then the manifest that names them (S19). Before its chunks a manifest stands as
 * a draft, so that whoever writes the next image finds what a manifest that never came to stand has left behind (I20, F14).
 */
export class ImageStore {
  readonly #store: Store;
  readonly #shard: string;
  readonly #writer: string;
  #drafts = 0;
  /**
   * The manifest that this owner loaded, wrote or was refused for last. It changes with nothing that its caller does not hear of: of
   * slabs that come without bytes the caller knows only that they are as they were in this one.
   */
  #current: ImageManifest | undefined;

  /** `writer` names the process: two at once draft under names of their own. */
  constructor(store: Store, shard: string, writer: string) {
    this.#store = store;
    this.#shard = shard;
    this.#writer = writer;
  }

  /** Sequence of the image that stood when this owner last loaded one, wrote one or was refused; 0: none did. */
  get through(): number {
    return Number(this.#current?.sequence ?? 0n);
  }

  /** Loads the manifest that stands; `undefined`: none was ever written. Rejects with `ImageIncomplete` when it cannot be read. */
  async manifest(): Promise<ImageManifest | undefined> {
    this.#current = undefined;
    this.#current = manifestIn(await this.#read(this.#manifestKey));
    return this.#current;
  }

  async #stored(): Promise<ImageManifest | undefined> {
    return manifestIn(await this.#read(this.#manifestKey));
  }

  /** What an image is written over: a manifest that cannot be read is as good as none. */
  #standing(): Promise<ImageManifest | undefined> {
    return this.#stored().catch((error: Error) => {
      if (error instanceof ImageIncomplete) return undefined;
      throw error;
    });
  }

  /** A slab of the manifest. Rejects with `ImageIncomplete`, and with what `refuseStopped`, asked behind every chunk, throws. */
  async slab(entry: SlabEntry, refuseStopped: () => void = () => {}): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for (const key of this.#chunkKeys(entry)) {
      const stored = await this.#read(key);
      refuseStopped();
      if (stored === undefined) throw new ImageIncomplete(`${key} is missing`);
      chunks.push(stored.body);
    }
    return joined(chunks);
  }

  /** What is not what was written is as good as missing: the log has it all (S20, F14). */
  #read(key: string): Promise<StoreItem | undefined> {
    return this.#store.get(SHARDS_TABLE, key).catch((error: Error) => {
      throw error instanceof StoreDamaged ? new ImageIncomplete(error.message) : error;
    });
  }

  /**
   * Writes an image of all slabs. Answers whether it stands: not when another owner wrote one since this one's last;
   * then every slab must come with its bytes next time. Rejects as the store does: the next one may go on from the same one as this.
   */
  async write(slabs: readonly SlabCopy[], place: ImagePlace): Promise<boolean> {
    const before = this.#current;
    const manifest = this.#manifestOf(slabs, place);
    const body = encode(ImageManifestCodec, manifest);
    const draft = await this.#draft(place.sequence, body);
    // asked behind the draft: another owner has seen that, or this one sees the manifest that the other wrote before it looked
    const replaced = await this.#replaced(before);
    if (replaced !== undefined) {
      await this.#store.remove(SHARDS_TABLE, [draft]);
      this.#current = replaced.by;
      return false;
    }
    for (const [index, { bytes }] of slabs.entries()) {
      if (bytes !== undefined) await this.#writeSlab(manifest.slabs[index] as SlabEntry, bytes);
    }
    const item = { key: this.#manifestKey, version: place.sequence, partition: this.#shard, sort: "manifest", body };
    const stands = await this.#store.put(SHARDS_TABLE, item);
    if (stands) this.#current = manifest;
    const standing = stands ? manifest : await this.#standing();
    await this.#sweep(standing, manifest, before);
    this.#current = standing;
    return stands;
  }

  /** No image stands any more; the next one takes its chunks away. */
  async forget(): Promise<void> {
    await this.#store.remove(SHARDS_TABLE, [this.#manifestKey]);
    this.#current = undefined;
  }

  get #manifestKey(): string {
    return `${this.#shard}/manifest`;
  }

  /** What stands in place of the image that this owner knows; absent: that one does. */
  async #replaced(known: ImageManifest | undefined): Promise<{ readonly by: ImageManifest | undefined } | undefined> {
    const by = await this.#standing();
    return by?.sequence === known?.sequence ? undefined : { by };
  }

  #manifestOf(slabs: readonly SlabCopy[], { sequence, eventsOffset, nextInput }: ImagePlace): ImageManifest {
    const known = new Map((this.#current?.slabs ?? []).map((entry) => [entry.key, entry]));
    return {
      $typeName: "atlas.log.v1.ImageManifest",
      sequence: BigInt(sequence),
      slabs: slabs.map((slab) => entryOf(slab, known.get(slab.key))),
      eventsOffset: BigInt(eventsOffset),
      nextInput:
        nextInput === undefined
          ? undefined
          : { $typeName: "atlas.log.v1.Position", offset: BigInt(nextInput), index: 0 },
    };
  }

  async #draft(sequence: number, body: Uint8Array): Promise<string> {
    this.#drafts += 1;
    const key = `${this.#draftPrefix}${sequence}/${this.#writer}/${this.#drafts}`;
    await this.#store.put(SHARDS_TABLE, { key, version: sequence, partition: this.#shard, sort: key, body });
    return key;
  }

  async #writeSlab(entry: SlabEntry, bytes: Uint8Array): Promise<void> {
    for (const [index, key] of this.#chunkKeys(entry).entries()) {
      const body = bytes.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES);
      const item = { key, version: Number(entry.copied), partition: this.#shard, sort: key, body };
      await this.#store.putAll([{ table: SHARDS_TABLE, item }]);
    }
  }

  /**
   * Removes what is named by `mine`, by the image before or by drafts that can stand no more because a manifest as high stands:
   * not what the standing one names, nor what an owner on its way to a higher one builds on.
   */
  async #sweep(
    standing: ImageManifest | undefined,
    mine: ImageManifest,
    before: ImageManifest | undefined,
  ): Promise<void> {
    const drafts = await this.#allDrafts();
    if (drafts === undefined) return;
    const dead: { readonly key: string; readonly draft: ImageManifest }[] = [];
    const kept = new Set(this.#allChunks(standing));
    for (const { key, body } of drafts) {
      const draft = decode(ImageManifestCodec, body);
      if (standing !== undefined && draft.sequence <= standing.sequence) dead.push({ key, draft });
      else for (const chunk of this.#allChunks(draft)) kept.add(chunk);
    }
    const named = [mine, before, ...dead.map(({ draft }) => draft)].flatMap((image) => this.#allChunks(image));
    const chunks = new Set(named.filter((key) => !kept.has(key)));
    if (chunks.size > 0) await this.#store.remove(SHARDS_TABLE, [...chunks]);
    dead.sort((left, right) => Number(right.draft.sequence - left.draft.sequence));
    const oldest = dead.slice(KEPT_DRAFTS).map(({ key }) => key);
    if (oldest.length > 0) await this.#store.remove(SHARDS_TABLE, oldest);
  }

  /** `undefined`: one of them is not what was written, and what it names is not known (F14). */
  async #allDrafts(): Promise<readonly StoreItem[] | undefined> {
    const from = this.#draftPrefix;
    try {
      return await this.#store.query(SHARDS_TABLE, { partition: this.#shard, from, to: `${from}~`, limit: DRAFTS });
    } catch (error) {
      if (error instanceof StoreDamaged) return undefined;
      throw error;
    }
  }

  get #draftPrefix(): string {
    return `${this.#shard}/draft/`;
  }

  #allChunks(manifest: ImageManifest | undefined): string[] {
    return (manifest?.slabs ?? []).flatMap((entry) => this.#chunkKeys(entry));
  }

  /** A slab at a sequence is the same bytes whoever copied it: so it may be written twice. */
  #chunkKeys(entry: SlabEntry): string[] {
    return Array.from(
      { length: entry.chunks },
      (_, index) => `${this.#shard}/slab/${entry.key}/${entry.copied}/${index}`,
    );
  }
}

function manifestIn(stored: StoreItem | undefined): ImageManifest | undefined {
  if (stored === undefined) return undefined;
  try {
    return decode(ImageManifestCodec, stored.body);
  } catch (error) {
    throw new ImageIncomplete(`the manifest cannot be read: ${(error as Error).message}`);
  }
}

function entryOf({ key, stamp, bytes }: SlabCopy, known: SlabEntry | undefined): SlabEntry {
  if (bytes !== undefined) {
    const chunks = Math.max(1, Math.ceil(bytes.length / CHUNK_BYTES));
    return { $typeName: "atlas.log.v1.SlabEntry", key, stamp: BigInt(stamp), chunks, copied: BigInt(stamp) };
  }
  if (known === undefined) throw new Error(`slab ${key} has never been written`);
  return { ...known, stamp: BigInt(stamp) };
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
