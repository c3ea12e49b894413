import type { ReadRequest, ReadResponse } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { notReady } from "@atlas/platform/shard/not-ready";
import type { FollowReceiver, ShardClient, ShardDirectory } from "@atlas/platform/shard/shard-client";
import type { SimulatedProcess } from "./simulated-process.ts";

/** Shards as who is not their owner reaches them. */
export interface RemoteOwner {
  readonly process: SimulatedProcess;
  readonly shards: ShardDirectory;
}

/** The shards of whoever `find` says owns them, as another process sees them: it can be gone, or silent. */
export function remoteShards(here: SimulatedProcess, find: (shard: string) => RemoteOwner | undefined): ShardDirectory {
  const client = (shard: string): ShardClient => ({
    read: (request, deadline) => read(here, find(shard), shard, request, deadline),
    follow: (after, receiver) => follow(here, find(shard), shard, after, receiver),
  });
  return { client };
}

function read(
  here: SimulatedProcess,
  owner: RemoteOwner | undefined,
  shard: string,
  request: ReadRequest,
  deadline: number,
): Promise<ReadResponse> {
  if (owner === undefined) return Promise.reject(notReady(`${shard} has no owner`));
  const answer = here.hear(owner.process.call(() => owner.shards.client(shard).read(request, deadline)));
  return new Promise((resolve, reject) => {
    const cancel = here.clock.after(Math.max(0, deadline - here.clock.monotonic()), () =>
      reject(notReady(`${shard} is silent`)),
    );
    answer.finally(cancel).then(resolve, reject);
  });
}

function follow(
  here: SimulatedProcess,
  owner: RemoteOwner | undefined,
  shard: string,
  after: number,
  receiver: FollowReceiver,
): { close(): void } {
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
  const forget = owner.process.onDeath(() => fail(notReady(`${owner.process.name} is gone`)));
  owner.process.deliver(() => {
    if (over) return;
    inner = owner.shards.client(shard).follow(after, {
      receive: (response) => {
        here.deliver(() => {
          if (!over) receiver.receive(response);
        });
      },
      fail,
    });
  });
  return {
    close() {
      over = true;
      forget();
      owner.process.deliver(() => inner?.close());
    },
  };
}
