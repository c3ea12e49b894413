import { LOG, STORE } from "@atlas/assembly/simulated/simulated-process";
import type { Knob, Reach } from "./knob.ts";

/** Ways between processes, each clogged in one direction and cleared after a while of its own. */
export const networkFaults: readonly Knob[] = [
  {
    name: "a way is clogged one way",
    cases: ["F15"],
    bring(reach) {
      const [from, to] = someWay(reach);
      const { network } = reach.platform.world;
      network.clog(from, to);
      reach.later(200 + reach.roll(reach.roll.onceIn(4) ? 15_000 : 3_000), () => network.clear(from, to));
    },
  },
  {
    name: "connections are clogged one by one",
    cases: ["F15"],
    bring(reach) {
      const { network } = reach.platform.world;
      for (let count = 2 + reach.roll(6); count > 0; count--) {
        const [from, to] = someWay(reach);
        reach.later(reach.roll(1_000), () => {
          if (!reach.isOver()) network.clog(from, to);
        });
        reach.later(1_000 + reach.roll(4_000), () => network.clear(from, to));
      }
    },
  },
];

function someWay({ platform, roll }: Reach): [from: string, to: string] {
  const owners = platform.living().map(({ process }) => process.name);
  const gateways = platform.livingGateways().map(({ process }) => process.name);
  const one = roll.pick([...owners, ...gateways]) ?? LOG;
  const other = gateways.includes(one) ? roll.pick([LOG, STORE, ...owners]) : roll.pick([LOG, STORE, ...gateways]);
  return roll.onceIn(2) ? [one, other] : [other, one];
}
