/** What a frame needs of the browser; what is answered ends it. */
export interface FrameWorld {
  frame(run: () => void): () => void;
  after(milliseconds: number, run: () => void): () => void;
}

/** Milliseconds without a frame after which there is none: the tab is hidden. */
const NO_FRAME = 1_000;

const browser: FrameWorld = {
  frame: (run) => {
    const frame = requestAnimationFrame(run);
    return () => cancelAnimationFrame(frame);
  },
  after: (milliseconds, run) => {
    const timer = setTimeout(run, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** Shows what changed once a frame, however often it changed; in a hidden tab once a second, for its title is still seen. */
export class Frame {
  readonly #world: FrameWorld;
  #due = new Set<() => void>();
  #isAsked = false;

  constructor(world: FrameWorld = browser) {
    this.#world = world;
  }

  /** Runs at the next frame; the same function asked for again until then runs once. */
  show(run: () => void): void {
    this.#due.add(run);
    if (this.#isAsked) return;
    this.#isAsked = true;
    const stopTimer = this.#world.after(NO_FRAME, () => {
      stopFrame();
      this.#show();
    });
    const stopFrame = this.#world.frame(() => {
      stopTimer();
      this.#show();
    });
  }

  #show(): void {
    this.#isAsked = false;
    const due = this.#due;
    this.#due = new Set();
    for (const one of due) one();
  }
}
