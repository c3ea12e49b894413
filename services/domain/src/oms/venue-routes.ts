import { partitionOf } from "../partition/partition.ts";

/** The venue shard of an instrument. */
export interface VenueRoute {
  readonly venue: number;
  /** Its name: `venue/2`. */
  readonly destination: string;
}

/** Finds the venue shard of an instrument: murmur2 of its id modulo the platform's venue partitions. */
export class VenueRoutes {
  readonly #partitions: number;
  readonly #known = new Map<string, VenueRoute>();

  constructor(partitions: number) {
    this.#partitions = partitions;
  }

  of(instrumentId: string): VenueRoute {
    let route = this.#known.get(instrumentId);
    if (route === undefined) {
      const venue = partitionOf(instrumentId, this.#partitions);
      route = { venue, destination: `venue/${venue}` };
      this.#known.set(instrumentId, route);
    }
    return route;
  }
}
