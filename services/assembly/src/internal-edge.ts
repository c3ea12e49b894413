import { openHttpEdge } from "@atlas/adapters/http/edge";
import { defaultLimits } from "@atlas/adapters/http/limits";
import { createFollowRoute } from "@atlas/adapters/http/shard/follow-route";
import { ShardService } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { CallLimiter } from "@atlas/platform/access/call-limiter";
import { createHandlers, serve } from "@atlas/platform/access/create-handlers";
import { ownProcesses as authenticator } from "@atlas/platform/access/own-processes";
import type { Clock } from "@atlas/platform/ports/clock";
import type { ShardDirectory } from "@atlas/platform/shard/shard-client";
import { shardService } from "@atlas/platform/shard/shard-service";
import type { Journal } from "@atlas/platform/telemetry/journal";
import type { Traces } from "@atlas/platform/telemetry/traces";

export interface InternalEdgeOptions {
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** What every process of the platform knows and nobody else: who does not cannot connect. */
  readonly key: string;
  /** The shards of this process. */
  readonly shards: ShardDirectory;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly traces: Traces;
}

/** The port at which the platform's other processes ask the shards of this one. */
export interface InternalEdge {
  readonly url: string;
  close(): Promise<void>;
}

const GRACE = 500;

/** Opens the port. Rejects with `ListenError`. */
export async function openInternalEdge(options: InternalEdgeOptions): Promise<InternalEdge> {
  const { host, port, key, shards, clock, journal, traces } = options;
  const shutdown = new AbortController();
  const handlers = createHandlers([serve(ShardService, shardService(shards, clock))], {
    ...{ authenticator, journal, compression: [] },
    limiter: new CallLimiter(clock),
    messageBytes: defaultLimits.messageBytes,
    shutdown: shutdown.signal,
  });
  const { messageBytes } = defaultLimits;
  const streams = createFollowRoute({ shards, authenticator, journal, messageBytes, shutdown: shutdown.signal });
  const edge = await openHttpEdge({ host, port, key, handlers, streams, journal, traces });
  return {
    url: edge.url,
    close: async () => {
      shutdown.abort();
      await edge.close(GRACE);
    },
  };
}
