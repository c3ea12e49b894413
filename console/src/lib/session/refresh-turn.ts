/** What taking turns needs of the browser. */
export interface TurnWorld {
  /** Runs while no other tab of this browser does; a page that is left gives its turn up. */
  alone(run: () => Promise<void>): Promise<void>;
  /** A note that all tabs see. */
  note(): string | null;
  setNote(text: string | undefined): void;
  wallTime(): number;
  wait(milliseconds: number): Promise<void>;
  /** Runs again and again; what it answers ends that. */
  every(milliseconds: number, run: () => void): () => void;
}

/** A call whose page was left has come to its end by then, or never will. */
const SETTLED = 3_000;
const LOOK = 100;
/** A page that is there says so this often: its call may take as long as the platform lets it, which is 20 s. */
const BEAT = 1_000;

/**
 * Spends the refresh cookie in turn. Tabs share it and it works once: a spent one that comes again ends its whole family of
 * tokens, for all tabs.
 *
 * A lock keeps tabs apart, but the browser takes it from a page that is left (reloaded, closed) while its call is under way.
 * The call itself goes on (`keepalive`, see `transport.ts`) and its answer brings the new cookie, only nobody waits for it; so
 * a note tells the next page that one is under way, and it waits until that must be over. Without locks (http on another host
 * is no secure context) the note alone keeps tabs apart, but for two that look at it in the same instant.
 *
 * What remains: when the network or the whole browser goes between the platform's deciding and the cookie's arrival, the
 * browser holds a spent one. The next renewal then ends the session, by the contract's rule, and who sits there is told to get
 * a new link; nothing else is lost.
 */
export class RefreshTurn {
  readonly #world: TurnWorld;

  constructor(world: TurnWorld) {
    this.#world = world;
  }

  take(run: () => Promise<void>): Promise<void> {
    return this.#world.alone(async () => {
      while (this.#isUnderWay()) await this.#world.wait(LOOK);
      const note = (): void => this.#world.setNote(String(this.#world.wallTime()));
      note();
      const stop = this.#world.every(BEAT, note);
      try {
        await run();
      } finally {
        stop();
        this.#world.setNote(undefined);
      }
    });
  }

  #isUnderWay(): boolean {
    const since = this.#world.wallTime() - Number(this.#world.note() ?? Number.NaN);
    // A time that is none, or lies ahead because the clock was set back, is nobody's.
    return since >= 0 && since < SETTLED;
  }
}

const LOCK = "atlas.refresh";
const NOTE = "atlas.refreshing";

export const browserTurns: TurnWorld = {
  alone: async (run) => {
    if (navigator.locks === undefined) await run();
    else await navigator.locks.request(LOCK, run);
  },
  note: () => localStorage.getItem(NOTE),
  setNote: (text) => (text === undefined ? localStorage.removeItem(NOTE) : localStorage.setItem(NOTE, text)),
  wallTime: () => Date.now(),
  wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
  every: (milliseconds, run) => {
    const timer = setInterval(run, milliseconds);
    return () => clearInterval(timer);
  },
};
