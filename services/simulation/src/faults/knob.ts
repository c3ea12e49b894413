import type { Dice } from "@atlas/assembly/simulated/dice";
import type { MemoryPlatform } from "@atlas/assembly/simulated/memory-platform";

/** A client whose process can end. */
export interface Mortal {
  /** Between keeping a request and sending it (F3); it is there again so many milliseconds later. */
  die(milliseconds: number): void;
}

/** A client who is told things by a stream. */
export interface Reader {
  /** For so many milliseconds it waits so many, `pause`, behind each message (F22). */
  readSlowly(milliseconds: number, pause: number): void;
  /** It reads as it comes again. */
  wake(): void;
}

/** A client who sends batches. */
export interface Batcher {
  /** `begun` is told once, of the requests of the next batch that goes out. */
  expect(begun: (requestIds: ReadonlySet<string>) => void): void;
}

/** Those who use the platform. */
export interface Clientele {
  readonly traders: readonly Mortal[];
  readonly screens: readonly Reader[];
  readonly sessions: readonly Reader[];
  readonly batchers: readonly Batcher[];
}

/** What a fault may reach. */
export interface Reach {
  readonly platform: MemoryPlatform;
  readonly clients: Clientele;
  readonly roll: Dice;
  /** Runs an action of the fault so many milliseconds later: its end, mostly. */
  readonly later: (milliseconds: number, action: () => void) => void;
  /** Everything was healed: nothing new befalls the platform. */
  readonly isOver: () => boolean;
}

/** One kind of fault, which a seed draws or not. */
export interface Knob {
  /** As it is counted and told. */
  readonly name: string;
  /** QUALITY's cases. */
  readonly cases: readonly string[];
  /** Lets it befall the platform once. */
  readonly bring: (reach: Reach) => void;
}
