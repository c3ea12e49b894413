/** Not the second half of a double click: what stands under the pointer by then may have come there since the first. */
export function isFirstClick({ detail }: { readonly detail: number }): boolean {
  return detail < 2;
}

/** Milliseconds within which the same press again is one intention, as a double click is. The first repeat of a key held down may come later. */
const ONE_INTENTION = 600;

/** Tells a press from its echo; a key held down is told by its event, where that is heard. */
export class Intentions {
  #key = "";
  #at = Number.NEGATIVE_INFINITY;

  /** Whether the same was asked for just now; it stays one intention for as long as it comes again. Milliseconds. */
  isEcho(key: string, now: number): boolean {
    const isEcho = key === this.#key && now - this.#at < ONE_INTENTION;
    this.#key = key;
    this.#at = now;
    return isEcho;
  }
}
