import { expect, test } from "vitest";
import { LEAST, PRESETS } from "./presets.ts";
import { type Box, GAP, type Least, type Placing, place, type Split } from "./split.ts";

const SPLIT: Split<"left" | "upper" | "lower"> = {
  axis: "columns",
  parts: [
    { name: "left", holds: "left", usual: 200 },
    {
      name: "right",
      holds: {
        axis: "rows",
        parts: [
          { name: "upper", holds: "upper" },
          { name: "lower", holds: "lower", usual: 0.25 },
        ],
      },
    },
  ],
};
const SMALLEST: Least<"left" | "upper" | "lower"> = {
  left: { width: 100, height: 50 },
  upper: { width: 300, height: 50 },
  lower: { width: 150, height: 60 },
};

function boxOf(width: number, height: number): Box {
  return { left: 0, top: 0, width, height };
}

/** `left top width height` of each area. */
function printed(placing: Placing<string>): Record<string, string> {
  return Object.fromEntries(
    [...placing.areas].map(([area, { left, top, width, height }]) => [area, `${left} ${top} ${width} ${height}`]),
  );
}

test("parts have their usual lengths, and one takes what is left", () => {
  expect(printed(place(SPLIT, boxOf(1005, 405), {}, SMALLEST))).toEqual({
    left: "0 0 200 405",
    upper: "205 0 800 300",
    lower: "205 305 800 100",
  });
});

test("a separator moves as far as both its neighbours can, and moves nothing else", () => {
  const [column, row] = place(SPLIT, boxOf(1005, 405), {}, SMALLEST).separators;
  expect([column?.id, column?.now, column?.least, column?.most]).toEqual(["left|right", 200, 100, 700]);
  expect(column?.moved(5_000)).toEqual({ left: 700 });
  expect(column?.moved(5)).toEqual({ left: 100 });
  expect([row?.id, row?.now, row?.least, row?.most]).toEqual(["upper|lower", 300, 50, 340]);
  // What is kept is the length of the part that has one, here the one behind the separator.
  expect(row?.moved(310)).toEqual({ lower: 90 });
  expect(place(SPLIT, boxOf(1005, 405), { lower: 90, left: 120 }, SMALLEST).separators[0]?.restored()).toEqual({
    lower: 90,
  });
});

test("a smaller window takes from the parts that have something to give", () => {
  const sizes = { left: 700 };
  expect(printed(place(SPLIT, boxOf(705, 405), sizes, SMALLEST)).left).toBe("0 0 400 405");
  expect(printed(place(SPLIT, boxOf(405, 405), sizes, SMALLEST)).left).toBe("0 0 100 405");
  // Too small for all: each gets its share.
  expect(printed(place(SPLIT, boxOf(205, 405), sizes, SMALLEST))).toMatchObject({
    left: "0 0 50 405",
    upper: "55 0 150 300",
  });
});

test("at every size from a small window to a large one the presets fill it without a gap or an overlap", () => {
  for (const { split } of Object.values(PRESETS)) {
    for (const [width, height] of [
      [901, 400],
      [1272, 640],
      [1912, 1000],
      [3832, 2060],
    ] as const) {
      const { areas, separators } = place(split, boxOf(width, height), {}, LEAST);
      const covered = [...areas.values(), ...separators.map(({ box }) => box)];
      expect(covered.reduce((total, box) => total + box.width * box.height, 0)).toBe(width * height);
      for (const { now, least, most } of separators) expect(least <= now && now <= most).toBe(true);
      for (const { box } of separators) expect(Math.min(box.width, box.height)).toBe(GAP);
    }
  }
});
