import type { Dice } from "@atlas/assembly/simulated/dice";
import type { MemoryPlatform } from "@atlas/assembly/simulated/memory-platform";
import type { AppendFault } from "@atlas/platform/memory/memory-log";
import type { StoreFault } from "@atlas/platform/memory/memory-store";

/** What can befall a platform; each is one of QUALITY's fault cases. */
export type Mishap =
  /** F5, F9, F14: an owner is killed; another starts, at once or a while later. */
  | "OWNER_DIES"
  /** I20: another owner starts while the others go on. */
  | "OWNER_JOINS"
  /** F10: an owner is paused, for up to 20 s. */
  | "OWNER_PAUSES"
  /** F4: a gateway is killed with everything that it knows; another starts. */
  | "GATEWAY_DIES"
  | "GATEWAY_PAUSES"
  /** F1, F11: answers are lost, appends land late, twice, or never. */
  | "LOG_FALTERS"
  /** F12: the log is away. */
  | "LOG_AWAY"
  /** F6: the store refuses, loses answers, is slow. */
  | "STORE_FALTERS"
  /** What is written is heard of late. */
  | "NEWS_LATE"
  /** F17: everybody's clock jumps. */
  | "CLOCK_JUMPS"
  /** F17: everybody's clock stands still for a while. */
  | "CLOCK_FREEZES";

const MOST_OWNERS = 3;

/** Lets mishaps of some kinds befall a platform, by a seed. */
export class Mishaps {
  /** How often each kind came. */
  readonly counts = new Map<Mishap, number>();
  readonly #platform: MemoryPlatform;
  readonly #roll: Dice;
  readonly #kinds: readonly Mishap[];
  /** Called now and then between two mishaps, with everything in mid-flight. */
  readonly #between: () => Promise<void>;

  constructor(platform: MemoryPlatform, roll: Dice, kinds: readonly Mishap[], between = async () => {}) {
    this.#platform = platform;
    this.#roll = roll;
    this.#kinds = kinds;
    this.#between = between;
  }

  /** Lets so many milliseconds pass, none of them quiet for long. */
  async befall(milliseconds: number): Promise<void> {
    const { clock } = this.#platform;
    const end = clock.monotonic() + milliseconds;
    while (clock.monotonic() < end) {
      await clock.advance(100 + this.#roll(1_200));
      const kind = this.#roll.pick(this.#kinds);
      this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
      this.#bring(kind);
      if (this.#roll.onceIn(6)) await this.#between();
    }
  }

  #bring(kind: Mishap): void {
    const roll = this.#roll;
    const { world, gateways } = this.#platform;
    const owner = roll.pick(this.#platform.living());
    const gateway = roll.pick(gateways.filter(({ process }) => process.state !== "DEAD"));
    switch (kind) {
      case "OWNER_DIES":
        owner?.process.kill();
        this.#later(roll.pick([0, 0, 300, 2_000]), () => this.#startOwner());
        return;
      case "OWNER_JOINS":
        if (this.#platform.living().length < MOST_OWNERS) this.#startOwner();
        return;
      case "OWNER_PAUSES":
        owner?.process.pause();
        this.#later(roll.pick([200, 2_000, 20_000]), () => owner?.process.resume());
        return;
      case "GATEWAY_DIES":
        gateway?.process.kill();
        this.#startGateway();
        return;
      case "GATEWAY_PAUSES":
        gateway?.process.pause();
        this.#later(roll.pick([200, 3_000, 8_000]), () => gateway?.process.resume());
        return;
      case "LOG_FALTERS": {
        const often = 2 + roll(10);
        world.appendFault = () => (roll.onceIn(often) ? this.#appendFault() : undefined);
        this.#later(300 + roll(2_000), () => {
          world.appendFault = () => undefined;
        });
        return;
      }
      case "LOG_AWAY":
        world.log.setDown(true);
        this.#later(100 + roll(3_000), () => world.log.setDown(false));
        return;
      case "STORE_FALTERS": {
        const often = 1 + roll(4);
        world.storeFault = () => (roll.onceIn(often) ? this.#storeFault() : undefined);
        this.#later(300 + roll(4_000), () => {
          world.storeFault = () => undefined;
        });
        return;
      }
      case "NEWS_LATE":
        world.tailLag = () => (roll.onceIn(3) ? roll(400) : 0);
        this.#later(2_000, () => {
          world.tailLag = () => 0;
        });
        return;
      case "CLOCK_JUMPS":
        world.clock.shiftWall(roll.pick([-3_600_000, -2_000, 2_000, 3_600_000]));
        return;
      case "CLOCK_FREEZES":
        world.freezeWall();
        this.#later(500 + roll(4_000), () => world.thawWall());
        return;
    }
  }

  #appendFault(): AppendFault {
    const milliseconds = 1 + this.#roll(this.#roll.onceIn(8) ? 8_000 : 300);
    const kinds = ["refused", "lost", "answer-lost", "doubled"] as const;
    const slow = ["lands-late", "delayed", "answered-late"] as const;
    return this.#roll.onceIn(2) ? { kind: this.#roll.pick(kinds) } : { kind: this.#roll.pick(slow), milliseconds };
  }

  #storeFault(): StoreFault {
    const milliseconds = 1 + this.#roll(800);
    if (this.#roll.onceIn(3)) return { kind: this.#roll.pick(["done-late", "delayed"] as const), milliseconds };
    if (this.#roll.onceIn(3)) return { kind: "cut-short", done: this.#roll(20) };
    return { kind: this.#roll.pick(["refused", "answer-lost"] as const) };
  }

  /** Tries until one starts or is not needed any more: what it needs may be away. */
  #startOwner(): void {
    this.#platform.beginOwner().catch(() => this.#later(200, () => this.#startOwner()));
  }

  /** Every other one asks whichever owner comes first, not the newest: one that is behind, for instance. */
  #startGateway(): void {
    const platform = this.#platform;
    const anybody = this.#roll.onceIn(2) ? () => this.#roll.pick(platform.living()) : undefined;
    platform.beginGateway(anybody).catch(() => this.#later(200, () => this.#startGateway()));
  }

  #later(milliseconds: number, action: () => void): void {
    this.#platform.clock.after(milliseconds, action);
  }
}
