import { createServer, type Server } from "node:http";
import type { Dispatch } from "./dispatch.ts";
import type { EdgeLimits } from "./limits.ts";

/** HTTP/1.1 for connections that another server accepts: give them by `server.emit("connection", socket)`. */
export function createHttp1(dispatch: Dispatch, limits: EdgeLimits): Server {
  const server = createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headerTimeout,
    connectionsCheckingInterval: Math.min(limits.headerTimeout, 1_000),
    keepAliveTimeout: limits.idleTimeout,
    noDelay: true,
  });
  server.on("request", dispatch);
  server.on("clientError", (_error, socket) => {
    if (socket.writable) socket.end("HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
    else socket.destroy();
  });
  // It never listens itself, and without this event neither time-outs nor closeIdleConnections work.
  server.emit("listening");
  return server;
}
