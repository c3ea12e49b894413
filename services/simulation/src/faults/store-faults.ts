import type { StoreFault } from "@atlas/platform/memory/memory-store";
import type { Knob, Reach } from "./knob.ts";

/** What a store does. */
export const storeFaults: readonly Knob[] = [
  {
    name: "the store refuses, forgets to answer, is slow",
    cases: ["F6"],
    bring({ platform: { world }, roll, later }) {
      const often = 1 + roll(4);
      world.storeFault = () => (roll.onceIn(often) ? storeFault(roll) : undefined);
      later(300 + roll(4_000), () => {
        world.storeFault = () => undefined;
      });
    },
  },
  {
    name: "the store is away",
    cases: ["F6"],
    bring({ platform: { world }, roll, later }) {
      world.storeFault = () => ({ kind: "refused" });
      later(300 + roll(6_000), () => {
        world.storeFault = () => undefined;
      });
    },
  },
  {
    name: "an image cannot be read",
    cases: ["F14"],
    bring({ platform: { world }, roll, later }) {
      const often = 1 + roll(3);
      world.storeFault = ({ table, key = "" }) =>
        table === "atlas_shards" && isOfImage(key) && roll.onceIn(often) ? { kind: "damaged" } : undefined;
      later(500 + roll(2_000), () => {
        world.storeFault = () => undefined;
      });
    },
  },
];

/** A manifest or a chunk, not where outputs or the store stand. */
function isOfImage(key: string): boolean {
  return !key.endsWith("/outputs") && !key.endsWith("/store");
}

function storeFault(roll: Reach["roll"]): StoreFault {
  const milliseconds = 1 + roll(800);
  if (roll.onceIn(3)) return { kind: roll.pick(["done-late", "delayed"] as const), milliseconds };
  if (roll.onceIn(3)) return { kind: "cut-short", done: roll(20) };
  return { kind: roll.pick(["refused", "answer-lost"] as const) };
}
