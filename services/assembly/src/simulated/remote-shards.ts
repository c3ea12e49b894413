import { notReady } from "@atlas/platform/shard/not-ready";
import type { FollowReceiver, ShardClient, ShardDirectory } from "@atlas/platform/shard/shard-client";
import type { Network } from "./network.ts";
import type { SimulatedProcess } from "./simulated-process.ts";

/** Shards as who is not their owner reaches them. */
export interface RemoteOwner {
  readonly process: SimulatedProcess;
  readonly inside: { readonly shards: ShardDirectory };
}

/** The shards of whoever `find` says owns them, as another process sees them: it can be gone, or silent. */
export function remoteShards(
  here: SimulatedProcess,
  network: Network,
  find: (shard: string) => RemoteOwner | undefined,
): ShardDirectory {
  const client = (shard: string): ShardClient => ({
    read: (request, deadline) =>
      ask({ here, network, owner: find(shard), shard }, deadline, (client) => client.read(request, deadline)),
    follow: (after, receiver) => follow({ here, network, owner: find(shard), shard }, after, receiver),
    resend: (request, deadline) =>
      ask({ here, network, owner: find(shard), shard }, deadline, (client) => client.resend(request, deadline)),
  });
  return { client };
}

/** A shard, and the way to it. */
interface Way {
  readonly here: SimulatedProcess;
  readonly network: Network;
  readonly owner: RemoteOwner | undefined;
  readonly shard: string;
}

function ask<Answer>(
  { here, network, owner, shard }: Way,
  deadline: number,
  question: (client: ShardClient) => Promise<Answer>,
): Promise<Answer> {
  if (owner === undefined) return Promise.reject(notReady(`${shard} has no owner`));
  const { process, inside } = owner;
  return new Promise((resolve, reject) => {
    const cancel = here.clock.after(Math.max(0, deadline - here.clock.monotonic()), () =>
      reject(notReady(`${shard} is silent`)),
    );
    const settle = (told: () => void) =>
      network.carry(process.name, here.name, () =>
        here.deliver(() => {
          cancel();
          told();
        }),
      );
    network.carry(here.name, process.name, () => {
      process
        .call(() => question(inside.shards.client(shard)))
        .then(
          (response) => settle(() => resolve(response)),
          (error: Error) => settle(() => reject(error)),
        );
    });
  });
}

function follow({ here, network, owner, shard }: Way, after: number, receiver: FollowReceiver): { close(): void } {
  let over = false;
  let inner: { close(): void } | undefined;
  const fail = (error: Error) => {
    if (over) return;
    over = true;
    here.deliver(() => receiver.fail(error));
  };
  if (owner === undefined) {
    fail(notReady(`${shard} has no owner`));
    return { close: () => undefined };
  }
  const { process, inside } = owner;
  const forget = process.onDeath(() => fail(notReady(`${process.name} is gone`)));
  const back = (told: () => void) => network.carry(process.name, here.name, told);
  const there = (action: () => void) => network.carry(here.name, process.name, () => process.deliver(action));
  there(() => {
    if (over) return;
    inner = inside.shards.client(shard).follow(after, {
      receive: (response) =>
        back(() =>
          here.deliver(() => {
            if (!over) receiver.receive(response);
          }),
        ),
      fail: (error) => back(() => fail(error)),
    });
  });
  return {
    close() {
      over = true;
      forget();
      there(() => inner?.close());
    },
  };
}
