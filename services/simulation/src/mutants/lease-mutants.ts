import type { Mutant } from "./mutant.ts";

/** Faults in how processes share shards out among them. */
export const leaseMutants: readonly Mutant[] = [
  {
    name: "leases: who was away while another took a shard serves it on",
    file: "platform/src/lease/lease-keeper.ts",
    find: "      if (!this.#isLost(shard)) continue;\n",
    put: "      if (looks === undefined || !this.#isLost(shard)) continue;\n",
    cases: ["F10"],
  },
  {
    name: "leases: what is its own by the table and was never answered nobody serves",
    file: "platform/src/lease/lease-keeper.ts",
    find: "      await this.#takeOwn(shards);\n",
    put: "",
    cases: ["F6"],
    seed: 47,
  },
  {
    name: "leases: one whose row was damaged is not written again",
    file: "platform/src/lease/lease-keeper.ts",
    find: "    await this.#writeAgain();\n",
    put: "",
    cases: ["F14"],
    seed: 5,
  },
  {
    name: "leases: who ends counts until the last shard has ended",
    file: "platform/src/lease/lease-keeper.ts",
    find: "await Promise.all([this.#leave(), ",
    put: "await Promise.all([",
    cases: ["F23"],
    seed: 39,
  },
  {
    name: "leases: who lacks an engine version says so when its last shard has ended",
    file: "platform/src/lease/lease-keeper.ts",
    find: "    if (clock.monotonic() - this.#beatAt < BEAT) return;\n",
    put: `    if (this.#resigned && this.#held.size > 0) this.#beatAt = clock.monotonic();
    if (clock.monotonic() - this.#beatAt < BEAT) return;
`,
    cases: ["F23"],
    seed: 17,
  },
  {
    name: "leases: what was not looked at for long counts as silence",
    file: "platform/src/lease/lease-view.ts",
    find: "      for (const heard of this.#processes.values()) heard.at = Math.min(now, heard.at + away - COUNTED);\n",
    put: "",
    cases: ["F6"],
    seed: 50,
  },
  {
    name: "leases: a look that failed is waited for by all who look again",
    file: "platform/src/lease/lease-view.ts",
    find: "this.#read().finally(",
    put: "this.#read().then(",
    cases: ["F6"],
  },
  {
    name: "leases: a hot standby waits as long as any other",
    file: "platform/src/lease/lease-keeper.ts",
    find: "      await this.#takeHot(shards);\n",
    put: "",
    cases: ["F23"],
    seed: 82,
  },
  {
    name: "leases: who follows a shard stays with an owner that stands still",
    file: "platform/src/lease/leased-directory.ts",
    find: "      if (this.#options.view.ownerOf(shard) !== owner.process) action();\n",
    put: "",
    cases: ["F10"],
    seed: 2,
  },
];
