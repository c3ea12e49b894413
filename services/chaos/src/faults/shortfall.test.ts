import { expect, test } from "vitest";
import type { FaultKind } from "./fault.ts";
import { shortfall } from "./shortfall.ts";

const ALL: readonly FaultKind[] = ["kill", "pause", "broker killed", "store restarted", "archive refuses"];
const came = (kinds: readonly FaultKind[], kills = 15) =>
  new Map(kinds.map((kind) => [kind, kind === "kill" ? kills : 1]));

test("a run in which every promised fault came, and kills enough, shows what it should", () => {
  expect(shortfall(came(ALL), 3, true)).toEqual([]);
});

test.each(ALL.filter((kind) => kind !== "kill"))("a run of three minutes without '%s' is told", (kind) => {
  const others = came(ALL.filter((one) => one !== kind));
  expect(shortfall(others, 3, true)).toEqual([`nothing is shown of '${kind}': it never came`]);
  expect(shortfall(others, 2, true)).toEqual([]);
});

test("too few kills are told, however short the run is", () => {
  expect(shortfall(came(["kill"], 4), 1, true)).toEqual(["4 kills show too little: 5 are due"]);
  expect(shortfall(came(ALL, 14), 3, true)).toEqual(["14 kills show too little: 15 are due"]);
});

test("a store that is kept up is paused instead, which has to come too", () => {
  const others = ALL.filter((kind) => kind !== "store restarted");
  expect(shortfall(came([...others, "store paused"]), 3, false)).toEqual([]);
  expect(shortfall(came(others), 3, false)).toEqual(["nothing is shown of 'store paused': it never came"]);
});
