/** The part of the browser's storage that choices are kept in. */
type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** More is not written and not read: what a person chooses on a desk is far smaller. */
const MOST = 16_384;

/**
 * A choice of the person's, kept in this browser. `read` makes it of what stands there, and of `undefined` where nothing does,
 * which is whatever an earlier or later console, or anybody else, wrote: it believes nothing that it has not looked at.
 */
export class KeptChoice<Value> {
  readonly #key: string;
  readonly #version: number;
  readonly #read: (kept: unknown) => Value;
  readonly #shelf: Shelf;

  constructor(key: string, version: number, read: (kept: unknown) => Value, shelf: Shelf = localStorage) {
    this.#key = key;
    this.#version = version;
    this.#read = read;
    this.#shelf = shelf;
  }

  recall(): Value {
    const text = this.#shelf.getItem(this.#key);
    if (text === null || text.length > MOST) return this.#read(undefined);
    try {
      const { version, value } = fieldsOf(JSON.parse(text));
      return this.#read(version === this.#version ? value : undefined);
    } catch {
      return this.#read(undefined);
    }
  }

  keep(value: Value): void {
    const text = JSON.stringify({ version: this.#version, value });
    if (text.length > MOST) return;
    try {
      this.#shelf.setItem(this.#key, text);
    } catch {
      // The browser's storage is full: it holds until the page is left.
    }
  }

  forget(): void {
    this.#shelf.removeItem(this.#key);
  }
}

/** What stands under names in something read; nothing if it is no such thing. */
export function fieldsOf(kept: unknown): Readonly<Record<string, unknown>> {
  return typeof kept === "object" && kept !== null ? (kept as Record<string, unknown>) : {};
}
