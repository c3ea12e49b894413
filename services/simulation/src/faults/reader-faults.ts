import type { Knob, Reach, Reader } from "./knob.ts";

/** Whoever is told things by a stream does not take them in time. */
export const readerFaults: readonly Knob[] = [
  {
    name: "a reader reads nothing for a while",
    cases: ["F22"],
    bring(reach) {
      const milliseconds = reach.roll.pick([2_500, 20_000, 90_000]);
      readerOf(reach)?.readSlowly(milliseconds, milliseconds);
    },
  },
  {
    name: "a reader reads slowly",
    cases: ["F22"],
    bring(reach) {
      readerOf(reach)?.readSlowly(10_000 + reach.roll(60_000), 200 + reach.roll(2_500));
    },
  },
];

/** There are more screens than sessions. */
function readerOf({ clients, roll }: Reach): Reader | undefined {
  return roll.pick(roll.onceIn(3) ? clients.sessions : clients.screens);
}
