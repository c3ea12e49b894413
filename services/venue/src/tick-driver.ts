import { VenueCommandCodec } from "@atlas/gen/atlas/venue/v1/venue_codec";
import { TickSchema, VenueCommandSchema } from "@atlas/gen/atlas/venue/v1/venue_pb";
import { encode } from "@atlas/gen/codec/codec";
import type { OwnerPorts } from "@atlas/platform/shard/event-shard-owner";
import { topics } from "@atlas/platform/topic/topics";
import { encodeFrame } from "@atlas/platform/wire/codec/frame";
import { create } from "@bufbuild/protobuf";
import type { OwnedVenue } from "./venue-owner.ts";
import type { VenueShard } from "./venue-shard.ts";

/** How fast simulated time goes. */
export interface TickPace {
  /** Milliseconds between a shard's ticks while somebody watches one of its instruments, or a client's order is open there. */
  readonly watched: number;
  /** And otherwise; at most 1,000, so that the market's time stays fresh (S7). */
  readonly quiet: number;
}

/** A venue with what says whether it still decides: for one that does not, time stands. */
export interface TickedVenue {
  readonly shard: VenueShard;
  readonly owner: Pick<OwnedVenue["owner"], "hasFailed">;
}

/**
 * Lets simulated time pass in the venue shards of this process, whichever these are at the time (S10): one tick for each, handed to the log in one turn,
 * so that they share a commit. A tick that the log does not take is offered again, under the same number.
 */
export class TickDriver {
  readonly #ports: OwnerPorts;
  readonly #venues: Iterable<TickedVenue>;
  readonly #pace: TickPace;
  readonly #isWatched: (instrumentId: string) => boolean;
  readonly #inFlight = new Set<VenueShard>();
  #cancel: (() => void) | undefined;
  /** Since the quiet ones last ticked. */
  #elapsed = 0;

  constructor(
    ports: OwnerPorts,
    venues: Iterable<TickedVenue>,
    pace: TickPace,
    isWatched: (instrumentId: string) => boolean,
  ) {
    this.#ports = ports;
    this.#venues = venues;
    this.#pace = pace;
    this.#isWatched = isWatched;
  }

  /** The first tick comes at once: until then orders find a market that is silent. */
  start(): void {
    this.#elapsed = this.#pace.quiet;
    this.#wait();
  }

  stop(): void {
    this.#cancel?.();
  }

  #wait(): void {
    this.#cancel = this.#ports.clock.after(this.#pace.watched, () => {
      this.#elapsed += this.#pace.watched;
      const isDue = this.#elapsed >= this.#pace.quiet;
      if (isDue) this.#elapsed = 0;
      for (const { shard, owner } of this.#venues) {
        if (owner.hasFailed || this.#inFlight.has(shard) || shard.state.books.length === 0) continue;
        if (isDue || isBusy(shard, this.#isWatched)) this.#offer(shard);
      }
      this.#wait();
    });
  }

  #offer(shard: VenueShard): void {
    const { log, digest, warn } = this.#ports;
    const number = BigInt(shard.state.tickNumber + 1);
    const tick = create(VenueCommandSchema, { command: { case: "tick", value: create(TickSchema, { number }) } });
    // Ten a second for each shard: whose they are is told by what else their writer writes.
    const fields = { source: shard.name, writer: "", firstNumber: 0n };
    const frame = encodeFrame(fields, [encode(VenueCommandCodec, tick)], digest);
    this.#inFlight.add(shard);
    log
      .append(topics.venueOrders.name, shard.state.settings.shard, frame)
      .catch((error: Error) => warn("a tick was not taken", { shard: shard.name, reason: error.message }))
      .finally(() => this.#inFlight.delete(shard));
  }
}

function isBusy({ state }: VenueShard, isWatched: (instrumentId: string) => boolean): boolean {
  return state.books.some((book) => book.handleOf.size > 0 || isWatched(book.instrument.instrumentId));
}
