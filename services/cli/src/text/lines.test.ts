import { expect, test } from "vitest";
import { linesOf } from "./lines.ts";

async function lines(...chunks: readonly (string | Uint8Array)[]): Promise<string[]> {
  async function* source() {
    for (const chunk of chunks) yield typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk;
  }
  const found: string[] = [];
  for await (const some of linesOf(source())) found.push(...some);
  return found;
}

test("lines come whole, however the text is cut, with or without an end", async () => {
  expect(await lines("a\nb", "c\r\n", "", "d")).toEqual(["a", "bc", "d"]);
  const euro = new TextEncoder().encode("€\n");
  expect(await lines(euro.slice(0, 1), euro.slice(1))).toEqual(["€"]);
  expect(await lines()).toEqual([]);
});
