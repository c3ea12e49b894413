import type { VenueCommand } from "@atlas/gen/atlas/venue/v1/venue_pb";
import { BookModel } from "./book-model.ts";
import type { BookLevels } from "./levels.ts";
import type { Logged } from "./log-reading.ts";
import type { Match } from "./trade-model.ts";
import type { Violations } from "./violations.ts";

/** Instruments in which clients meet each other alone. */
const CLIENTS_ALONE = ["ETH-USD", "ETH-BTC"];

/** Milliseconds between ticks of the platforms that are simulated: sooner than half of it none counts (S10). */
const TICK_INTERVAL = 100;

/** What a venue knows of time. */
interface VenueTime {
  /** Milliseconds since the epoch, the latest of all that was appended. */
  logTime: number;
  tick: number;
  tickTime: number;
}

/** Every venue's clients-only books, by what stands on the venues' partitions (I9). */
export class VenueModel {
  readonly #books: ReadonlyMap<string, BookModel>;
  /** By instrument: the partition that its orders come by. */
  readonly #homes = new Map<string, number>();
  readonly #times = new Map<number, VenueTime>();
  /** Of each link, by partition and source: the last number that counted. */
  readonly #links = new Map<string, number>();

  constructor(violations: Violations) {
    this.#books = new Map(CLIENTS_ALONE.map((name) => [name, new BookModel(name, violations)]));
  }

  /** A message stands on a venue's partition. */
  take({ partition, source, number, message, appendTime }: Logged<VenueCommand>): void {
    const link = `${partition} ${source}`;
    const isOwn = number === 0;
    if (!isOwn && (!source.includes("/") || number !== (this.#links.get(link) ?? 0) + 1)) return;
    if (!isOwn) this.#links.set(link, number);
    if (message === undefined) throw new Error(`#${number} of ${source} does not decode`);
    this.#takeOne(partition, message, appendTime);
  }

  /** Both sides of a match are settled. */
  settled(match: Match): void {
    this.#books.get(match.instrumentId)?.settled(match);
  }

  /** The market was told of an instrument's book. */
  told(instrumentId: string, levels: BookLevels): void {
    this.#books.get(instrumentId)?.told(levels);
  }

  end(): void {
    for (const book of this.#books.values()) book.end();
  }

  #takeOne(partition: number, { instrumentId, command }: VenueCommand, appendTime: number): void {
    const time = this.#times.get(partition) ?? { logTime: 0, tick: 0, tickTime: 0 };
    this.#times.set(partition, time);
    time.logTime = Math.max(time.logTime, appendTime);
    if (command.case === "tick") this.#tick(partition, time, Number(command.value.number), appendTime);
    const book = this.#books.get(instrumentId);
    if (book === undefined) return;
    this.#homes.set(instrumentId, partition);
    if (command.case === "place") book.place(command.value, appendTime, time.logTime);
    if (command.case === "amend") book.amend(command.value);
    if (command.case === "withdraw") book.pull(command.value.orderId, command.value.accountId);
    book.decided();
  }

  #tick(partition: number, time: VenueTime, number: number, appendTime: number): void {
    const passed = appendTime - time.tickTime;
    const isSoon = time.tick > 0 && passed >= 0 && 2 * passed < TICK_INTERVAL;
    if (number !== time.tick + 1 || isSoon) return;
    Object.assign(time, { tick: number, tickTime: appendTime });
    for (const [instrumentId, home] of this.#homes) {
      if (home !== partition) continue;
      const book = this.#books.get(instrumentId);
      book?.expire(time.logTime);
      book?.decided();
    }
  }
}
