import {
  createServer,
  type Http2Server,
  Http2ServerRequest,
  Http2ServerResponse,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import { TRACEPARENT } from "@atlas/platform/telemetry/trace";
import type { Traces } from "@atlas/platform/telemetry/traces";
import type { Dispatch } from "./dispatch.ts";
import { CONNECTION_WINDOW, type EdgeLimits, STREAM_WINDOW } from "./limits.ts";
import { pathOf } from "./request.ts";

/** Takes a stream for itself, from its first header on. Must not throw; it answers, and handles the stream's errors. */
export type StreamHandler = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => void;

/** Says whether a request is for a handler of streams; those not taken go the usual way. */
export type StreamRoute = (path: string, headers: IncomingHttpHeaders) => StreamHandler | undefined;

export interface Http2 {
  readonly server: Http2Server;
  /** Asks every client to come again on another connection; streams under way go on. */
  goAway(): void;
}

/** HTTP/2 in the clear for connections that another server accepts: give them by `server.emit("connection", socket)`. */
export function createHttp2(
  dispatch: Dispatch,
  route: StreamRoute,
  { limits, traces }: { readonly limits: EdgeLimits; readonly traces: Traces },
): Http2 {
  const server = createServer({
    maxSessionMemory: 100,
    settings: {
      initialWindowSize: STREAM_WINDOW,
      maxConcurrentStreams: limits.streamsPerConnection,
      maxHeaderListSize: limits.headerBytes,
    },
  });
  const sessions = new Set<ServerHttp2Session>();
  server.on("session", (session) => {
    sessions.add(session);
    session.setLocalWindowSize(CONNECTION_WINDOW);
    session.setTimeout(limits.idleTimeout, () => closeIdle(session));
    session.once("close", () => sessions.delete(session));
  });
  // A connection that breaks is no concern of the server; its streams are told.
  server.on("sessionError", () => {});
  server.on("stream", (stream, headers, _flags, rawHeaders) => {
    const handler = route(pathOf(headers[":path"]), headers);
    if (handler !== undefined) void traces.during(headers[TRACEPARENT], () => untilClosed(stream, headers, handler));
    else dispatch(new Http2ServerRequest(stream, headers, {}, rawHeaders), new Http2ServerResponse(stream));
  });
  return { server, goAway: () => sessions.forEach((session) => void session.close()) };
}

/** The whole stream is one call, whatever is sent on it. */
function untilClosed(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, handler: StreamHandler): Promise<void> {
  return new Promise((resolve) => {
    handler(stream, headers);
    stream.once("close", resolve);
  });
}

/** Node calls this when nothing was sent or received for the time. */
function closeIdle(session: ServerHttp2Session): void {
  session.close();
}
