import { type Store, StoreDamaged, type StoreItem } from "@atlas/platform/ports/store";
import type { InstrumentImage } from "./instrument-image.ts";

const TABLE = "atlas_shards";
/** Bytes of an item at most (S19). */
const CHUNK = 250_000;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** All that a view knows of one partition of `market.data`, and where its log goes on. */
export interface MarketImage {
  /** Of the last event applied; 0: none. */
  readonly shardSequence: number;
  /** The record to read next. */
  readonly nextOffset: number;
  readonly instruments: readonly InstrumentImage[];
}

interface Manifest {
  readonly format: 1;
  readonly slot: 0 | 1;
  readonly chunks: number;
  /** The image in the other slot, unless there is none. */
  readonly before?: { readonly version: number; readonly chunks: number };
}

/** The images of one partition, in two slots by turns: chunks first, then the manifest that names them and those of the one before. */
export class MarketImages {
  readonly #store: Store;
  readonly #name: string;

  constructor(store: Store, partition: number) {
    this.#store = store;
    this.#name = `view/market/${partition}`;
  }

  /** `undefined`: there is none, or none that is whole. */
  async load(): Promise<MarketImage | undefined> {
    const found = await this.#store.get(TABLE, this.#name);
    if (found === undefined) return undefined;
    const { format, slot, chunks, before } = manifestOf(found.body);
    if (format !== 1) return undefined;
    const named = await this.#whole(slot, found.version, chunks);
    if (named !== undefined || before === undefined) return named;
    // Another one wrote newer chunks over it, and was gone before it named them.
    return this.#whole(otherThan(slot), before.version, before.chunks);
  }

  async #whole(slot: 0 | 1, version: number, count: number): Promise<MarketImage | undefined> {
    const chunks = await this.#store.query(TABLE, { partition: this.#slot(slot), limit: Math.max(1, count) });
    const isWhole = chunks.length === count && chunks.every((chunk) => chunk.version === version);
    if (!isWhole) return undefined;
    return JSON.parse(decoder.decode(joined(chunks.map((chunk) => chunk.body)))) as MarketImage;
  }

  /** An image at or below the stored one changes nothing, nor does one below another that is being written into the same slot. */
  async save(image: MarketImage): Promise<void> {
    const version = image.shardSequence;
    const standing = await this.#standing();
    if (standing !== undefined && standing.version >= version) return;
    const last = standing && manifestOf(standing.body);
    const slot = otherThan(last?.slot ?? 1);
    const partition = this.#slot(slot);
    const bytes = encoder.encode(JSON.stringify(image));
    const chunks = Math.ceil(bytes.length / CHUNK);
    for (let number = 0; number < chunks; number++) {
      const sort = String(number).padStart(6, "0");
      const body = bytes.slice(number * CHUNK, (number + 1) * CHUNK);
      const item = { key: `${partition}/${sort}`, version, partition, sort, body };
      if (!(await this.#store.put(TABLE, item)) && (await this.#isNewer(item))) return;
    }
    const before = standing && last && { version: standing.version, chunks: last.chunks };
    const manifest: Manifest = { format: 1, slot, chunks, ...(before && { before }) };
    const body = encoder.encode(JSON.stringify(manifest));
    await this.#store.put(TABLE, { key: this.#name, version, partition: this.#name, sort: "manifest", body });
  }

  /** A chunk of a newer image stands there: a manifest would name what is not its own. One of the same version is the same. */
  async #isNewer({ key, version }: StoreItem): Promise<boolean> {
    const standing = await this.#store.get(TABLE, key);
    return standing !== undefined && standing.version > version;
  }

  /** What an image is written over: a manifest that is not what was written is as good as none (F14). */
  #standing(): Promise<StoreItem | undefined> {
    return this.#store.get(TABLE, this.#name).catch((error: Error) => {
      if (error instanceof StoreDamaged) return undefined;
      throw error;
    });
  }

  #slot(slot: 0 | 1): string {
    return `${this.#name}/${slot}`;
  }
}

function otherThan(slot: 0 | 1): 0 | 1 {
  return slot === 0 ? 1 : 0;
}

function manifestOf(body: Uint8Array): Manifest {
  return JSON.parse(decoder.decode(body)) as Manifest;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
