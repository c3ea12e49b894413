import type { Dice } from "@atlas/assembly/simulated/dice";
import type { LeasedProcess } from "@atlas/assembly/simulated/leased-process";
import { STORE } from "@atlas/assembly/simulated/simulated-process";
import type { StoreCall, StoreFault } from "@atlas/platform/memory/memory-store";
import type { LeaseWorld } from "./lease-world.ts";

/** Where leases and beats stand. */
const TABLE = "atlas_shards";

/** Processes. */
const MANY = 6;

/** One kind of fault of processes that keep leases. */
export interface LeaseFault {
  readonly name: string;
  /** QUALITY's cases. */
  readonly cases: readonly string[];
  readonly bring: (reach: LeaseReach) => void;
}

export interface LeaseReach {
  readonly leases: LeaseWorld;
  readonly roll: Dice;
  /** Some process that runs. */
  readonly some: LeasedProcess;
  /** Runs an action so many milliseconds later, unless all was healed meanwhile. */
  readonly later: (milliseconds: number, action: () => void) => void;
}

export const leaseFaults: readonly LeaseFault[] = [
  {
    name: "a process is killed",
    cases: ["F4", "F5"],
    bring: ({ leases, roll, some, later }) => {
      some.process.kill();
      later(roll(15_000), () => leases.replace());
    },
  },
  {
    name: "a process is killed at an await",
    cases: ["F14"],
    bring({ leases, roll, some, later }) {
      some.process.killAt(1 + roll(6), roll.onceIn(2));
      later(3_000 + roll(15_000), () => leases.replace());
    },
  },
  {
    name: "a process is paused",
    cases: ["F10"],
    bring({ roll, some, later }) {
      some.pause();
      later(200 + roll(roll.pick([2_000, 7_000, 20_000])), () => some.process.resume());
    },
  },
  {
    name: "a process ends in order",
    cases: ["F23"],
    bring({ leases, roll, some, later }) {
      void some.stop();
      later(roll(8_000), () => leases.replace());
    },
  },
  {
    name: "another process starts",
    cases: ["F23"],
    bring({ leases, roll, some }) {
      // Instead of another, where they are many.
      if (leases.members.size > MANY) some.process.kill();
      leases.start(termsOf(leases, roll));
    },
  },
  {
    name: "a process lacks an engine version",
    cases: ["F23"],
    bring({ leases, roll, some, later }) {
      some.resign();
      later(roll(20_000), () => {
        some.process.kill();
        leases.replace();
      });
    },
  },
  {
    name: "the store is away",
    cases: ["F6"],
    bring({ leases: { world }, roll, later }) {
      world.store.setDown(true);
      later(300 + roll(roll.pick([3_000, 12_000, 40_000])), () => world.store.setDown(false));
    },
  },
  {
    name: "the store refuses, forgets to answer, is slow",
    cases: ["F6"],
    bring({ leases, roll, later }) {
      const often = 1 + roll(5);
      befallStore(leases, () => (roll.onceIn(often) ? storeFault(roll) : undefined));
      later(1_000 + roll(15_000), () => befallStore(leases));
    },
  },
  {
    name: "writes are throttled, looks are not",
    cases: ["F6"],
    bring({ leases, roll, later }) {
      const often = 1 + roll(3);
      befallStore(leases, ({ operation }) =>
        operation !== "query" && roll.onceIn(often) ? { kind: "refused" } : undefined,
      );
      later(1_000 + roll(15_000), () => befallStore(leases));
    },
  },
  {
    name: "the store is slow for all",
    cases: ["F6"],
    bring({ leases, roll, later }) {
      const most = roll.pick([200, 1_000, 4_000]);
      befallStore(leases, () => ({ kind: "delayed", milliseconds: roll(most) }));
      later(1_000 + roll(20_000), () => befallStore(leases));
    },
  },
  {
    name: "a row of the table is damaged",
    cases: ["F14"],
    bring({ leases, roll }) {
      const all = leases.world.store.everything();
      const rows = all.get(TABLE) ?? [];
      const row = roll.pick(rows);
      if (row === undefined) return;
      // Half of them stand above whatever comes to be written.
      const damaged = { ...row, version: row.version + roll.pick([0, 1_000_000]) };
      const others = rows.filter((one) => one !== row);
      leases.world.store.restore(new Map([...all, [TABLE, [...others, damaged]]]));
      leases.damaged.add(damaged);
    },
  },
  {
    name: "a way is clogged one way",
    cases: ["F15"],
    bring({ leases, roll, some, later }) {
      const { network } = leases.world;
      const other = roll.onceIn(2) ? STORE : (roll.pick([...leases.members])?.process.name ?? STORE);
      const [from, to] = roll.onceIn(2) ? [some.process.name, other] : [other, some.process.name];
      network.clog(from, to);
      later(500 + roll(roll.pick([3_000, 20_000])), () => network.clear(from, to));
    },
  },
];

/** What a process may be started as: for all shards, for those of one role, as a gateway with or without, hot or not. */
export function termsOf({ shards }: LeaseWorld, roll: Dice): { roles: string[]; standby: number } {
  const kinds = [...shards.keys()];
  const roles = roll.onceIn(3) ? [roll.pick(kinds)] : kinds;
  return { roles: roll.onceIn(3) ? [...roles, "gateway"] : roles, standby: roll.onceIn(3) ? 1 + roll(6) : 0 };
}

/** Beside it, what is damaged stays so for as long as it stands. */
export function befallStore(leases: LeaseWorld, fault: (call: StoreCall) => StoreFault | undefined = () => undefined) {
  leases.world.storeFault = (call) => damageOf(leases, call) ?? fault(call);
}

function damageOf({ damaged, world }: LeaseWorld, { operation }: StoreCall): StoreFault | undefined {
  if (damaged.size === 0 || operation !== "query") return undefined;
  const stands = world.store
    .everything()
    .get(TABLE)
    ?.find((row) => damaged.has(row));
  if (stands === undefined) damaged.clear();
  return stands === undefined ? undefined : { kind: "damaged", key: stands.key };
}

function storeFault(roll: Dice): StoreFault {
  const milliseconds = 1 + roll(2_500);
  if (roll.onceIn(3)) return { kind: roll.pick(["done-late", "delayed"] as const), milliseconds };
  return { kind: roll.pick(["refused", "answer-lost"] as const) };
}
