import { Channel } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import type { Connection } from "../stream/connection.svelte.ts";
import type { Frame } from "./frame.ts";
import { type TapeRow, TapeRows } from "./tape-rows.ts";

const PER_SECOND = 20;

/** An instrument's last trades, newest first. */
export class Tape {
  /** `undefined`: nothing is known yet. */
  rows = $state.raw<readonly TapeRow[]>();
  /** Where in the stream what is drawn stands; empty: nothing is drawn. */
  cursor = $state("");
  readonly #rows = new TapeRows();
  readonly #unwatch: () => void;
  #heard = "";

  constructor(connection: Connection, frame: Frame, instrumentId: string) {
    const terms = { channel: Channel.TRADES, instrumentId, maxUpdatesPerSecond: PER_SECOND };
    this.#unwatch = connection.watch(terms, {
      snapshot: (parts, cursor) => {
        this.#heard = cursor;
        this.#rows.replace(parts.flatMap(({ trades }) => trades));
        frame.show(this.#show);
      },
      update: ({ trades }, cursor) => {
        this.#heard = cursor;
        this.#rows.add(trades);
        frame.show(this.#show);
      },
    });
  }

  close(): void {
    this.#unwatch();
  }

  readonly #show = (): void => {
    this.rows = this.#rows.rows;
    this.cursor = this.#heard;
  };
}
