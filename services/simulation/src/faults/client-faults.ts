import type { Knob } from "./knob.ts";

/** What befalls who uses the platform. */
export const clientFaults: readonly Knob[] = [
  {
    name: "a client dies with an id that it has kept",
    cases: ["F3"],
    bring({ clients, roll }) {
      // The longest is more than a shard remembers ids for (S18).
      roll.pick(clients.traders)?.die(roll.pick([500, 5_000, 20_000, 400_000]));
    },
  },
];
