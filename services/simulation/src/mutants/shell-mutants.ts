import type { Mutant } from "./mutant.ts";

/** Faults in what carries decisions: links, log, images, store, answers. */
export const shellMutants: readonly Mutant[] = [
  {
    name: "an answer leaves before its input is decided",
    file: "platform/src/shard/event-shard-owner.ts",
    find: "    await this.#offsets.reach(await this.#inputEnd(), deadline);\n",
    put: "",
    cases: ["F4", "F8", "F11"],
  },
  {
    name: "nothing was logged, says a gateway that does not know",
    file: "gateway/src/intake/partition-writer.ts",
    find: "    if (error instanceof AppendUnknown) frame.unknown = true;\n",
    put: "",
    cases: ["F1"],
    seed: 2,
  },
  {
    name: "a link's number is accepted twice",
    file: "platform/src/shard/input-loop.ts",
    find: `    if (number <= last) return "drop";`,
    put: `    if (number < last) return "drop";`,
  },
  {
    name: "an append without an answer is taken for done",
    file: "platform/src/shard/outbox.ts",
    find: "        if (!(error instanceof LogUnavailable)) this.#options.troubled(error);",
    put: "        if (!(error instanceof LogUnavailable)) return this.#done({ offset: 0, appendTime: 0 }, count);",
  },
  {
    name: "output positions are written before the log has acknowledged",
    file: "platform/src/shard/event-outputs.ts",
    find: "    this.#positions = new OutputPositions(ports.store, ports.clock, shard.name, () => this.#leftThrough());",
    put: "    this.#positions = new OutputPositions(ports.store, ports.clock, shard.name, () => ({ ...this.#leftThrough(), sequence: shard.sequence }));",
    cases: ["F1", "F5"],
    seed: 2,
  },
  {
    name: "an image holds events that are not acknowledged",
    file: "platform/src/shard/image-writer.ts",
    find: "    if (highest > this.#acknowledged) return;\n",
    put: "",
  },
  {
    name: "recovery begins at the newest slab",
    file: "platform/src/shard/recovery.ts",
    find: "const lowestStamp = slabs.reduce((lowest, { stamp }) => Math.min(lowest, stamp), Number.MAX_SAFE_INTEGER);",
    put: "const lowestStamp = slabs.reduce((lowest, { stamp }) => Math.max(lowest, stamp), 0);",
    cases: ["F5"],
  },
  {
    name: "recovery jumps over a missing event",
    file: "platform/src/shard/recovery.ts",
    find: "      if (sequence !== this.last + 1) return false;\n",
    put: "",
    cases: ["F11"],
    seed: 8,
  },
  {
    name: "what had not left is not sent again",
    file: "platform/src/shard/recovery.ts",
    find: "      if (sequence > this.#emitted) this.kept.push(event);",
    put: "      if (sequence > this.#emitted + 1e9) this.kept.push(event);",
  },
  {
    name: "the store shows what the log has not acknowledged",
    file: "oms/src/projection.ts",
    find: "    if ((this.#places.at(-1) as EventsPlace).sequence < batch.sequence) return;\n",
    put: "",
  },
  {
    name: "the store forgets a batch that failed",
    file: "oms/src/projection.ts",
    find: "        this.#writing = false;\n        this.#schedule(RETRY);",
    put: "        this.#done(batch);",
  },
  {
    name: "who follows a shard again begins one event too late",
    file: "gateway/src/follow/shard-follower.ts",
    find: "    const stream = this.#client.follow(this.#last, {",
    put: "    const stream = this.#client.follow(this.#last + 1, {",
  },
];
