import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

type Text = typeof import("./runtime/text.ts");

const TEXTS = [
  "",
  "a",
  "0123456789abcdef",
  "an id of more than twenty characters",
  "é",
  "ends with é",
  "€ begins, with more than twenty characters behind",
  "pair 😀 of surrogates",
  "x".repeat(300),
  "ł".repeat(300),
];
const utf8 = new TextEncoder();

describe.each([
  ["in Node", () => undefined],
  ["where there is no Buffer", () => void vi.stubGlobal("Buffer", undefined)],
])("text %s", (_where, prepare) => {
  let text: Text;

  beforeEach(async () => {
    prepare();
    vi.resetModules();
    text = await import("./runtime/text.ts");
  });

  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test("is written as TextEncoder writes it, and nothing around it", () => {
    for (const one of [...TEXTS, "a lone \ud800 surrogate", "\udc00"]) {
      const expected = utf8.encode(one);
      const length = text.utf8Length(one);
      expect(length, one).toBe(expected.length);
      const bytes = new Uint8Array(length + 4).fill(7);
      text.writeText(one, bytes, 2, length);
      expect([...bytes], one).toEqual([7, 7, ...expected, 7, 7]);
    }
  });

  test("is read as it was written", () => {
    for (const one of TEXTS) {
      const bytes = Uint8Array.from([7, ...utf8.encode(one), 7]);
      expect(text.textOf(bytes, 1, bytes.length - 1)).toBe(one);
    }
  });

  test("that is no UTF-8 is refused", () => {
    for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [...utf8.encode("x".repeat(40)), 0x80]])
      expect(() => text.textOf(Uint8Array.from(bytes), 0, bytes.length)).toThrow("not UTF-8");
  });
});
