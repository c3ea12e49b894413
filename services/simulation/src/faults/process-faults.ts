import type { GatewayProcess, Holding, OwnerProcess } from "@atlas/assembly/simulated/memory-platform";
import { STORE } from "@atlas/assembly/simulated/simulated-process";
import type { Knob, Reach } from "./knob.ts";

/** Of one holding at once: a process that died twice over, by two faults, is not followed by two. */
const MOST_OWNERS = 3;
const MOST_GATEWAYS = 3;
/** Calls of the log and the store within which a process dies that dies at one of them. */
const DYING_CALLS = 200;

/** Processes that die, are paused, and do not know of each other. */
export const processFaults: readonly Knob[] = [
  {
    name: "an owner is killed",
    cases: ["F5", "F14"],
    bring(reach) {
      const owner = ownerOf(reach);
      owner?.process.kill();
      reach.later(reach.roll.pick([0, 0, 300, 2_000]), () => startOwner(reach, owner?.holding));
    },
  },
  {
    name: "an owner is killed at an await",
    cases: ["F5", "F14"],
    bring(reach) {
      const owner = ownerOf(reach);
      owner?.process.killAt(1 + reach.roll(DYING_CALLS), reach.roll.onceIn(2));
      owner?.process.onDeath(() => reach.later(reach.roll.pick([0, 300]), () => startOwner(reach, owner.holding)));
    },
  },
  {
    name: "another owner starts",
    cases: ["F11"],
    bring(reach) {
      const holding = holdingOf(reach);
      const [eldest] = reach.platform.livingWith(holding);
      startOwner(reach, holding);
      // Whose lease has lapsed notices at last, now and then after minutes.
      const unaware = reach.roll(44_000);
      reach.later(5_000 + (unaware < 40_000 ? unaware : 40 * (unaware - 40_000)), () => {
        if (reach.platform.livingWith(holding).length > 1) eldest?.process.kill();
      });
    },
  },
  {
    name: "a hot standby takes over",
    cases: ["F5", "F10", "F11"],
    bring(reach) {
      reach.platform
        .beginStandby(holdingOf(reach))
        .then((standby) => standBy(reach, standby, 1 + reach.roll(20)))
        .catch(() => undefined);
    },
  },
  {
    name: "who is behind writes the images, and dies",
    cases: ["F5", "F8", "F11", "F14"],
    bring(reach) {
      const holding = holdingOf(reach);
      if (reach.platform.livingWith(holding).length < 2) startOwner(reach, holding);
      reach.later(1_000, () => lagAndDie(reach, holding));
    },
  },
  {
    name: "an owner is paused",
    cases: ["F10"],
    bring(reach) {
      const owner = ownerOf(reach);
      owner?.process.pause();
      reach.later(reach.roll.pick([200, 2_000, 20_000]), () => owner?.process.resume());
    },
  },
  {
    name: "a gateway is killed",
    cases: ["F4"],
    bring(reach) {
      gatewayOf(reach)?.process.kill();
      startGateway(reach);
    },
  },
  {
    name: "a gateway is killed at an await",
    cases: ["F4"],
    bring(reach) {
      const process = gatewayOf(reach)?.process;
      process?.killAt(1 + reach.roll(DYING_CALLS), reach.roll.onceIn(2));
      process?.onDeath(() => startGateway(reach));
    },
  },
  {
    name: "a gateway is paused",
    cases: ["F10"],
    bring(reach) {
      const gateway = gatewayOf(reach);
      gateway?.process.pause();
      reach.later(reach.roll.pick([200, 3_000, 8_000]), () => gateway?.process.resume());
    },
  },
];

/**
 * The eldest hears of everything late, and the others' way to the store is clogged: the newest image and all positions are the
 * late one's, with much on the log that it has not read. Then it dies, and whoever recovers has to look before its place (S20).
 */
function lagAndDie(reach: Reach, holding: Holding): void {
  const { platform, roll, later, isOver } = reach;
  const { network } = platform.world;
  const [eldest, ...others] = platform.livingWith(holding);
  if (isOver() || eldest === undefined || others.length === 0 || eldest.process.tailLag > 0) return;
  eldest.process.tailLag = 2_000 + roll(4_000);
  for (const { process } of others) network.clog(process.name, STORE);
  later(4_000 + roll(8_000), () => {
    eldest.process.tailLag = 0;
    if (!isOver() && eldest.process.state !== "DEAD") {
      eldest.process.kill();
      startOwner(reach, holding);
    }
    later(3_000, () => {
      for (const { process } of others) network.clear(process.name, STORE);
    });
  });
}

/**
 * Looks every second whether it is where the owners are, so many times; then somebody dies, or all go on unaware of it, and it takes
 * over. Where it cannot, one that recovers does.
 */
function standBy(reach: Reach, standby: OwnerProcess, seconds: number): void {
  const { platform, roll, later, isOver } = reach;
  later(1_000, () => {
    if (isOver() || standby.process.state === "DEAD") return standby.process.kill();
    void platform.keepUp(standby).catch(() => undefined);
    if (seconds > 0) return standBy(reach, standby, seconds - 1);
    const owners = platform.livingWith(standby.holding);
    if (roll.onceIn(2)) for (const { process } of owners) process.kill();
    else roll.pick(owners)?.process.kill();
    platform.serve(standby).catch(() => startOwner(reach, standby.holding));
  });
}

function ownerOf({ platform, roll }: Reach): OwnerProcess | undefined {
  return roll.pick(platform.living());
}

function gatewayOf({ platform, roll }: Reach): GatewayProcess | undefined {
  return roll.pick(platform.livingGateways());
}

/** Tries until one starts or is not needed any more: what it needs may be away. */
export function startOwner(reach: Reach, holding: Holding = holdingOf(reach)): void {
  const { platform, later } = reach;
  if (platform.livingWith(holding).length >= MOST_OWNERS) return;
  platform.beginOwner(undefined, holding).catch(() => later(200, () => startOwner(reach, holding)));
}

/** Which shards a fault concerns; no dice are thrown where one process has all. */
function holdingOf({ platform: { holdings }, roll }: Reach): Holding {
  const [whole] = holdings;
  return whole !== undefined && holdings.length === 1 ? whole : roll.pick(holdings);
}

/** Every other one asks whichever owner comes first, not the newest: one that is behind, for instance. */
function startGateway(reach: Reach): void {
  const { platform, roll } = reach;
  if (platform.livingGateways().length >= MOST_GATEWAYS) return;
  const anybody = roll.onceIn(2) ? (shard: string) => roll.pick(platform.ownersOf(shard)) : undefined;
  platform.beginGateway(anybody).catch(() => reach.later(200, () => startGateway(reach)));
}
