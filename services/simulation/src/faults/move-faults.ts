import type { OwnerProcess } from "@atlas/assembly/simulated/memory-platform";
import { OrderCommandCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import { OrderEventCodec } from "@atlas/gen/atlas/log/v1/order_event_codec";
import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import type { Codec } from "@atlas/gen/codec/codec";
import type { AppendAttempt, AppendFault } from "@atlas/platform/memory/memory-log";
import type { Digest } from "@atlas/platform/ports/digest";
import { openFrame, readMessages } from "@atlas/platform/wire/codec/frame";
import type { Knob, Reach } from "./knob.ts";
import { startOwner } from "./process-faults.ts";

/** For so many milliseconds a batch that goes out is watched. */
const WATCHED = 15_000;

/** Shards that go from one owner to another while somebody's batch is under way: only where somebody sends batches. */
export const moveFaults: readonly Knob[] = [
  {
    name: "a shard moves mid-batch",
    cases: ["F9"],
    bring(reach) {
      reach.roll.pick(reach.clients.batchers)?.expect((requestIds) => {
        if (!reach.isOver()) new BatchMove(reach, requestIds).watch();
      });
    },
  },
];

/**
 * Waits until a part of a batch is decided and another is not, and lets its shard move: the rest is the next owner's. What of the
 * batch did not go with its first frame comes to the log a little later, or one decision would often be on the heels of the other.
 */
class BatchMove {
  readonly #reach: Reach;
  /** Requests of the batch that no frame of commands has held yet, and those that are not decided. */
  readonly #unsent: Set<string>;
  readonly #open: Set<string>;
  #isOver = false;

  constructor(reach: Reach, requestIds: ReadonlySet<string>) {
    this.#reach = reach;
    this.#unsent = new Set(requestIds);
    this.#open = new Set(requestIds);
  }

  watch(): void {
    const { platform, later } = this.#reach;
    const { world } = platform;
    const before = world.appendFault;
    world.appendFault = (attempt) => (this.#isOver ? undefined : this.#meet(attempt)) ?? before(attempt);
    later(WATCHED, () => {
      this.#isOver = true;
    });
  }

  #meet({ topic, bytes }: AppendAttempt): AppendFault | undefined {
    const { digest } = this.#reach.platform.world;
    if (topic === "orders.commands") return this.#logged(opened(bytes, OrderCommandCodec, digest)?.messages ?? []);
    const frame = topic === "orders.events" ? opened(bytes, OrderEventCodec, digest) : undefined;
    if (frame !== undefined) this.#decided(frame.messages, frame.writer);
    return undefined;
  }

  #logged(commands: readonly { readonly requestId: string }[]): AppendFault | undefined {
    const isFirst = this.#unsent.size === this.#open.size;
    const added = commands.filter(({ requestId }) => this.#unsent.delete(requestId));
    if (isFirst || added.length === 0) return undefined;
    return { kind: "delayed", milliseconds: 100 + this.#reach.roll(2_500) };
  }

  #decided(events: readonly OrderEvent[], writer: string): void {
    const decided = events.filter(isDecision).filter(({ requestId }) => this.#open.delete(requestId));
    const owner = this.#reach.platform.living().find(({ process }) => process.name === writer);
    if (decided.length === 0 || this.#open.size === 0 || owner === undefined) return;
    this.#isOver = true;
    move(this.#reach, owner);
  }
}

/** An owner dies, is paused while another takes over, or does not know of the other for a while. */
function move(reach: Reach, { process, holding }: OwnerProcess): void {
  const { platform, roll, later, isOver } = reach;
  switch (roll(4)) {
    case 0:
      process.pause();
      startOwner(reach, holding);
      return later(roll.pick([2_000, 20_000]), () => process.resume());
    case 1:
      startOwner(reach, holding);
      return later(3_000 + roll(10_000), () => {
        if (!isOver() && platform.livingWith(holding).length > 1) process.kill();
      });
    default:
      process.kill();
      later(roll.pick([0, 0, 300, 2_000]), () => startOwner(reach, holding));
  }
}

function isDecision({ event }: OrderEvent): boolean {
  return event.case === "orderAccepted" || event.case === "orderDenied";
}

/** Some of what goes to the log nobody can read (F13). */
function opened<M>(bytes: Uint8Array, codec: Codec<M>, digest: Digest) {
  try {
    const frame = openFrame(bytes, digest);
    return { writer: frame.header.writer, messages: readMessages(frame, codec) };
  } catch {
    return undefined;
  }
}
