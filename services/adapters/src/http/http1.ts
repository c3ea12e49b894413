import { createServer, type IncomingMessage, type Server } from "node:http";
import type { Socket } from "node:net";
import type { Dispatch } from "./dispatch.ts";
import type { EdgeLimits } from "./limits.ts";

/** What a request that never became one is answered, by Node's code of what is wrong with it. */
const STATUS: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
};

/** HTTP/1.1 for connections that another server accepts: give them by `server.emit("connection", socket)`. */
export function createHttp1(dispatch: Dispatch, limits: EdgeLimits): Server {
  const server = createServer({
    maxHeaderSize: limits.headerBytes,
    headersTimeout: limits.headerTimeout,
    connectionsCheckingInterval: Math.min(limits.headerTimeout, 1_000),
    keepAliveTimeout: limits.idleTimeout,
    noDelay: true,
  });
  server.on("request", (request, response) => {
    const { socket } = request;
    response.once("finish", () => drain(request, socket));
    dispatch(request, response);
  });
  server.on("clientError", (error: NodeJS.ErrnoException, socket) => {
    const status = STATUS[error.code ?? ""] ?? "400 Bad Request";
    if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
    else socket.destroy();
  });
  // It never listens itself, and without this event neither time-outs nor closeIdleConnections work.
  server.emit("listening");
  return server;
}

/**
 * A call may be answered before all of it was read, by a handler that then gives the rest up. Node drops what is left
 * only if nobody began to read; else it stops the connection, and the client's next call on it would wait for ever.
 */
function drain(request: IncomingMessage, socket: Socket): void {
  if (request.readableEnded) return;
  (request as IncomingMessage & { _dump(): void })._dump();
  socket.resume();
}
