import type { AppendFault } from "@atlas/platform/memory/memory-log";
import { encodeFrame } from "@atlas/platform/wire/codec/frame";
import type { Knob, Reach } from "./knob.ts";

const INPUTS = ["orders.commands", "venue.orders", "control.commands", "identity.commands"] as const;
/** A message that breaks off. */
const TORN = Uint8Array.of(0x0a, 0x7f, 1);

/** What a log does: it forgets to answer, is late, is away, holds what nobody can read. */
export const logFaults: readonly Knob[] = [
  {
    name: "appends fail, land late or twice",
    cases: ["F1", "F2", "F11"],
    bring({ platform: { world }, roll, later }) {
      const often = 2 + roll(10);
      world.appendFault = () => (roll.onceIn(often) ? appendFault(roll) : undefined);
      later(300 + roll(2_000), () => {
        world.appendFault = () => undefined;
      });
    },
  },
  {
    name: "the log is away",
    cases: ["F12"],
    bring({ platform: { world }, roll, later }) {
      world.log.setDown(true);
      later(100 + roll(roll.onceIn(10) ? 60_000 : 3_000), () => world.log.setDown(false));
    },
  },
  {
    name: "news of the log are late",
    cases: ["F8"],
    bring({ platform: { world }, roll, later }) {
      world.tailLag = () => (roll.onceIn(3) ? roll(400) : 0);
      later(2_000, () => {
        world.tailLag = () => 0;
      });
    },
  },
  {
    name: "one owner hears of everything late",
    cases: ["F8"],
    bring({ platform, roll, later }) {
      const process = roll.pick(platform.living())?.process;
      if (process === undefined) return;
      process.tailLag = 200 + roll(3_000);
      later(2_000 + roll(20_000), () => {
        process.tailLag = 0;
      });
    },
  },
  {
    name: "an unreadable record",
    cases: ["F13"],
    bring({ platform, roll }) {
      const topic = roll.pick(INPUTS);
      const counts = { "orders.commands": platform.partitions.oms, "venue.orders": platform.partitions.venue };
      const partition = topic in counts ? roll(counts[topic as keyof typeof counts]) : 0;
      platform.world.log.append(topic, partition, unreadable({ platform, roll })).catch(() => undefined);
    },
  },
];

function appendFault(roll: Reach["roll"]): AppendFault {
  const milliseconds = 1 + roll(roll.onceIn(8) ? 8_000 : 300);
  if (roll.onceIn(2)) return { kind: roll.pick(["refused", "lost", "answer-lost", "doubled"] as const) };
  return { kind: roll.pick(["lands-late", "delayed", "answered-late"] as const), milliseconds };
}

/** No frame at all, a frame with a flipped bit behind its header, or one whose message breaks off. */
function unreadable({ platform, roll }: Pick<Reach, "platform" | "roll">): Uint8Array {
  if (roll.onceIn(3)) return Uint8Array.of(9, 9, 9, 9);
  const header = { source: `gPOISON-${platform.clock.monotonic()}`, writer: "poison", firstNumber: 1n };
  const bytes = encodeFrame(header, [TORN], platform.world.digest);
  const at = bytes.length - 1 - roll(TORN.length);
  if (roll.onceIn(2)) bytes[at] = (bytes[at] ?? 0) ^ (1 << roll(8));
  return bytes;
}
