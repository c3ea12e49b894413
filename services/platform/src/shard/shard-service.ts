import type { ShardService } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import type { HandlerContext, ServiceImpl } from "@connectrpc/connect";
import type { Clock } from "../ports/clock.ts";
import type { ShardDirectory } from "./shard-client.ts";

/** Milliseconds that a read may take when its caller names none, and the part of them that is ours: so it learns why. */
const USUAL_PATIENCE = 10_000;
const MARGIN = 0.95;

/** The shards of this process for the platform's other processes. `Follow` has a road of its own (adapters/http/shard). */
export function shardService(shards: ShardDirectory, clock: Clock): Partial<ServiceImpl<typeof ShardService>> {
  return {
    read: (request, context) => shards.client(request.shard).read(request, deadlineOf(context, clock)),
    resend: (request, context) => shards.client(request.shard).resend(request, deadlineOf(context, clock)),
  };
}

function deadlineOf(context: HandlerContext, clock: Clock): number {
  return clock.monotonic() + (context.timeoutMs() ?? USUAL_PATIENCE) * MARGIN;
}
