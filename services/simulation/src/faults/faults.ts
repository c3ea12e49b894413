import type { Dice } from "@atlas/assembly/simulated/dice";
import type { MemoryPlatform } from "@atlas/assembly/simulated/memory-platform";
import { archiveFaults } from "./archive-faults.ts";
import { clientFaults } from "./client-faults.ts";
import { clockFaults } from "./clock-faults.ts";
import type { Clientele, Knob, Reach } from "./knob.ts";
import { linkFaults } from "./link-faults.ts";
import { logFaults } from "./log-faults.ts";
import { moveFaults } from "./move-faults.ts";
import { networkFaults } from "./network-faults.ts";
import { processFaults } from "./process-faults.ts";
import { readerFaults } from "./reader-faults.ts";
import { reportFaults } from "./report-faults.ts";
import { storeFaults } from "./store-faults.ts";

/** What can befall any platform. */
export const usualKnobs: readonly Knob[] = [
  ...processFaults,
  ...logFaults,
  ...storeFaults,
  ...networkFaults,
  ...clockFaults,
  ...reportFaults,
  ...clientFaults,
  ...archiveFaults,
  ...readerFaults,
  ...linkFaults,
];

/** Every fault there is. */
export const knobs: readonly Knob[] = [...usualKnobs, ...moveFaults];

/** Knobs of some of QUALITY's cases. */
export function knobsOf(cases: readonly string[]): Knob[] {
  return knobs.filter((knob) => knob.cases.some((one) => cases.includes(one)));
}

/** Lets faults of some kinds befall a platform, one after the other, by a seed. */
export class Faults {
  /** How often each came, by name. */
  readonly counts = new Map<string, number>();
  readonly #reach: Reach;
  readonly #knobs: readonly Knob[];
  #isOver = false;

  constructor(platform: MemoryPlatform, clients: Clientele, roll: Dice, some: readonly Knob[]) {
    this.#knobs = some;
    const later = (milliseconds: number, action: () => void) => void platform.clock.after(milliseconds, action);
    this.#reach = { platform, clients, roll, later, isOver: () => this.#isOver };
  }

  /** One of them befalls it, now; answers its name. */
  bring(): string | undefined {
    const knob = this.#isOver ? undefined : this.#reach.roll.pick(this.#knobs);
    if (knob === undefined) return undefined;
    this.counts.set(knob.name, (this.counts.get(knob.name) ?? 0) + 1);
    knob.bring(this.#reach);
    return knob.name;
  }

  /** Heals everything, for good: who is paused goes on, who is to die is spared, who read slowly reads. */
  heal(): void {
    const { platform, clients } = this.#reach;
    const { gateways, archivers, world } = platform;
    this.#isOver = true;
    world.heal();
    world.thawWall();
    for (const reader of [...clients.screens, ...clients.sessions]) reader.wake();
    for (const { process } of [...platform.living(), ...gateways, ...archivers]) {
      process.spare();
      process.wallOffset = 0;
      process.tailLag = 0;
      process.resume();
    }
  }
}
