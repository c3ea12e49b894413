import { Channel } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import type { Connection } from "../stream/connection.svelte.ts";
import { DepthLevels, type DepthView } from "./depth-levels.ts";
import type { Frame } from "./frame.ts";

/** Levels asked for: more than are shown, so that grouping has something to group. */
const LEVELS = 100;
const PER_SECOND = 30;
const ROWS = 40;

/** An instrument's book as it is drawn. */
export class Depth {
  /** `undefined`: nothing is known yet. */
  view = $state.raw<DepthView>();
  /** Where in the stream what is drawn stands; empty: nothing is drawn. */
  cursor = $state("");
  /** Prices in steps of so much; `undefined`: as they are. */
  group = $state<string>();
  readonly #levels = new DepthLevels();
  readonly #frame: Frame;
  readonly #unwatch: () => void;
  #heard = "";

  constructor(connection: Connection, frame: Frame, instrumentId: string) {
    this.#frame = frame;
    const terms = { channel: Channel.BOOK, instrumentId, depth: LEVELS, maxUpdatesPerSecond: PER_SECOND };
    this.#unwatch = connection.watch(terms, {
      snapshot: (parts, cursor) => {
        this.#heard = cursor;
        this.#levels.replace(undefined);
        for (const { book } of parts) if (book !== undefined) this.#levels.change(book);
        frame.show(this.#show);
      },
      update: ({ book }, cursor) => {
        this.#heard = cursor;
        if (book !== undefined) this.#levels.change(book);
        frame.show(this.#show);
      },
    });
  }

  setGroup(group: string | undefined): void {
    this.group = group;
    if (this.view !== undefined) this.#frame.show(this.#show);
  }

  close(): void {
    this.#unwatch();
  }

  readonly #show = (): void => {
    this.view = this.#levels.view(ROWS, this.group, LEVELS);
    this.cursor = this.#heard;
  };
}
