import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { StreamService, SubscribeRequestSchema } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import type { CallLimiter } from "@atlas/platform/access/call-limiter";
import { checkMessage, policyOf } from "@atlas/platform/access/call-policy";
import type { Authenticator } from "@atlas/platform/access/caller";
import { refusal, toConnectError } from "@atlas/platform/refusal/refusal-error";
import type { OpenResponseSource } from "@atlas/platform/session/response-source";
import type { Journal } from "@atlas/platform/telemetry/journal";
import { Code, ConnectError } from "@connectrpc/connect";
import type { StreamRoute } from "../http2.ts";
import { beginStream, endStream } from "../trade/end-stream.ts";
import { plainHeader } from "../trade/plain-header.ts";
import { readRequest } from "../trade/read-request.ts";
import { protocolOf, type StreamProtocol } from "../trade/trade-protocol.ts";
import { SubscribeStream } from "./subscribe-stream.ts";

const PATH = `/${StreamService.typeName}/${StreamService.method.subscribe.name}`;
const policy = policyOf(StreamService.method.subscribe);

export interface SubscribeRouteOptions {
  readonly open: OpenResponseSource;
  readonly authenticator: Authenticator;
  readonly limiter: CallLimiter;
  readonly journal: Journal;
  /** Bytes of the request. */
  readonly messageBytes: number;
  /** Ends what is under way when the process stops. */
  readonly shutdown: AbortSignal;
}

/** Takes `Subscribe` streams that are binary and not compressed; the others go on to connect-node's handler. */
export function createSubscribeRoute(options: SubscribeRouteOptions): StreamRoute {
  return (path, headers) => {
    const protocol = path === PATH ? protocolOf(headers) : undefined;
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
  options: SubscribeRouteOptions,
): Promise<void> {
  const timeout = protocol.timeoutOf(headers);
  try {
    if (timeout.error !== undefined) throw timeout.error;
    const source = stream.session?.socket.remoteAddress ?? "";
    const caller = await options.authenticator.authenticate(plainHeader(headers), source);
    if (stream.destroyed) return;
    options.limiter.count(policy, caller, source);
    stream.once("close", options.limiter.openStream(caller, source));
    const request = await readRequest(stream, SubscribeRequestSchema, options.messageBytes, policy.strict);
    if (stream.destroyed) return;
    checkMessage(policy, caller, request);
    const responses = options.open(caller, request);
    beginStream(stream, protocol);
    const subscribed = new SubscribeStream(stream, protocol, responses);
    endWith(stream, subscribed, options, timeout.timeoutMs, (ended) => options.authenticator.watch(caller, ended));
  } catch (error) {
    const told = toConnectError(error);
    if (told.code === Code.Internal) options.journal.error("a stream failed to open", {}, error);
    if (stream.destroyed) return;
    beginStream(stream, protocol);
    endStream(stream, protocol, told);
  }
}

/** A stream ends with its caller's credential, its time, and the process. */
function endWith(
  stream: ServerHttp2Stream,
  subscribed: SubscribeStream,
  { shutdown }: SubscribeRouteOptions,
  timeoutMs: number | undefined,
  watch: (ended: (error: Error) => void) => () => void,
): void {
  const unwatch = watch((error) => subscribed.close(toConnectError(error)));
  const stop = () => subscribed.close(toConnectError(refusal(Reason.NOT_READY, "the platform is stopping")));
  const late = () => subscribed.close(new ConnectError("the operation timed out", Code.DeadlineExceeded));
  const timer = timeoutMs === undefined ? undefined : setTimeout(late, Math.min(timeoutMs, 0x7fff_ffff));
  shutdown.addEventListener("abort", stop, { once: true });
  stream.once("close", () => {
    unwatch();
    clearTimeout(timer);
    shutdown.removeEventListener("abort", stop);
  });
}
