import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { type ResendRequest, ResendRequestSchema } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { create } from "@bufbuild/protobuf";
import { type Clock, sleep } from "../ports/clock.ts";
import { RefusalError } from "../refusal/refusal-error.ts";
import type { LinkPosition } from "./arrival.ts";
import type { ShardDirectory } from "./shard-client.ts";
import type { Warn } from "./warn.ts";

/** The shards that send to this one over links, and the way to their owners. */
export interface LinkSources {
  readonly directory: ShardDirectory;
  /** As in frames: `venue/1`. */
  readonly names: readonly string[];
}

/** A shard as a receiver of links. */
export interface LinkReceiver {
  readonly name: string;
  link(source: string): LinkPosition | undefined;
}

export interface LinkMenderPorts {
  readonly clock: Clock;
  readonly warn: Warn;
  /** Absent: nobody can be asked. */
  readonly sources?: LinkSources;
}

/** What is known of a link while it is looked after. */
interface Care {
  /** Numbers through this one have been decided by the sender. */
  through: number;
  /** How far the sender has come must be asked. */
  isDoubtful: boolean;
}

const NOTHING: LinkPosition = { number: 0, chain: 0n };
/** Milliseconds between two questions about a link, and the most of them while nothing comes of it. */
const PAUSE = 1_000;
const LONGEST_PAUSE = 64_000;
/** Milliseconds for an owner to answer. */
const PATIENCE = 10_000;

/**
 * Sees to it that whatever the shards have sent over links arrives (S4): asks the sender's owner to send again what never came, until it is
 * there. For a shard's owner that has come to the end of its inputs; the shard knows nothing of it (S2).
 */
export class LinkMender {
  readonly #ports: LinkMenderPorts;
  readonly #shard: LinkReceiver;
  /** Resolves when all that stood on the shard's partition when it was called is decided. */
  readonly #caughtUp: (deadline: number) => Promise<void>;
  readonly #cares = new Map<string, Care>();
  /** When each link was last doubted, by the monotonic clock. */
  readonly #doubted = new Map<string, number>();
  #isOpen = false;

  constructor(ports: LinkMenderPorts, shard: LinkReceiver, caughtUp: (deadline: number) => Promise<void>) {
    this.#ports = ports;
    this.#shard = shard;
    this.#caughtUp = caughtUp;
  }

  /** From now on it asks, at first of every link: who owned the shard before may have gone before it had asked. */
  open(): void {
    this.#isOpen = true;
    this.doubt();
  }

  /** Asks no more. */
  close(): void {
    this.#isOpen = false;
  }

  /** The numbers of a link up to this one stand on the log or stood there, and not all of them came. */
  missing(source: string, number: number): void {
    this.#look(source, { through: number, isDoubtful: false });
  }

  /** Something was lost; nobody can tell of which link it was. */
  doubt(): void {
    for (const source of this.#ports.sources?.names ?? []) this.#look(source, { through: 0, isDoubtful: true });
  }

  #look(source: string, { through, isDoubtful }: Care): void {
    const { sources } = this.#ports;
    // A name that is no sender's is one that somebody read wrong.
    if (!sources?.names.includes(source)) return;
    const care = this.#cares.get(source);
    if (care === undefined) {
      this.#cares.set(source, { through, isDoubtful });
      void this.#mend(source, sources.directory);
      return;
    }
    care.through = Math.max(care.through, through);
    care.isDoubtful ||= isDoubtful;
  }

  /** One question after the other, until everything came. */
  async #mend(source: string, directory: ShardDirectory): Promise<void> {
    const care = this.#cares.get(source) as Care;
    if (care.isDoubtful) await this.#pace(source);
    let pause = PAUSE;
    let asked = -1;
    while (this.#isOpen && this.#needs(source, care)) {
      const { number } = this.#link(source);
      const isNew = number > asked || care.isDoubtful;
      asked = number;
      const isAnswered = await this.#ask(source, care, directory);
      pause = isNew || !isAnswered ? PAUSE : Math.min(2 * pause, LONGEST_PAUSE);
      if (this.#needs(source, care)) await sleep(this.#ports.clock, pause);
    }
    this.#cares.delete(source);
  }

  /** Records may be unreadable one after the other: whether something of a link was lost is asked once a second at most. */
  async #pace(source: string): Promise<void> {
    const { clock } = this.#ports;
    const rest = (this.#doubted.get(source) ?? Number.NEGATIVE_INFINITY) + PAUSE - clock.monotonic();
    if (rest > 0) await sleep(clock, rest);
    this.#doubted.set(source, clock.monotonic());
  }

  /**
   * What stands there already needs no sending; whether the rest does is asked. Answers whether the sender's owner said something to it: that it
   * sends, or that it cannot.
   */
  async #ask(source: string, care: Care, directory: ShardDirectory): Promise<boolean> {
    const { clock, warn } = this.#ports;
    const deadline = clock.monotonic() + PATIENCE;
    let before = { ...care };
    try {
      await this.#caughtUp(deadline);
      if (!this.#isOpen || !this.#needs(source, care)) return true;
      const { number, chain } = this.#link(source);
      const isMissing = number < care.through;
      if (isMissing)
        warn("messages of a link are asked for again", { shard: this.#shard.name, source, from: number + 1 });
      // What comes to be known or doubted meanwhile may be news to the answer; what was before is not.
      before = { ...care };
      Object.assign(care, { through: 0, isDoubtful: false });
      const request = this.#request(source, { number, chain }, !isMissing);
      const { messages } = await directory.client(source).resend(request, deadline);
      care.through = Math.max(care.through, number + Number(messages));
      return true;
    } catch (error) {
      care.through = Math.max(care.through, before.through);
      care.isDoubtful ||= before.isDoubtful;
      // Whoever only wants to know may wait until the others have started.
      if (this.#isOpen && this.#link(source).number < care.through) {
        warn("a link cannot be asked for", { shard: this.#shard.name, source, reason: (error as Error).message });
      }
      return error instanceof RefusalError && error.refusal.reason !== Reason.NOT_READY;
    }
  }

  #request(source: string, { number, chain }: LinkPosition, onlyCount: boolean): ResendRequest {
    const [shard, destination, fromNumber] = [source, this.#shard.name, BigInt(number + 1)];
    return create(ResendRequestSchema, { shard, destination, fromNumber, afterChain: chain, onlyCount });
  }

  #needs(source: string, { through, isDoubtful }: Care): boolean {
    return isDoubtful || this.#link(source).number < through;
  }

  #link(source: string): LinkPosition {
    return this.#shard.link(source) ?? NOTHING;
  }
}
