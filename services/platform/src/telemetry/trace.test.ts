import { expect, test } from "vitest";
import { parseTraceparent, traceparentOf } from "./trace.ts";

const ID = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";

test.each([
  ["sampled", "01", "01"],
  ["not sampled", "00", "00"],
  ["sampled, by a random id (level 2)", "03", "03"],
  ["flags that mean nothing yet are sent on as zero", "fd", "01"],
])("a header is taken: %s", (_name, flags, taken) => {
  const trace = parseTraceparent(`00-${ID}-${SPAN}-${flags}`);
  expect(trace).toEqual({ traceId: ID, spanId: SPAN, flags: taken });
  expect(trace && traceparentOf(trace)).toBe(`00-${ID}-${SPAN}-${taken}`);
});

test.each<[string, unknown]>([
  ["absent", undefined],
  ["several, as node hands over a header that came twice and may", [`00-${ID}-${SPAN}-01`, `00-${ID}-${SPAN}-01`]],
  ["several, joined", `00-${ID}-${SPAN}-01, 00-${ID}-${SPAN}-01`],
  ["empty", ""],
  ["another version", `01-${ID}-${SPAN}-01`],
  ["no version", `ff-${ID}-${SPAN}-01`],
  ["capitals", `00-${ID.toUpperCase()}-${SPAN}-01`],
  ["a trace id of zeros", `00-${"0".repeat(32)}-${SPAN}-01`],
  ["a span id of zeros", `00-${ID}-${"0".repeat(16)}-01`],
  ["a digit too few", `00-${ID.slice(1)}-${SPAN}-01`],
  ["a digit too many", `00-${ID}-${SPAN}-011`],
  ["no hexadecimal", `00-${ID.replace("4", "g")}-${SPAN}-01`],
  ["something behind it", `00-${ID}-${SPAN}-01-extra`],
  ["a line behind it", `00-${ID}-${SPAN}-01\n`],
  ["something before it", ` 00-${ID}-${SPAN}-01`],
  ["a line of a log", `x","level":"error","msg":"the platform burns`],
])("a header counts as absent: %s", (_name, header) => {
  expect(parseTraceparent(header)).toBeUndefined();
});
