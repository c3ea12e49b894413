import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { ShardService } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { RefusalError, refusalOf } from "@atlas/platform/refusal/refusal-error";
import { notReady } from "@atlas/platform/shard/not-ready";
import type { FollowReceiver, ShardClient, ShardDirectory } from "@atlas/platform/shard/shard-client";
import { type Client, createClient, type Interceptor } from "@connectrpc/connect";
import { createConnectTransport, Http2SessionManager } from "@connectrpc/connect-node";

/** Bytes of an answer: every account of a shard may be one. */
const ANSWER_BYTES = 256_000_000;
/** Milliseconds of silence after which a connection is asked whether it is there, and those until it counts as gone. */
const PING = { pingIntervalMs: 2_000, pingTimeoutMs: 2_000 };

interface Connection {
  readonly shards: ShardDirectory;
  close(): void;
}

/** Connections to the platform's other processes, one for each address, made when first needed. */
export class ShardConnections {
  readonly #credential: string;
  readonly #connections = new Map<string, Connection>();

  /** `credential`: sent with every call. */
  constructor(credential: string) {
    this.#credential = credential;
  }

  /** The shards of the process at an address. */
  at(address: string): ShardDirectory {
    let connection = this.#connections.get(address);
    if (connection === undefined) {
      connection = connect(address, this.#credential);
      this.#connections.set(address, connection);
    }
    return connection.shards;
  }

  /** Ends the connections to addresses that are not among these: their processes are gone. */
  keep(addresses: ReadonlySet<string>): void {
    for (const [address, connection] of this.#connections) {
      if (addresses.has(address)) continue;
      this.#connections.delete(address);
      connection.close();
    }
  }

  close(): void {
    this.keep(new Set());
  }
}

function connect(address: string, credential: string): Connection {
  const sessionManager = new Http2SessionManager(address, PING);
  const signIn: Interceptor = (next) => (request) => {
    request.header.set("Authorization", credential);
    return next(request);
  };
  const transport = createConnectTransport({
    ...{ baseUrl: address, httpVersion: "2", sessionManager, interceptors: [signIn] },
    useBinaryFormat: true,
    readMaxBytes: ANSWER_BYTES,
    acceptCompression: [],
  });
  const client = createClient(ShardService, transport);
  return { shards: { client: (shard) => remoteShard(client, shard) }, close: () => sessionManager.abort() };
}

function remoteShard(client: Client<typeof ShardService>, shard: string): ShardClient {
  return {
    async read(request, deadline) {
      try {
        return await client.read(request, { timeoutMs: Math.max(1, Math.ceil(deadline - performance.now())) });
      } catch (error) {
        throw told(error, shard);
      }
    },
    follow(after, receiver) {
      const end = new AbortController();
      void pass(client, shard, after, receiver, end.signal);
      return { close: () => end.abort() };
    },
  };
}

/** Never rejects. */
async function pass(
  client: Client<typeof ShardService>,
  shard: string,
  after: number,
  receiver: FollowReceiver,
  signal: AbortSignal,
): Promise<void> {
  let failure: Error = notReady(`${shard}'s owner has ended the stream`);
  try {
    for await (const response of client.follow({ shard, afterSequence: BigInt(after) }, { signal })) {
      if (signal.aborted) return;
      receiver.receive(response);
    }
  } catch (error) {
    failure = told(error, shard);
  }
  if (!signal.aborted) receiver.fail(failure);
}

/** What the owner refused, as it said it; all else, a key that it does not take among it, is that it cannot be asked now. */
function told(error: unknown, shard: string): RefusalError {
  const refusal = refusalOf(error);
  if (refusal !== undefined && refusal.reason !== Reason.NOT_SIGNED_IN) return new RefusalError(refusal);
  return notReady(`${shard} cannot be asked now: ${(error as Error).message}`);
}
