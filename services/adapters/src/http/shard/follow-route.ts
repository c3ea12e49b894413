import { constants, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import { FollowResponseCodec } from "@atlas/gen/atlas/operations/v1/shard_service_codec";
import {
  FollowRequestSchema,
  type FollowResponse,
  ShardService,
} from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { encode } from "@atlas/gen/codec/codec";
import { checkCaller, checkMessage, policyOf } from "@atlas/platform/access/call-policy";
import type { Authenticator } from "@atlas/platform/access/caller";
import { toConnectError } from "@atlas/platform/refusal/refusal-error";
import { notReady } from "@atlas/platform/shard/not-ready";
import type { ShardDirectory } from "@atlas/platform/shard/shard-client";
import type { Journal } from "@atlas/platform/telemetry/journal";
import { Code } from "@connectrpc/connect";
import type { StreamRoute } from "../http2.ts";
import { beginStream, endStream } from "../trade/end-stream.ts";
import { plainHeader } from "../trade/plain-header.ts";
import { readRequest } from "../trade/read-request.ts";
import { envelope, protocolOf, type StreamProtocol } from "../trade/trade-protocol.ts";

export const FOLLOW_PATH = `/${ShardService.typeName}/${ShardService.method.follow.name}`;
const policy = policyOf(ShardService.method.follow);
/** With what a stream is reset whose follower is too slow. */
export const TOO_SLOW = constants.NGHTTP2_ENHANCE_YOUR_CALM;
/** Bytes that a follower may be behind before it is let go: it reads anew. */
const MOST_WAITING = 33_554_432;
const DRAIN = 10_000;

export interface FollowRouteOptions {
  readonly shards: ShardDirectory;
  readonly authenticator: Authenticator;
  readonly journal: Journal;
  /** Bytes of the request. */
  readonly messageBytes: number;
  /** Ends what is under way when the process stops. */
  readonly shutdown: AbortSignal;
  /** Milliseconds that a follower which is let go has for what waits for it; default 10,000. */
  readonly drain?: number;
}

/** Each response is encoded once for all who follow the shard. */
const encoded = new WeakMap<FollowResponse, Uint8Array>();

/**
 * Takes `Follow` streams that are binary and not compressed, with the static codec: every event of a shard goes to every gateway. The
 * others go on to connect-node's handler.
 */
export function createFollowRoute(options: FollowRouteOptions): StreamRoute {
  return (path, headers) => {
    const protocol = path === FOLLOW_PATH ? protocolOf(headers) : undefined;
    if (protocol === undefined) return undefined;
    return (stream) => {
      stream.on("error", () => {});
      void begin(stream, headers, protocol, options);
    };
  };
}

/** Never rejects. */
async function begin(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  protocol: StreamProtocol,
  { shards, authenticator, journal, messageBytes, shutdown, drain = DRAIN }: FollowRouteOptions,
): Promise<void> {
  try {
    const caller = await authenticator.authenticate(plainHeader(headers), stream.session?.socket.remoteAddress ?? "");
    checkCaller(policy, caller);
    const request = await readRequest(stream, FollowRequestSchema, messageBytes, policy.strict);
    checkMessage(policy, caller, request);
    const client = shards.client(request.shard);
    if (stream.destroyed) return;
    beginStream(stream, protocol);
    let over = false;
    const end = (error: Error) => {
      if (over) return;
      over = true;
      following.close();
      endStream(stream, protocol, toConnectError(error));
    };
    // Who only stood still for a moment reads what waits, and follows from there. Of one that does not nothing is kept.
    const letGo = () => {
      if (over) return;
      end(notReady("the follower is too slow"));
      const reset = setTimeout(() => {
        stream.close(TOO_SLOW);
        stream.destroy();
      }, drain).unref();
      stream.once("close", () => clearTimeout(reset));
    };
    const stop = () => end(notReady("the process is stopping"));
    const following = client.follow(Number(request.afterSequence), {
      receive: (response) => {
        if (stream.writableLength > MOST_WAITING) letGo();
        else if (!over) stream.write(bytesOf(response));
      },
      // It may fail before `follow` has returned.
      fail: (error) => void setImmediate(() => end(error)),
    });
    shutdown.addEventListener("abort", stop, { once: true });
    stream.once("close", () => {
      shutdown.removeEventListener("abort", stop);
      following.close();
    });
  } catch (error) {
    const told = toConnectError(error);
    if (told.code === Code.Internal) journal.error("a shard could not be followed", {}, error);
    if (stream.destroyed) return;
    beginStream(stream, protocol);
    endStream(stream, protocol, told);
  }
}

function bytesOf(response: FollowResponse): Uint8Array {
  let bytes = encoded.get(response);
  if (bytes === undefined) {
    bytes = envelope(0, encode(FollowResponseCodec, response));
    encoded.set(response, bytes);
  }
  return bytes;
}
