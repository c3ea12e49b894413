import { expect, test } from "vitest";
import { manualClock } from "../memory/manual-clock.ts";
import { memoryStore } from "../memory/memory-store.ts";
import { ImageStore } from "./image-store.ts";
import { ImageWriter } from "./image-writer.ts";

const SHARD = "oms/0";

/** Slabs that come and go, the rest last, and a writer that copies one a turn. */
class Place {
  /** By slab: the event that changed it last. */
  readonly changed = new Map([["rest", 0]]);
  readonly warnings: string[] = [];
  readonly #turns: (() => void)[] = [];
  readonly #clock = manualClock({ turn: () => new Promise((resolve) => void setImmediate(resolve)) });
  readonly #store = memoryStore({ clock: this.#clock });
  readonly #writer: ImageWriter;
  #sequence = 0;

  constructor() {
    const ports = {
      store: this.#store,
      clock: { ...this.#clock, soon: (action: () => void) => void this.#turns.push(action) },
      warn: (_: string, fields: object) => void this.warnings.push(JSON.stringify(fields)),
      writer: "w-1",
      imagePace: { changes: 1, milliseconds: 1, copyBytes: 1 },
    };
    this.#writer = new ImageWriter(ports, SHARD, {
      keys: () => [...this.changed.keys()],
      copyOrder: () => [...this.changed.keys()].filter((key) => key !== "rest").concat("rest"),
      changedAt: (key) => this.#changedAt(key),
      copy: (key) => new TextEncoder().encode(`${key} at ${this.#changedAt(key)}`),
      restore: () => expect.unreachable(),
      clear: () => expect.unreachable(),
    });
  }

  /** An event changes the rest and these, and an image is due. */
  change(...keys: string[]): void {
    this.#sequence++;
    for (const key of ["rest", ...keys]) this.changed.set(key, this.#sequence);
    this.#writer.consider(this.#sequence, { sequence: this.#sequence, offset: 0 }, 1);
  }

  /** The image is copied to its end and stands: its slabs, each with its stamp. */
  async image(): Promise<Record<string, [number, string]>> {
    while (this.#turns.length > 0) this.#turns.shift()?.();
    this.#writer.acknowledged(this.#sequence);
    await this.#clock.advance(10);
    const images = new ImageStore(this.#store, SHARD, "reader");
    const slabs: Record<string, [number, string]> = {};
    for (const entry of (await images.manifest())?.slabs ?? []) {
      slabs[entry.key] = [Number(entry.stamp), new TextDecoder().decode(await images.slab(entry))];
    }
    return slabs;
  }

  #changedAt(key: string): number {
    const changed = this.changed.get(key);
    if (changed === undefined) throw new Error(`there is no slab ${key}`);
    return changed;
  }
}

test("S19, S20: a slab that is gone when its turn comes is left out, and what tells so is copied behind it", async () => {
  const place = new Place();
  place.change("a", "b");
  place.changed.delete("b");
  place.change("c");
  expect(await place.image()).toEqual({ a: [1, "a at 1"], rest: [2, "rest at 2"] });
  expect(place.warnings).toEqual([]);
});

test("S19, S20: so is one that stands in the image before", async () => {
  const place = new Place();
  place.change("a", "b");
  expect(await place.image()).toMatchObject({ b: [1, "b at 1"] });
  place.change("a", "b");
  place.changed.delete("b");
  place.change();
  expect(await place.image()).toEqual({ a: [2, "a at 2"], rest: [3, "rest at 3"] });
  place.change("b");
  expect(await place.image()).toEqual({ a: [4, "a at 2"], b: [4, "b at 4"], rest: [4, "rest at 4"] });
  expect(place.warnings).toEqual([]);
});

test("S20: a slab that is not in the image has come up behind the image's lowest stamp", async () => {
  const place = new Place();
  place.change("a");
  place.change("b");
  expect(await place.image()).toEqual({ a: [1, "a at 1"], rest: [2, "rest at 2"] });
});
