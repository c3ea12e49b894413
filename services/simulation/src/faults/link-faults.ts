import { LOG } from "@atlas/assembly/simulated/simulated-process";
import type { AppendAttempt } from "@atlas/platform/memory/memory-log";
import type { Digest } from "@atlas/platform/ports/digest";
import { isShard } from "@atlas/platform/shard/shard-name";
import { frameOf } from "@atlas/platform/wire/codec/frame";
import type { Knob } from "./knob.ts";

/** What befalls messages between shards after their sender was told that they stand. */
export const linkFaults: readonly Knob[] = [
  {
    name: "frames of links are damaged",
    cases: ["F13"],
    bring({ platform, roll, later }) {
      const { world } = platform;
      const owner = () => roll.pick(platform.living())?.process.name ?? LOG;
      const [asks, answers] = [owner(), owner()];
      // Whoever is asked for them is not always reached at first.
      const isClogged = roll.onceIn(2);
      if (isClogged) world.network.clog(asks, answers);
      const before = world.appendFault;
      const often = 1 + roll(4);
      let left = 1 + roll(3);
      world.appendFault = (attempt) => {
        const isMeant = left > 0 && isOfLink(attempt, world.digest) && roll.onceIn(often);
        if (!isMeant) return before(attempt);
        left -= 1;
        return { kind: "damaged" };
      };
      later(1_000 + roll(10_000), () => {
        left = 0;
        if (isClogged) world.network.clear(asks, answers);
      });
    },
  },
];

/** Where shards read what others send them. */
const INPUTS = new Set(["orders.commands", "venue.orders", "identity.commands"]);

/** What one shard sends to another: of a gateway's frames nobody has a copy, and of an owner's own nobody misses one. */
function isOfLink({ topic, bytes }: AppendAttempt, digest: Digest): boolean {
  if (!INPUTS.has(topic)) return false;
  const header = frameOf(bytes, digest)?.header;
  return header !== undefined && isShard(header.source) && header.firstNumber > 0n;
}
