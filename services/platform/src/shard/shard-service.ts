import type { FollowResponse, ShardService } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import type { Clock } from "../ports/clock.ts";
import { notReady } from "./not-ready.ts";
import type { ShardClient, ShardDirectory } from "./shard-client.ts";

/** Milliseconds that a read may take when its caller names none, and the part of them that is ours: so it learns why. */
const USUAL_PATIENCE = 10_000;
const MARGIN = 0.95;
/** Responses kept for a follower that does not keep up, before it is let go: it reads anew. */
const MOST_WAITING = 1_000;

/** The shards of this process for the platform's other processes; `Resend` is answered by nobody yet. */
export function shardService(shards: ShardDirectory, clock: Clock): Partial<ServiceImpl<typeof ShardService>> {
  return {
    read: (request, context) => shards.client(request.shard).read(request, deadlineOf(context, clock)),
    follow: ({ shard, afterSequence }, { signal }) => follow(shards.client(shard), Number(afterSequence), signal),
  };
}

function deadlineOf(context: HandlerContext, clock: Clock): number {
  return clock.monotonic() + (context.timeoutMs() ?? USUAL_PATIENCE) * MARGIN;
}

/** A shard's events as a stream of responses, which ends with the owner, with `signal`, and when too many wait. */
async function* follow(client: ShardClient, after: number, signal: AbortSignal): AsyncGenerator<FollowResponse> {
  const waiting: FollowResponse[] = [];
  let failure: Error | undefined;
  let wake = () => {};
  const end = (error: Error) => {
    failure ??= error;
    wake();
  };
  const stream = client.follow(after, {
    receive(response) {
      if (waiting.push(response) > MOST_WAITING) end(notReady("the follower is too slow"));
      wake();
    },
    fail: end,
  });
  const aborted = () => end(signal.reason);
  signal.addEventListener("abort", aborted, { once: true });
  try {
    for (;;) {
      for (const response of waiting.splice(0)) yield response;
      if (failure !== undefined) throw failure;
      if (waiting.length > 0) continue;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  } finally {
    signal.removeEventListener("abort", aborted);
    stream.close();
  }
}
