import { VenueCommandCodec } from "@atlas/gen/atlas/venue/v1/venue_codec";
import type { VenueCommand } from "@atlas/gen/atlas/venue/v1/venue_pb";
import { type Frame, readMessage } from "@atlas/platform/wire/codec/frame";
import { BookModel } from "./book-model.ts";
import type { Match } from "./trade-model.ts";
import type { Violations } from "./violations.ts";

/** Instruments in which clients meet each other alone. */
const CLIENTS_ALONE = ["ETH-USD", "ETH-BTC"];

/** Every venue's clients-only books, by what stands on the venues' partitions (I9). */
export class VenueModel {
  readonly #books: ReadonlyMap<string, BookModel>;
  /** Of each link, by partition and source: the last number that counted. */
  readonly #links = new Map<string, number>();

  constructor(violations: Violations) {
    this.#books = new Map(CLIENTS_ALONE.map((name) => [name, new BookModel(name, violations)]));
  }

  /** A frame stands on a venue's partition. */
  take(partition: number, frame: Frame, appendTime: number): void {
    const { source, firstNumber } = frame.header;
    if (!source.includes("/") || firstNumber === 0n) return;
    const link = `${partition} ${source}`;
    for (let index = 0; index < frame.count; index++) {
      const number = Number(firstNumber) + index;
      if (number !== (this.#links.get(link) ?? 0) + 1) continue;
      this.#links.set(link, number);
      this.#takeOne(readMessage(frame, index, VenueCommandCodec), appendTime);
    }
  }

  /** Both sides of a match are settled. */
  settled(match: Match): void {
    this.#books.get(match.instrumentId)?.settled(match);
  }

  end(): void {
    for (const book of this.#books.values()) book.end();
  }

  #takeOne({ instrumentId, command }: VenueCommand, appendTime: number): void {
    const book = this.#books.get(instrumentId);
    if (book === undefined) return;
    if (command.case === "place") book.place(command.value, appendTime);
    if (command.case === "amend") book.amend(command.value);
    if (command.case === "withdraw") book.pull(command.value.orderId, command.value.accountId);
  }
}
