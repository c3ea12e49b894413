/** What is read aloud at most once in this time: more would be talk that nobody can follow, or end. */
const PAUSE = 3_000;

/** What the announcer needs of the world. */
interface AnnouncerWorld {
  now(): number;
  after(milliseconds: number, run: () => void): void;
  /** Puts words where they are read aloud. */
  say(words: string): void;
}

/** Messages for who does not see them: the first at once, those that come too soon after it together. */
export class Announcer {
  readonly #world: AnnouncerWorld;
  #saidAt = Number.NEGATIVE_INFINITY;
  #waiting: readonly string[] = [];

  constructor(world: AnnouncerWorld) {
    this.#world = world;
  }

  announce(words: string): void {
    this.#waiting = [...this.#waiting, words];
    if (this.#waiting.length > 1) return;
    const left = this.#saidAt + PAUSE - this.#world.now();
    if (left <= 0) this.#say();
    else this.#world.after(left, () => this.#say());
  }

  #say(): void {
    const newest = this.#waiting.at(-1) ?? "";
    const others = this.#waiting.length - 1;
    this.#waiting = [];
    this.#saidAt = this.#world.now();
    this.#world.say(others === 0 ? newest : `${newest} And ${others} more ${others === 1 ? "message" : "messages"}.`);
  }
}
