import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { orderStateDiagram } from "./state-diagram.ts";

const BEGIN = "<!-- order states: generated -->\n";
const END = "<!-- end of order states -->";

test("ARCHITECTURE.md shows the table of order states as it is", () => {
  const text = readFileSync(new URL("../../../../ARCHITECTURE.md", import.meta.url), "utf8");
  const shown = text.slice(text.indexOf(BEGIN) + BEGIN.length, text.indexOf(END));
  expect(shown).toBe(`\`\`\`mermaid\n${orderStateDiagram()}\`\`\`\n`);
});
