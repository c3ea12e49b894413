import type { LeasedProcess } from "@atlas/assembly/simulated/leased-process";
import { LONGEST_RECOVERY } from "@atlas/assembly/simulated/named-shards";
import { STORE } from "@atlas/assembly/simulated/simulated-process";
import { befallStore } from "./lease-faults.ts";
import type { LeaseWorld } from "./lease-world.ts";

/** Milliseconds between two looks at who serves what. */
const STEP = 50;
/** Milliseconds until the shards of who is dead are owned again; where each is kept hot, too (S21). */
const OWNED_AGAIN = 6_000;
const OWNED_AGAIN_HOT = 2_000;
/** Until somebody has seen that a lease is free, or that it has moved. */
const NOTICED = 1_250;
/** Until who was refused follows again. */
const AGAIN = 250;
/** Calls of the store behind each other until a shard that was missed is owned. */
const CALLS = 5;
/** Milliseconds that a store takes at most which is not slow. */
const PROMPT = 50;
/** Of a pause that costs a process everything. */
const LONG_PAUSE = 20_000;

/** Of one that others hardly notice. */
const SHORT_PAUSE = 1_200;
const NOTHING: Bounds = { own: 0, others: 0 };

/** One thing that happens to a process of a platform that is whole, and for how long each shard may be without service by it. */
export interface LeaseMove {
  readonly name: string;
  /** Answers for how many milliseconds shards of the process that it befell may be missed, and those of the others. */
  readonly make: (leases: LeaseWorld, member: LeasedProcess, slow: number) => Bounds;
}

interface Bounds {
  readonly own: number;
  readonly others: number;
  /** It cannot know where shards have gone. */
  readonly cutOff?: LeasedProcess;
}

/** Shards may move afterwards, for there are more processes or fewer: each is served where it was until another has its lease. */
const MOVED = LONGEST_RECOVERY + NOTICED;

export const leaseMoves: readonly LeaseMove[] = [
  {
    name: "one is killed",
    make(leases, member, slow) {
      // Who looks at long intervals cannot tell the silence of a beat from its own.
      const own = slow <= PROMPT && isAllHot(leases, member) ? OWNED_AGAIN_HOT : OWNED_AGAIN + LONGEST_RECOVERY;
      member.process.kill();
      return { own, others: MOVED };
    },
  },
  {
    name: "one stands still",
    make({ world }, member) {
      member.pause();
      world.clock.after(LONG_PAUSE, () => member.process.resume());
      return { own: OWNED_AGAIN + LONGEST_RECOVERY, others: MOVED };
    },
  },
  {
    name: "one ends in order",
    make(_, member) {
      void member.stop();
      return { own: MOVED, others: MOVED };
    },
  },
  {
    name: "one lacks an engine version",
    make(_, member) {
      member.resign();
      return { own: MOVED, others: MOVED };
    },
  },
  {
    name: "nothing befalls anyone",
    // Of a slow store a hot standby may take a beat for missing: then a shard moves, and comes back.
    make: (_, __, slow) => (slow <= PROMPT ? NOTHING : { own: MOVED, others: MOVED }),
  },
  {
    // What is owned goes on (F6).
    name: "the store goes away",
    make({ world }) {
      world.store.setDown(true);
      world.clock.after(LONG_PAUSE, () => world.store.setDown(false));
      return NOTHING;
    },
  },
  {
    name: "the store takes no writes",
    make(leases) {
      befallStore(leases, ({ operation }) => (operation === "query" ? undefined : { kind: "refused" }));
      leases.world.clock.after(LONG_PAUSE, () => befallStore(leases));
      return { own: MOVED, others: MOVED };
    },
  },
  {
    name: "one does not reach the store",
    make({ world: { clock, network } }, member) {
      const { name } = member.process;
      network.clog(name, STORE);
      clock.after(LONG_PAUSE, () => network.clear(name, STORE));
      return { own: MOVED, others: MOVED, cutOff: member };
    },
  },
  {
    name: "one does not hear the store",
    make({ world: { clock, network } }, member) {
      const { name } = member.process;
      network.clog(STORE, name);
      clock.after(LONG_PAUSE, () => network.clear(STORE, name));
      return { own: MOVED, others: MOVED, cutOff: member };
    },
  },
  {
    name: "one stands still for a moment",
    make({ world }, member) {
      member.pause();
      world.clock.after(SHORT_PAUSE, () => member.process.resume());
      return { own: SHORT_PAUSE + MOVED, others: MOVED };
    },
  },
  {
    name: "one comes",
    make(leases) {
      leases.start(leases.missing.shift() ?? { roles: [...leases.shards.keys()], standby: 0 });
      return { own: MOVED, others: MOVED };
    },
  },
];

interface Watch {
  readonly milliseconds: number;
  /** The store takes up to so many milliseconds for each call meanwhile. */
  readonly slow: number;
}

/**
 * Lets it happen on a platform that is whole and looks on: for how long was each shard without service, not counting while it was being
 * ended, and does every gateway follow who serves it?
 */
export async function watchMove(
  leases: LeaseWorld,
  move: LeaseMove,
  member: LeasedProcess,
  { milliseconds, slow }: Watch,
): Promise<Bounds> {
  const { world, roll } = leases;
  const shards = [...leases.shards.values()].flat();
  const own = new Set(member.keeper.held);
  leases.note(`all is well, calls of the store take up to ${slow} ms, and ${move.name}: ${member.process.name}`);
  if (slow > 0) befallStore(leases, () => ({ kind: "delayed", milliseconds: roll(slow) }));
  const bounds = move.make(leases, member, slow);
  const watched = shards.map((shard) => {
    const bound = own.has(shard) ? bounds.own : bounds.others;
    const most = { missed: bound === 0 ? 0 : bound + CALLS * slow, unheard: MOVED + AGAIN + CALLS * slow };
    return new WatchedShard(leases, shard, most, bounds.cutOff);
  });
  for (let end = leases.now + milliseconds; leases.now < end; ) {
    await world.clock.advance(STEP);
    for (const one of watched) one.look(move.name);
  }
  befallStore(leases);
  return bounds;
}

class WatchedShard {
  readonly #leases: LeaseWorld;
  readonly #shard: string;
  /** Milliseconds for which it may not be served, and for which a gateway may not hear of it though it is. */
  readonly #most: { readonly missed: number; readonly unheard: number };
  readonly #cutOff: LeasedProcess | undefined;
  /** Milliseconds for which nobody has served it. */
  #missed = 0;
  /** By gateway: for how long it has not heard of it, though it is served. */
  readonly #unheard = new Map<LeasedProcess, number>();

  constructor(
    leases: LeaseWorld,
    shard: string,
    most: { readonly missed: number; readonly unheard: number },
    cutOff: LeasedProcess | undefined,
  ) {
    this.#leases = leases;
    this.#shard = shard;
    this.#most = most;
    this.#cutOff = cutOff;
  }

  /** `STEP` behind the last look. */
  look(move: string): void {
    const { violations, members } = this.#leases;
    const servers = this.#leases.servers(this.#shard);
    const isEnding = [...members].some((one) => one.isRunning && one.shards.isEnding(this.#shard));
    this.#missed = servers.length > 0 || isEnding ? 0 : this.#missed + STEP;
    const isInTime = this.#missed <= this.#most.missed;
    violations.check("S21", isInTime, () => `${move}: ${this.#shard} was not served for ${this.#missed} ms`);
    for (const server of servers) server.shards.tell(this.#shard);
    for (const member of members) {
      if (!member.isGateway || member.isStopping || member === this.#cutOff) continue;
      const isUnheard = servers.length > 0 && member.isRunning && !this.#hears(member);
      const unheard = isUnheard ? (this.#unheard.get(member) ?? 0) + STEP : 0;
      this.#unheard.set(member, unheard);
      const told = () => `${move}: ${member.process.name} has not heard of ${this.#shard} for ${unheard} ms`;
      violations.check("S21", unheard <= this.#most.unheard, told);
    }
  }

  #hears({ heard }: LeasedProcess): boolean {
    return heard.get(this.#shard) === this.#leases.now;
  }
}

function isAllHot({ members }: LeaseWorld, { keeper, process }: LeasedProcess): boolean {
  const others = [...members].filter((other) => other.process !== process && other.isRunning);
  return [...keeper.held].every((shard) => others.some((other) => other.isHot(shard)));
}
