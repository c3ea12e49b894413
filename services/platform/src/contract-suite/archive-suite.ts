import { beforeEach, describe, expect, test } from "vitest";
import type { Archive } from "../ports/archive.ts";

/** Every promise of the archive port. `open` gives an empty one. */
export function archiveSuite(name: string, open: () => Promise<Archive>): void {
  describe(`archive port: ${name}`, () => {
    let archive: Archive;
    beforeEach(async () => {
      archive = await open();
    });

    test("an object comes back as it was kept, from 1 byte to millions", async () => {
      for (const size of [1, 1_000, 6_000_000]) {
        expect(await archive.create(`objects/of-${size}`, content(size, size))).toBe(true);
        const read = await archive.read(`objects/of-${size}`);
        expect(read?.length).toBe(size);
        expect(Buffer.compare(read!, content(size, size))).toBe(0);
      }
      expect(await archive.read("objects/of-2")).toBeUndefined();
      expect(await archive.read("objects")).toBeUndefined();
    });

    test("I22 what stands is never replaced; keeping the same again says that it stands", async () => {
      expect(await archive.create("a/1", content(1, 10))).toBe(true);
      expect(await archive.create("a/1", content(1, 10))).toBe(true);
      expect(await archive.create("a/1", content(2, 10))).toBe(false);
      expect(await archive.create("a/1", content(1, 11))).toBe(false);
      expect(await archive.read("a/1")).toEqual(content(1, 10));
    });

    test("of several at once under one name one stands, and only it is told so", async () => {
      const told = await Promise.all(
        Array.from({ length: 8 }, (_, index) => archive.create("a/1", content(index, 50))),
      );
      expect(told.filter(Boolean)).toHaveLength(1);
      expect(await archive.read("a/1")).toEqual(content(told.indexOf(true), 50));
    });

    test("names are listed in order, by their beginning, in pages", async () => {
      const names = ["a/10", "a/2", "a/2.x", "a/b/c", "b", "A/1", "a/B"];
      for (const each of names) await archive.create(each, content(1, 1));
      const below = names.filter((each) => each.startsWith("a/")).sort();
      expect(await archive.list({ prefix: "", limit: 100 })).toEqual([...names].sort());
      expect(await archive.list({ prefix: "a/", limit: 100 })).toEqual(below);
      expect(await archive.list({ prefix: "a/2", limit: 100 })).toEqual(["a/2", "a/2.x"]);
      expect(await archive.list({ prefix: "c", limit: 100 })).toEqual([]);
      const paged: string[] = [];
      for (let page = await archive.list({ prefix: "a/", limit: 2 }); page.length > 0; ) {
        expect(page.length).toBeLessThanOrEqual(2);
        paged.push(...page);
        page = await archive.list({ prefix: "a/", after: paged.at(-1), limit: 2 });
      }
      expect(paged).toEqual(below);
    });

    test.each(["", "/a", "a/", "a//b", ".a", "a/../b", "a/.b", "a b", "ü", "x".repeat(501)])(
      "%j is no name",
      async (each) => {
        await expect(archive.create(each, content(1, 1))).rejects.toThrow(RangeError);
        await expect(archive.read(each)).rejects.toThrow(RangeError);
      },
    );

    test("an object without bytes is a RangeError", async () => {
      await expect(archive.create("a/1", new Uint8Array(0))).rejects.toThrow(RangeError);
    });
  });
}

function content(seed: number, size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, index) => seed * 31 + index * 7 + (index >>> 8));
}
