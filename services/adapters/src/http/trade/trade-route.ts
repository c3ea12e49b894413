import type { IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { OrderSessionService } from "@atlas/gen/atlas/order/v1/order_session_service_pb";
import type { CallLimiter } from "@atlas/platform/access/call-limiter";
import { policyOf } from "@atlas/platform/access/call-policy";
import type { Authenticator, Caller } from "@atlas/platform/access/caller";
import { toConnectError } from "@atlas/platform/refusal/refusal-error";
import type { OpenTradeSession } from "@atlas/platform/session/trade-session";
import type { Journal } from "@atlas/platform/telemetry/journal";
import { Code, ConnectError } from "@connectrpc/connect";
import type { StreamRoute } from "../http2.ts";
import { plainHeader } from "./plain-header.ts";
import { protocolOf, type StreamProtocol } from "./trade-protocol.ts";
import { TradeStream } from "./trade-stream.ts";

/** Where sessions are opened. */
export const TRADE_PATH = `/${OrderSessionService.typeName}/${OrderSessionService.method.trade.name}`;
const policy = policyOf(OrderSessionService.method.trade);

export interface TradeRouteOptions {
  readonly open: OpenTradeSession<Caller>;
  readonly authenticator: Authenticator;
  readonly limiter: CallLimiter;
  readonly journal: Journal;
  /** Bytes of one request. */
  readonly messageBytes: number;
}

/** Takes `Trade` streams that are binary and not compressed; the others go on to connect-node's handler. */
export function createTradeRoute(options: TradeRouteOptions): StreamRoute {
  return (path, headers) => {
    const protocol = path === TRADE_PATH ? protocolOf(headers) : undefined;
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
  options: TradeRouteOptions,
): Promise<void> {
  const timeout = protocol.timeoutOf(headers);
  let trade: TradeStream | undefined;
  try {
    if (timeout.error !== undefined) throw timeout.error;
    const source = stream.session?.socket.remoteAddress ?? "";
    const caller = await options.authenticator.authenticate(plainHeader(headers), source);
    if (stream.destroyed) return;
    options.limiter.count(policy, caller, source);
    stream.once("close", options.limiter.openStream(caller, source));
    trade = new TradeStream(stream, protocol, options.messageBytes);
    trade.start(options.open(caller, trade));
    if (timeout.timeoutMs !== undefined) limit(stream, trade, timeout.timeoutMs);
  } catch (error) {
    const told = toConnectError(error);
    if (told.code === Code.Internal) options.journal.error("a session failed to open", {}, error);
    if (!stream.destroyed) (trade ?? new TradeStream(stream, protocol, 0)).close(told);
  }
}

/** The client waits no longer than this for the end of the stream. */
function limit(stream: ServerHttp2Stream, trade: TradeStream, timeoutMs: number): void {
  const timer = setTimeout(
    () => trade.expire(new ConnectError("the operation timed out", Code.DeadlineExceeded)),
    Math.min(timeoutMs, 0x7fff_ffff),
  );
  stream.once("close", () => clearTimeout(timer));
}
