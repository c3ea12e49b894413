import type { ArchiveFault } from "@atlas/platform/memory/memory-archive";
import type { Knob, Reach } from "./knob.ts";

/** At once: one that died twice over, by two faults, is not followed by two. */
const MOST_ARCHIVERS = 3;
/** Calls of the log and the archive within which an archiver dies that dies at one of them: two rounds or so. */
const DYING_CALLS = 60;

/** What an archive and those who write it do. */
export const archiveFaults: readonly Knob[] = [
  {
    name: "the archive refuses, forgets to answer, is slow",
    cases: ["F18"],
    bring({ platform: { world }, roll, later }) {
      const often = 1 + roll(4);
      world.archiveFault = () => (roll.onceIn(often) ? archiveFault(roll) : undefined);
      later(1_000 + roll(20_000), () => {
        world.archiveFault = () => undefined;
      });
    },
  },
  {
    name: "the archive is away",
    cases: ["F18"],
    bring({ platform: { world }, roll, later }) {
      world.archiveFault = () => ({ kind: "refused" });
      later(1_000 + roll(120_000), () => {
        world.archiveFault = () => undefined;
      });
    },
  },
  {
    name: "an archiver is killed at an await",
    cases: ["F19"],
    bring(reach) {
      const { roll, later } = reach;
      const process = archiverOf(reach)?.process;
      process?.killAt(1 + roll(DYING_CALLS), roll.onceIn(2));
      process?.onDeath(() => later(roll.pick([0, 300, 10_000]), () => startArchiver(reach)));
    },
  },
  {
    name: "an archiver is killed between an object and its manifest",
    cases: ["F19"],
    bring(reach) {
      const { platform, roll, later } = reach;
      const process = archiverOf(reach)?.process;
      if (process === undefined) return;
      const isBefore = roll.onceIn(2);
      platform.world.archiveFault = ({ operation, name }) => {
        if (operation !== "create" || name.startsWith("records/") === isBefore) return undefined;
        process.kill();
        platform.world.archiveFault = () => undefined;
        return undefined;
      };
      process.onDeath(() => later(roll.pick([0, 300, 10_000]), () => startArchiver(reach)));
    },
  },
  {
    name: "another archiver starts",
    cases: ["F19"],
    bring(reach) {
      const { roll, later } = reach;
      const [eldest] = living(reach);
      startArchiver(reach);
      later(5_000 + roll(60_000), () => {
        if (living(reach).length > 1) eldest?.process.kill();
      });
    },
  },
  {
    name: "an archiver is paused",
    cases: ["F19", "F10"],
    bring(reach) {
      const process = archiverOf(reach)?.process;
      process?.pause();
      reach.later(reach.roll.pick([200, 5_000, 60_000]), () => process?.resume());
    },
  },
];

function archiveFault(roll: Reach["roll"]): ArchiveFault {
  const milliseconds = 1 + roll(8_000);
  if (roll.onceIn(2)) return { kind: roll.pick(["done-late", "delayed"] as const), milliseconds };
  return { kind: roll.pick(["refused", "answer-lost"] as const) };
}

function living({ platform }: Reach) {
  return platform.archivers.filter(({ process }) => process.state !== "DEAD");
}

function startArchiver(reach: Reach): void {
  if (living(reach).length < MOST_ARCHIVERS) reach.platform.beginArchiver();
}

function archiverOf(reach: Reach) {
  return reach.roll.pick(living(reach));
}
