import type { Knob } from "./knob.ts";

/** Wall clocks: everybody's, or one process's. */
export const clockFaults: readonly Knob[] = [
  {
    name: "everybody's clock jumps",
    cases: ["F17"],
    bring({ platform, roll }) {
      platform.world.clock.shiftWall(roll.pick([-3_600_000, -2_000, 2_000, 3_600_000]));
    },
  },
  {
    name: "a day passes while the store is behind",
    cases: ["F6", "F7", "F17"],
    bring({ platform: { world }, roll, later }) {
      world.storeFault = ({ operation }) => (operation === "putAll" ? { kind: "refused" } : undefined);
      later(1_000 + roll(10_000), () => world.clock.shiftWall(86_400_000));
      later(12_000 + roll(5_000), () => {
        world.storeFault = () => undefined;
      });
    },
  },
  {
    name: "everybody's clock stands still",
    cases: ["F17"],
    bring({ platform: { world }, roll, later }) {
      world.freezeWall();
      later(500 + roll(4_000), () => world.thawWall());
    },
  },
  {
    name: "one process's clock is off",
    cases: ["F17"],
    bring({ platform, roll, later }) {
      const one = roll.pick([...platform.living(), ...platform.gateways])?.process;
      if (one === undefined) return;
      one.wallOffset = roll.pick([-3_600_000, -4_000, -500, 500, 4_000, 3_600_000]);
      later(1_000 + roll(20_000), () => {
        one.wallOffset = 0;
      });
    },
  },
];
