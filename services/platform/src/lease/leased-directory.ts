import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { Clock } from "../ports/clock.ts";
import { RefusalError } from "../refusal/refusal-error.ts";
import { notReady } from "../shard/not-ready.ts";
import type { FollowReceiver, ShardClient, ShardDirectory } from "../shard/shard-client.ts";
import type { LeaseView } from "./lease-view.ts";
import { RefusedCalls } from "./refused-calls.ts";

export interface LeasedDirectoryOptions {
  readonly clock: Clock;
  readonly view: LeaseView;
  /** The name of this process, and the shards that it owns. */
  readonly here: { readonly process: string; readonly shards: ShardDirectory };
  /** The shards of the process at an address. */
  readonly connect: (address: string) => ShardDirectory;
}

/** An owner: who it is, and the shard there; `client` throws when it is not ready. */
interface Owner {
  readonly process: string;
  readonly client: () => ShardClient;
}

/** Milliseconds between two looks at the leases, for all calls that wait together. */
const LOOK = 250;

/** Finds a shard's owner by its lease, here or in another process, and follows it when it moves. */
export class LeasedDirectory implements ShardDirectory {
  readonly #options: LeasedDirectoryOptions;
  /** By shard; of one that refused nobody there is none. */
  readonly #refused = new Map<string, RefusedCalls>();
  /** Monotonic milliseconds before which nobody looks again. */
  #lookAt = 0;
  #isLooking = false;
  #isClosed = false;

  constructor(options: LeasedDirectoryOptions) {
    this.#options = options;
    options.view.listen(() => {
      for (const [shard, calls] of this.#refused) calls.owned(this.#ownerOf(shard)?.process);
    });
  }

  client(shard: string): ShardClient {
    return {
      read: (request, deadline) => this.#ask(shard, deadline, (client) => client.read(request, deadline)),
      follow: (after, receiver) => this.#follow(shard, after, receiver),
      resend: (request, deadline) => this.#askOnce(shard, (client) => client.resend(request, deadline)),
    };
  }

  /** Who waits for an owner is refused. */
  close(): void {
    this.#isClosed = true;
    for (const calls of this.#refused.values()) calls.close();
  }

  /** What whoever asks repeats by itself, in its own time: every shard asks every sender when a platform starts. */
  async #askOnce<Answer>(shard: string, question: (client: ShardClient) => Promise<Answer>): Promise<Answer> {
    const owner = this.#ownerOf(shard);
    if (owner === undefined) throw notReady(`${shard} has no owner now`);
    return this.#whileOwned(shard, owner, question(owner.client()));
  }

  /**
   * What does no harm twice: it is asked again, of whoever owns the shard by then, until its time is over. Each call asks once for
   * itself, for what others are refused it may be answered; from then on it waits with the others of the shard.
   */
  async #ask<Answer>(
    shard: string,
    deadline: number,
    question: (client: ShardClient) => Promise<Answer>,
  ): Promise<Answer> {
    for (let refused = () => {}; ; ) {
      const owner = this.#ownerOf(shard);
      let problem = notReady(`${shard} has no owner now`);
      if (owner !== undefined) {
        try {
          const answer = await this.#whileOwned(shard, owner, question(owner.client()));
          this.#refused.get(shard)?.answered();
          return answer;
        } catch (error) {
          if (!isPassing(error)) {
            this.#refused.get(shard)?.answered();
            throw error;
          }
          problem = error;
        }
      }
      refused();
      if (this.#isClosed || this.#options.clock.monotonic() >= deadline) throw problem;
      refused = await this.#refusedBy(shard).wait(deadline, problem);
    }
  }

  #refusedBy(shard: string): RefusedCalls {
    let calls = this.#refused.get(shard);
    if (calls === undefined) {
      const over = () => {
        if (this.#refused.get(shard) === calls) this.#refused.delete(shard);
      };
      calls = new RefusedCalls(this.#options.clock, this.#ownerOf(shard)?.process, over);
      this.#refused.set(shard, calls);
    }
    if (!this.#isLooking) this.#look();
    return calls;
  }

  /** Again and again while anybody waits, however many they are. */
  #look(): void {
    const { clock, view } = this.#options;
    this.#isLooking = true;
    clock.after(Math.max(0, this.#lookAt - clock.monotonic()), async () => {
      this.#isLooking = this.#refused.size > 0 && !this.#isClosed;
      if (!this.#isLooking) return;
      this.#lookAt = clock.monotonic() + LOOK;
      // Away, or not: what was read last is gone by.
      await view.look().catch(() => undefined);
      this.#look();
    });
  }

  #follow(shard: string, after: number, receiver: FollowReceiver): { close(): void } {
    const owner = this.#ownerOf(shard);
    if (owner === undefined) {
      receiver.fail(notReady(`${shard} has no owner now`));
      return { close: () => undefined };
    }
    let over = false;
    let inner: { close(): void } | undefined;
    const end = (): boolean => {
      if (over) return false;
      over = true;
      forget();
      inner?.close();
      return true;
    };
    const fail = (error: Error) => {
      if (end()) receiver.fail(error);
    };
    const forget = this.#onceMoved(shard, owner, () => fail(moved(shard)));
    try {
      inner = owner.client().follow(after, {
        receive: (response) => {
          if (!over) receiver.receive(response);
        },
        fail,
      });
    } catch (error) {
      fail(error as Error);
    }
    if (over) inner?.close();
    return { close: () => void end() };
  }

  #ownerOf(shard: string): Owner | undefined {
    const { view, here, connect } = this.#options;
    const process = view.ownerOf(shard);
    if (process === undefined) return undefined;
    if (process === here.process) return { process, client: () => here.shards.client(shard) };
    const address = view.addressOf(shard);
    return address === undefined ? undefined : { process, client: () => connect(address).client(shard) };
  }

  /** An owner that stands still answers nothing: who waits for it is told when another has taken over. */
  #whileOwned<Answer>(shard: string, owner: Owner, answer: Promise<Answer>): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const forget = this.#onceMoved(shard, owner, () => reject(moved(shard)));
      answer.then(resolve, reject).finally(forget);
    });
  }

  #onceMoved(shard: string, owner: Owner, action: () => void): () => void {
    return this.#options.view.listen(() => {
      if (this.#options.view.ownerOf(shard) !== owner.process) action();
    });
  }
}

function moved(shard: string): RefusalError {
  return notReady(`${shard} has moved to another process`);
}

function isPassing(error: unknown): error is RefusalError {
  return error instanceof RefusalError && error.refusal.reason === Reason.NOT_READY;
}
