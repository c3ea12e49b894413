import type { Dice } from "@atlas/assembly/simulated/dice";
import type { MemoryPlatform } from "@atlas/assembly/simulated/memory-platform";
import { OperationsService } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import { sleep } from "@atlas/platform/ports/clock";
import type { Violations } from "../model/violations.ts";
import { Caller } from "./caller.ts";

/** The version that a platform of this build can switch to. */
const NEXT = 2;

/** Who activates the next engine version at some moment, among whatever faults there are, and asks until it is answered (S26). */
export class Operator {
  readonly #platform: MemoryPlatform;
  readonly #violations: Violations;
  readonly #roll: Dice;
  readonly #caller: Caller;
  #activeVersion = 1;

  constructor(platform: MemoryPlatform, violations: Violations, roll: Dice) {
    this.#platform = platform;
    this.#violations = violations;
    this.#roll = roll;
    this.#caller = new Caller(platform, roll);
  }

  /** The version that every shard was said to decide by. */
  get activeVersion(): number {
    return this.#activeVersion;
  }

  /** Waits so many milliseconds, and resolves when every shard has switched. */
  async activateAfter(milliseconds: number): Promise<void> {
    await sleep(this.#platform.clock, milliseconds);
    for (;;) {
      const answer = await this.#caller.attempt(async (gateway) => {
        await gateway.client(OperationsService).activateEngine({ requestId: "activate", version: NEXT });
        return undefined;
      });
      const refused = answer.kind === "REFUSED" ? answer.reason : "";
      this.#violations.check("S26", refused === "", () => `version ${NEXT} is refused by ${refused}, and all carry it`);
      if (answer.kind === "DONE") this.#activeVersion = NEXT;
      if (answer.kind === "DONE" || refused !== "") return;
      await sleep(this.#platform.clock, 50 + this.#roll(500));
    }
  }
}
