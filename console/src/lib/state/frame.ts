/** Shows what changed once a frame, however often it changed: a hidden tab draws nothing and catches up in one go. */
export class Frame {
  readonly #ask: (run: () => void) => void;
  #due = new Set<() => void>();
  #isAsked = false;

  constructor(ask: (run: () => void) => void = (run) => void requestAnimationFrame(run)) {
    this.#ask = ask;
  }

  /** Runs at the next frame; the same function asked for again until then runs once. */
  show(run: () => void): void {
    this.#due.add(run);
    if (this.#isAsked) return;
    this.#isAsked = true;
    this.#ask(() => {
      this.#isAsked = false;
      const due = this.#due;
      this.#due = new Set();
      for (const one of due) one();
    });
  }
}
