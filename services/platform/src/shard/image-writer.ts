import type { Clock } from "../ports/clock.ts";
import type { Store } from "../ports/store.ts";
import { ImageStore, type SlabCopy } from "./image-store.ts";
import type { EventsPlace } from "./output-positions.ts";
import type { Slabs } from "./slabs.ts";
import type { Warn } from "./warn.ts";

export interface ImagePorts {
  readonly store: Store;
  readonly clock: Clock;
  readonly warn: Warn;
  /** Names this process. */
  readonly writer: string;
  /** How often; absent: as is usual. */
  readonly imagePace?: ImagePace;
}

/** How often images are written: a matter of an owner's pace, never of an outcome (S2). */
export interface ImagePace {
  /** After so many events, or inputs, unless the image is large. */
  readonly changes: number;
  /** Or after so many milliseconds, if anything changed. */
  readonly milliseconds: number;
  /** Bytes copied between two inputs; absent: as many as is usual. */
  readonly copyBytes?: number;
}

/** S19 asks for 100,000 events; fewer make recovery shorter. */
const USUAL: ImagePace = { changes: 20_000, milliseconds: 60_000 };
/** A large image waits for more changes, so that copying costs a small part of what deciding them does; not for ever. */
const BYTES_A_CHANGE = 200;
const MOST_CHANGES = 100_000;
/** After one that came to nothing, in milliseconds: copying for nothing keeps inputs waiting (F6). */
const RETRY = 5_000;
/** Bytes copied between two inputs. */
const COPY_BYTES = 262_144;

/** After how many changes an image is due, when the last one copied so many bytes. */
export function changesUntilImage({ changes }: ImagePace, copiedBytes: number): number {
  return Math.max(changes, Math.min(MOST_CHANGES, Math.floor(copiedBytes / BYTES_A_CHANGE)));
}

interface Pass {
  readonly place: EventsPlace;
  /** Every slab that there was at the sequence of the first copy: what has come since is behind it on the log. */
  readonly keys: readonly string[];
  /** Of the key whose turn it is. */
  next: number;
  readonly copies: SlabCopy[];
}

/**
 * Writes images of a shard with an event log (S19): slab after slab between inputs, only what changed, and only once all
 * that is in it is acknowledged (I21).
 */
export class ImageWriter {
  readonly #clock: Clock;
  readonly #warn: Warn;
  readonly #shard: string;
  readonly #slabs: Slabs;
  readonly images: ImageStore;
  /** By slab: the sequence through which the image in the store holds it. */
  readonly #written = new Map<string, number>();
  readonly #pace: ImagePace;
  #lastSequence = 0;
  /** That decided when the last image was begun. */
  #engineVersion: number | undefined;
  /** That the last image copied. */
  #lastBytes = 0;
  #lastTime: number;
  /** The last image came to nothing: at these monotonic milliseconds the next is due, whatever the pace. */
  #retryAt: number | undefined;
  #acknowledged = 0;
  #pass: Pass | undefined;
  #sequence = 0;
  #writing: Promise<void> | undefined;
  #closed = false;

  constructor(ports: ImagePorts, shard: string, slabs: Slabs) {
    this.#clock = ports.clock;
    this.#warn = ports.warn;
    this.#shard = shard;
    this.#slabs = slabs;
    this.#pace = ports.imagePace ?? USUAL;
    this.images = new ImageStore(ports.store, shard, ports.writer);
    this.#lastTime = ports.clock.monotonic();
  }

  /** What recovery loaded: slabs that need not be written again. */
  loaded(stamps: ReadonlyMap<string, number>, sequence: number): void {
    for (const [key, stamp] of stamps) this.#written.set(key, stamp);
    this.#lastSequence = sequence;
  }

  /**
   * Begins an image if one is due, by its pace or because another engine version decides from here on: recovery is to need the
   * rules of the one before no longer (S26). Called between two inputs.
   */
  consider(sequence: number, place: EventsPlace, engineVersion: number): void {
    this.#sequence = sequence;
    if (this.#closed || this.#pass !== undefined || this.#writing !== undefined) return;
    if (sequence === this.#lastSequence) return;
    this.#engineVersion ??= engineVersion;
    if (!this.#isDue(engineVersion)) return;
    this.#engineVersion = engineVersion;
    this.#begin(place);
    this.#step();
  }

  #isDue(engineVersion: number): boolean {
    const now = this.#clock.monotonic();
    if (this.#retryAt !== undefined) return now >= this.#retryAt;
    const events = this.#sequence - this.#lastSequence;
    const isMuch = events >= changesUntilImage(this.#pace, this.#lastBytes);
    return isMuch || now - this.#lastTime >= this.#pace.milliseconds || engineVersion !== this.#engineVersion;
  }

  acknowledged(sequence: number): void {
    this.#acknowledged = sequence;
    this.#tryWrite();
  }

  /** Writes a last image of all that is acknowledged: none where the shard, at `sequence`, holds more than that (I21). */
  async finish(place: EventsPlace, sequence: number): Promise<void> {
    await this.#writing;
    // The first may find one that another owner wrote since; the second is written over that.
    for (let tries = 0; tries < 2; tries++) {
      if (this.#closed || place.sequence !== sequence || sequence <= this.#lastSequence) return;
      this.#sequence = place.sequence;
      this.#acknowledged = place.sequence;
      this.#begin(place);
      while (this.#copy());
      this.#tryWrite();
      await this.#writing;
    }
  }

  /** No image any more: the state is not what its sequence says, for the shard broke off while it decided (I21). */
  close(): void {
    this.#closed = true;
    this.#pass = undefined;
  }

  #begin(place: EventsPlace): void {
    const keys = this.#slabs.copyOrder?.() ?? this.#slabs.keys();
    this.#pass = { place, keys, next: 0, copies: [] };
  }

  #step(): void {
    if (this.#pass === undefined) return;
    if (this.#copy()) this.#clock.soon(() => this.#step());
    else this.#tryWrite();
  }

  /** Copies the next slabs; answers whether there are more. */
  #copy(): boolean {
    const pass = this.#pass as Pass;
    const standing = new Set(this.#slabs.keys());
    let copied = 0;
    while (pass.next < pass.keys.length && copied < (this.#pace.copyBytes ?? COPY_BYTES)) {
      const key = pass.keys[pass.next++] as string;
      if (!standing.has(key)) continue;
      const clean = this.#slabs.changedAt(key) <= (this.#written.get(key) ?? -1);
      const bytes = clean ? undefined : this.#slabs.copy(key);
      pass.copies.push({ key, stamp: this.#sequence, bytes });
      copied += bytes?.length ?? 0;
    }
    return pass.next < pass.keys.length;
  }

  #tryWrite(): void {
    const pass = this.#pass;
    if (pass === undefined || this.#writing !== undefined || pass.next < pass.keys.length) return;
    const highest = pass.copies.reduce((most, { stamp }) => Math.max(most, stamp), 0);
    if (highest > this.#acknowledged) return;
    this.#pass = undefined;
    this.#lastBytes = pass.copies.reduce((sum, { bytes }) => sum + (bytes?.length ?? 0), 0);
    this.#writing = this.#write(pass, highest).finally(() => {
      this.#writing = undefined;
    });
  }

  async #write(pass: Pass, sequence: number): Promise<void> {
    this.#lastTime = this.#clock.monotonic();
    try {
      const place = { sequence, eventsOffset: pass.place.offset, nextInput: undefined };
      const stands = await this.images.write(pass.copies, place);
      this.#written.clear();
      if (stands) for (const { key, stamp } of pass.copies) this.#written.set(key, stamp);
      // One that reaches as far does as well, whoever wrote it.
      const reaches = this.images.through >= sequence;
      if (reaches) this.#lastSequence = sequence;
      this.#retryAt = reaches ? undefined : this.#clock.monotonic() + RETRY;
    } catch (error) {
      this.#retryAt = this.#clock.monotonic() + RETRY;
      this.#warn("an image could not be written", { shard: this.#shard, reason: String(error) });
    }
  }
}
