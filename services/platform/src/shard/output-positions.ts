import { ShardOutputsCodec } from "@atlas/gen/atlas/log/v1/shard_image_codec";
import type { ShardOutputs } from "@atlas/gen/atlas/log/v1/shard_image_pb";
import { type OutputState, OutputStateSchema } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import { decode, encode } from "@atlas/gen/codec/codec";
import { create } from "@bufbuild/protobuf";
import type { Clock } from "../ports/clock.ts";
import { type Store, StoreDamaged } from "../ports/store.ts";
import type { Warn } from "./warn.ts";

/** How far an output is acknowledged. */
export interface OutputMark {
  readonly number: number;
  /** The link's chain there; 0 where there is none. */
  readonly chain: bigint;
}

/** Where a part of an event log ends. */
export interface EventsPlace {
  /** Through this sequence. */
  readonly sequence: number;
  /** Later events stand at this offset or behind it. */
  readonly offset: number;
}

/** What stands in the store. */
interface StoredPositions {
  readonly version: number;
  readonly place: EventsPlace;
  /** By destination. */
  readonly marks: ReadonlyMap<string, OutputMark>;
}

/** The table of what shards keep beside the log: output positions, manifests, image chunks. */
export const SHARDS_TABLE = "atlas_shards";
const NONE: OutputMark = { number: 0, chain: 0n };
/** Milliseconds between two writings: what is lost of it is only emitted again. */
const PACE = 1_000;

/**
 * The output positions of a shard (S14): written after the append is acknowledged, rising only. A successor emits again
 * what is above them.
 */
export class OutputPositions {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #shard: string;
  /** Asked when the positions are written: through where everything has left. */
  readonly #place: () => EventsPlace;
  readonly #marks = new Map<string, OutputMark>();
  /** What another owner wrote meanwhile: it has left, too, but is not what this one goes on from. */
  #others: ShardOutputs | undefined;
  #loaded: EventsPlace = { sequence: 0, offset: 0 };
  #version = 0;
  #scheduled = false;
  #closed = false;

  constructor(store: Store, clock: Clock, shard: string, place: () => EventsPlace) {
    this.#store = store;
    this.#clock = clock;
    this.#shard = shard;
    this.#place = place;
  }

  /** Goes on from what stands; answers whether anything does. */
  async load(warn: Warn): Promise<boolean> {
    const stored = await this.look(warn);
    if (stored === undefined) return false;
    this.#version = stored.version;
    this.#loaded = stored.place;
    for (const [destination, mark] of stored.marks) this.#marks.set(destination, mark);
    return true;
  }

  /**
   * Reads what stands, and nothing else. What is not what was written is taken away, and `warn` told: all is emitted again (F14).
   */
  async look(warn: Warn): Promise<StoredPositions | undefined> {
    const stored = await this.#store.get(SHARDS_TABLE, this.#key).catch(async (error: Error) => {
      if (!(error instanceof StoreDamaged)) throw error;
      warn("output positions are damaged: all is sent again", { shard: this.#shard, reason: error.message });
      await this.#store.remove(SHARDS_TABLE, [this.#key]);
      return undefined;
    });
    if (stored === undefined) return undefined;
    const { eventsThrough, eventsOffset, positions } = decode(ShardOutputsCodec, stored.body);
    const place = { sequence: Number(eventsThrough), offset: Number(eventsOffset) };
    const marks = new Map<string, OutputMark>();
    for (const { destination, number, chain } of positions) marks.set(destination, { number: Number(number), chain });
    return { version: stored.version, place, marks };
  }

  /** Of the positions as they were loaded. */
  get loaded(): EventsPlace {
    return this.#loaded;
  }

  mark(destination: string): OutputMark {
    return this.#marks.get(destination) ?? NONE;
  }

  /** As an operator reads them, by destination. */
  states(): readonly OutputState[] {
    const destinations = [...this.#marks.keys()].sort();
    return destinations.map((destination) => {
      return create(OutputStateSchema, { destination, position: BigInt(this.mark(destination).number) });
    });
  }

  /** Raises a position; kept soon. */
  raise(destination: string, number: number, chain: bigint): void {
    if (number <= this.mark(destination).number) return;
    this.#marks.set(destination, { number, chain });
    this.#schedule();
  }

  /** Keeps what is known now, by this owner or by another (I20). */
  async flush(): Promise<void> {
    for (;;) {
      // Not counted on before it stands: who skips a version goes past what another has written as that one.
      const version = this.#version + 1;
      const body = encode(ShardOutputsCodec, this.#message());
      const item = { key: this.#key, version, partition: this.#shard, sort: "outputs", body };
      if (await this.#store.put(SHARDS_TABLE, item)) {
        this.#version = version;
        return;
      }
      const stored = await this.#store.get(SHARDS_TABLE, this.#key);
      if (stored === undefined) continue;
      this.#version = stored.version;
      this.#others = decode(ShardOutputsCodec, stored.body);
      // Of two owners of the same inputs one is enough to write: each would find the other's writing before its own.
      if (this.#isKeptBy(this.#others)) return;
    }
  }

  close(): void {
    this.#closed = true;
  }

  get #key(): string {
    return `${this.#shard}/outputs`;
  }

  #schedule(): void {
    if (this.#scheduled || this.#closed) return;
    this.#scheduled = true;
    this.#clock.after(PACE, () => {
      this.#scheduled = false;
      if (!this.#closed) this.flush().catch(() => this.#schedule());
    });
  }

  /** Nothing that this owner knows is missing there. */
  #isKeptBy({ positions, eventsThrough }: ShardOutputs): boolean {
    if (Number(eventsThrough) < this.#place().sequence) return false;
    const kept = new Map(positions.map(({ destination, number }) => [destination, Number(number)]));
    return [...this.#marks].every(([destination, { number }]) => number <= (kept.get(destination) ?? 0));
  }

  #message(): ShardOutputs {
    const place = this.#place();
    const others = this.#others;
    const isBehind = others !== undefined && Number(others.eventsThrough) > place.sequence;
    return {
      $typeName: "atlas.log.v1.ShardOutputs",
      positions: this.#furthest().map(([destination, { number, chain }]) => {
        return { $typeName: "atlas.log.v1.OutputPosition", destination, number: BigInt(number), chain };
      }),
      eventsThrough: isBehind ? others.eventsThrough : BigInt(place.sequence),
      eventsOffset: isBehind ? others.eventsOffset : BigInt(place.offset),
    };
  }

  /** By destination: of this owner's position and the other's the one that is further. */
  #furthest(): [string, OutputMark][] {
    const furthest = new Map(this.#marks);
    for (const { destination, number, chain } of this.#others?.positions ?? []) {
      if (Number(number) > this.mark(destination).number) furthest.set(destination, { number: Number(number), chain });
    }
    return [...furthest].sort(([left], [right]) => (left < right ? -1 : 1));
  }
}
