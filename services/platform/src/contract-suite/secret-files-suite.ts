import { describe, expect, test } from "vitest";
import type { SecretFiles } from "../ports/secret-files.ts";

/** What every adapter of `SecretFiles` promises. `open` gives an empty one, or the same again. */
export function secretFilesSuite(name: string, open: () => SecretFiles): void {
  describe(`secret files: ${name}`, () => {
    test("hold what was kept, and nothing else", async () => {
      const files = open();
      expect(await files.read("a.key")).toBeUndefined();
      expect(await files.create("a.key", "secret é")).toBe(true);
      expect(await files.read("a.key")).toBe("secret é");
      expect(await files.read("b.key")).toBeUndefined();
    });

    test("are never changed", async () => {
      const files = open();
      await files.create("a.key", "first");
      expect(await files.create("a.key", "second")).toBe(false);
      expect(await files.read("a.key")).toBe("first");
    });

    test("are made by one of two at once", async () => {
      const files = open();
      const made = await Promise.all([files.create("a.key", "one"), files.create("a.key", "two")]);
      expect(made.filter(Boolean)).toHaveLength(1);
      expect(await files.read("a.key")).toBe(made[0] ? "one" : "two");
    });
  });
}
