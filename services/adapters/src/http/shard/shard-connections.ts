import { ShardService } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { notReady } from "@atlas/platform/shard/not-ready";
import type { FollowReceiver, ShardClient, ShardDirectory } from "@atlas/platform/shard/shard-client";
import { TRACEPARENT, traceparentOf } from "@atlas/platform/telemetry/trace";
import { noTraces, type Traces } from "@atlas/platform/telemetry/traces";
import { type Client, createClient, type Interceptor } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";
import { Http2Connection } from "../http2-connection.ts";
import { CONNECTION_WINDOW, STREAM_WINDOW } from "../limits.ts";
import { offeringKey } from "../shared-key.ts";
import { followShard } from "./follow-client.ts";
import { toldBy } from "./told-by.ts";

/** Bytes of an answer: every account of a shard may be one. */
const ANSWER_BYTES = 256_000_000;
/**
 * Milliseconds of silence after which a connection is asked whether it is there, and those until it counts as gone, with all that is under
 * way on it: in time for what is known of identity to be confirmed on another, within 5 s (S23). Most of them are for the answer: a process
 * that is busy gives it late, and has more to do once everything is asked for again.
 */
const PING = { pingIntervalMs: 1_000, pingTimeoutMs: 3_000 };

type Follow = (from: { shard: string; after: number }, receiver: FollowReceiver) => { close(): void };

interface Connection {
  readonly shards: ShardDirectory;
  close(): void;
}

/** Connections to the platform's other processes, one for each address, made when first needed. */
export class ShardConnections {
  readonly #key: string;
  readonly #traces: Traces;
  readonly #connections = new Map<string, Connection>();

  /** `key`: what every process of the platform knows and nobody else. `traces`: absent, no call names one. */
  constructor(key: string, traces: Traces = noTraces) {
    this.#key = key;
    this.#traces = traces;
  }

  /** The shards of the process at an address, which is of `https`: nothing is asked in the clear. */
  at(address: string): ShardDirectory {
    if (!address.startsWith("https:")) return { client: (shard) => unasked(shard, address) };
    let connection = this.#connections.get(address);
    if (connection === undefined) {
      connection = connect(address, this.#key, this.#traces);
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

/** Of a build that spoke in the clear, or of nobody who should be believed. */
function unasked(shard: string, address: string): never {
  throw notReady(`${shard} is not asked at ${address}: processes of this build speak TLS among each other`);
}

function connect(address: string, key: string, traces: Traces): Connection {
  const sessionManager = new Http2Connection(address, PING, {
    ...offeringKey(key),
    settings: { initialWindowSize: STREAM_WINDOW },
    // One connection carries the events of every shard there.
    maxSessionMemory: CONNECTION_WINDOW / 1_000_000,
  });
  const traced: Interceptor = (next) => (request) => {
    const trace = traces.current();
    if (trace !== undefined) request.header.set(TRACEPARENT, traceparentOf(trace));
    return next(request);
  };
  const transport = createConnectTransport({
    ...{ baseUrl: address, httpVersion: "2", sessionManager, interceptors: [traced] },
    useBinaryFormat: true,
    readMaxBytes: ANSWER_BYTES,
    acceptCompression: [],
  });
  const client = createClient(ShardService, transport);
  // It goes on behind the call in which it may happen to begin again, and brings what others caused: it names no trace, and has none.
  const follow: Follow = (from, receiver) => traces.run(undefined, () => followShard(sessionManager, from, receiver));
  return { shards: { client: (shard) => remoteShard(client, follow, shard) }, close: () => sessionManager.abort() };
}

function remoteShard(client: Client<typeof ShardService>, follow: Follow, shard: string): ShardClient {
  const patience = (deadline: number) => ({ timeoutMs: Math.max(1, Math.ceil(deadline - performance.now())) });
  const told = (error: unknown) => {
    throw toldBy(error, shard);
  };
  return {
    read: (request, deadline) => client.read(request, patience(deadline)).catch(told),
    follow: (after, receiver) => follow({ shard, after }, receiver),
    resend: (request, deadline) => client.resend(request, patience(deadline)).catch(told),
  };
}
