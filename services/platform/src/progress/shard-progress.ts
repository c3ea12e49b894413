import { ENGINE_VERSIONS, FIRST_ENGINE, requireEngine } from "@atlas/domain/engine/engine-rules";
import type { LinkIn, Position } from "@atlas/gen/atlas/log/v1/frame_pb";
import { ShardProgressSchema } from "@atlas/gen/atlas/log/v1/shard_progress_pb";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { Timestamp } from "@bufbuild/protobuf/wkt";
import type { InputPosition, LinkArrival, LinkPosition } from "../shard/arrival.ts";
import { millisecondsOf, timestampOf } from "../wire/time.ts";

/** A gateway's link is forgotten so long after its last input, in milliseconds of log time (S4). */
const GATEWAY_FORGOTTEN_AFTER = 60_000;

/** The fields that every event has, whatever it tells. */
export interface EventHeader {
  eventId: string;
  shard: string;
  sequence: bigint;
  cause?: Position | undefined;
  occurredAt?: Timestamp | undefined;
  linkIn?: LinkIn | undefined;
}

/** What caused an event, as the loop hands it to a shard. */
export interface EventCause {
  readonly position: InputPosition;
  readonly appendTime: number;
  readonly link?: LinkArrival | undefined;
}

interface KnownLink extends LinkPosition {
  /** Log time of its last input. */
  readonly lastTime: number;
}

/** How far a shard has decided, and what it knows of its incoming links: changed by events alone. */
export class ShardProgress {
  readonly #shard: string;
  readonly #links = new Map<string, KnownLink>();
  #sequence = 0;
  #cause: InputPosition | undefined;
  #logTime = 0;
  #anomalies = 0;
  #engineVersion = FIRST_ENGINE;
  readonly #engines: readonly number[];

  /** `engines`: the versions that this process carries (S26). */
  constructor(shard: string, engines: readonly number[] = ENGINE_VERSIONS) {
    this.#shard = shard;
    this.#engines = engines;
  }

  get sequence(): number {
    return this.#sequence;
  }

  get cause(): InputPosition | undefined {
    return this.#cause;
  }

  get logTime(): number {
    return this.#logTime;
  }

  /** Inputs that could not be read. */
  get anomalies(): number {
    return this.#anomalies;
  }

  /** The version whose rules decide (S26). */
  get engineVersion(): number {
    return this.#engineVersion;
  }

  link(source: string): LinkPosition | undefined {
    return this.#links.get(source);
  }

  /** The last number of every incoming link from a shard, by source. */
  links(): readonly { readonly source: string; readonly number: number }[] {
    const sources = [...this.#links.keys()].filter((source) => source.includes("/")).sort();
    return sources.map((source) => ({ source, number: this.#links.get(source)?.number ?? 0 }));
  }

  /** Log time with an input of this append time: the running maximum (S8). */
  timeAt(appendTime: number): number {
    return Math.max(this.#logTime, appendTime);
  }

  /** The header of the next event. Throws `EngineMissing` where this process could not decide it. */
  next(cause: EventCause): EventHeader {
    requireEngine(this.#engineVersion, this.#engines);
    const sequence = this.#sequence + 1;
    const { position, link } = cause;
    return {
      eventId: `${this.#shard}:${sequence}`,
      shard: this.#shard,
      sequence: BigInt(sequence),
      cause: { $typeName: "atlas.log.v1.Position", offset: BigInt(position.offset), index: position.index },
      occurredAt: timestampOf(this.timeAt(cause.appendTime)),
      linkIn: link === undefined ? undefined : linkIn(link.source, link),
    };
  }

  /** Applies an event; one that was applied already changes nothing. `engine`: the version that it activates. */
  apply(event: EventHeader, unreadable: boolean, engine?: number): void {
    const sequence = Number(event.sequence);
    if (sequence <= this.#sequence) return;
    if (sequence !== this.#sequence + 1) throw new Error(`${this.#shard}: event ${sequence} after ${this.#sequence}`);
    const occurredAt = millisecondsOf(event.occurredAt);
    if (event.cause === undefined || occurredAt === undefined) throw new Error(`${event.eventId} has no cause`);
    if (engine !== undefined) this.#activate(engine);
    this.#sequence = sequence;
    this.#cause = { offset: Number(event.cause.offset), index: event.cause.index };
    this.#logTime = occurredAt;
    if (unreadable) this.#anomalies += 1;
    if (event.linkIn !== undefined) this.#apply(event.linkIn);
  }

  /** As part of an image: equal progress, equal bytes. */
  copy(): Uint8Array {
    const cause = this.#cause;
    const links = [...this.#links].sort(([left], [right]) => (left < right ? -1 : 1));
    return toBinary(
      ShardProgressSchema,
      create(ShardProgressSchema, {
        sequence: BigInt(this.#sequence),
        cause: cause === undefined ? undefined : { offset: BigInt(cause.offset), index: cause.index },
        logTime: timestampOf(this.#logTime),
        links: links.map(([source, known]) => ({
          link: linkIn(source, known),
          lastTime: timestampOf(known.lastTime),
        })),
        anomalies: BigInt(this.#anomalies),
        // Images of the first version knew of none.
        engineVersion: this.#engineVersion === FIRST_ENGINE ? 0 : this.#engineVersion,
      }),
    );
  }

  restore(bytes: Uint8Array): void {
    const image = fromBinary(ShardProgressSchema, bytes);
    this.#sequence = Number(image.sequence);
    this.#cause = image.cause && { offset: Number(image.cause.offset), index: image.cause.index };
    this.#logTime = millisecondsOf(image.logTime) ?? 0;
    this.#anomalies = Number(image.anomalies);
    this.#engineVersion = image.engineVersion || FIRST_ENGINE;
    this.#links.clear();
    for (const { link, lastTime } of image.links) {
      const time = millisecondsOf(lastTime);
      if (link === undefined || time === undefined) throw new Error(`the image of ${this.#shard} lacks a link`);
      this.#links.set(link.source, { number: Number(link.number), chain: link.chain, lastTime: time });
    }
  }

  #activate(version: number): void {
    requireEngine(version, this.#engines);
    this.#engineVersion = version;
  }

  #apply(link: LinkIn): void {
    this.#links.set(link.source, { number: Number(link.number), chain: link.chain, lastTime: this.#logTime });
    const forgotten = this.#logTime - GATEWAY_FORGOTTEN_AFTER;
    for (const [source, known] of this.#links) {
      if (!source.includes("/") && known.lastTime < forgotten) this.#links.delete(source);
    }
  }
}

function linkIn(source: string, link: LinkPosition): LinkIn {
  return { $typeName: "atlas.log.v1.LinkIn", source, number: BigInt(link.number), chain: link.chain };
}
