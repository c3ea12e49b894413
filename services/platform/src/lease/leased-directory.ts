import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { type Clock, sleep } from "../ports/clock.ts";
import { RefusalError } from "../refusal/refusal-error.ts";
import { notReady } from "../shard/not-ready.ts";
import type { FollowReceiver, ShardClient, ShardDirectory } from "../shard/shard-client.ts";
import type { LeaseView } from "./lease-view.ts";

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

/** Milliseconds between two attempts to read. */
const PAUSE = 50;

/** Finds a shard's owner by its lease, here or in another process, and follows it when it moves. */
export class LeasedDirectory implements ShardDirectory {
  readonly #options: LeasedDirectoryOptions;
  #isClosed = false;

  constructor(options: LeasedDirectoryOptions) {
    this.#options = options;
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
  }

  /** What whoever asks repeats by itself, in its own time: every shard asks every sender when a platform starts. */
  async #askOnce<Answer>(shard: string, question: (client: ShardClient) => Promise<Answer>): Promise<Answer> {
    const owner = this.#ownerOf(shard);
    if (owner === undefined) throw notReady(`${shard} has no owner now`);
    return this.#whileOwned(shard, owner, question(owner.client()));
  }

  /** What does no harm twice: it is asked again, of whoever owns the shard by then, until its time is over. */
  async #ask<Answer>(
    shard: string,
    deadline: number,
    question: (client: ShardClient) => Promise<Answer>,
  ): Promise<Answer> {
    const { clock, view } = this.#options;
    for (;;) {
      const owner = this.#ownerOf(shard);
      let problem = notReady(`${shard} has no owner now`);
      if (owner !== undefined) {
        try {
          return await this.#whileOwned(shard, owner, question(owner.client()));
        } catch (error) {
          if (!isPassing(error)) throw error;
          problem = error;
        }
      }
      if (this.#isClosed || clock.monotonic() + PAUSE >= deadline) throw problem;
      await sleep(clock, PAUSE);
      // Away, or not: what was read last is gone by.
      await view.look().catch(() => undefined);
    }
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
    const process = view.holderOf(shard);
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
      if (this.#options.view.holderOf(shard) !== owner.process) action();
    });
  }
}

function moved(shard: string): RefusalError {
  return notReady(`${shard} has moved to another process`);
}

function isPassing(error: unknown): error is RefusalError {
  return error instanceof RefusalError && error.refusal.reason === Reason.NOT_READY;
}
