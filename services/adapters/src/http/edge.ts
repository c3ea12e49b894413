import { createServer, type Socket } from "node:net";
import { type Journal, silentJournal } from "@atlas/platform/telemetry/journal";
import { noTraces, type Traces } from "@atlas/platform/telemetry/traces";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import { createDispatch } from "./dispatch.ts";
import { createHttp1 } from "./http1.ts";
import { createHttp2, type StreamRoute } from "./http2.ts";
import { defaultLimits, type EdgeLimits } from "./limits.ts";
import { listen } from "./listen.ts";
import type { PlainHandler } from "./plain.ts";
import type { Site } from "./site/site.ts";
import { sniff } from "./sniff.ts";

export interface EdgeOptions {
  /** An address of this machine, or its name. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** One for each RPC. */
  readonly handlers: readonly UniversalHandler[];
  /** By path, such as `/livez`. */
  readonly plain?: Readonly<Record<string, PlainHandler>>;
  /** What a browser is shown, where no handler and nothing plain answers. */
  readonly site?: Site;
  /** HTTP/2 streams that are not answered by `handlers`. */
  readonly streams?: StreamRoute;
  readonly limits?: Partial<EdgeLimits>;
  readonly journal?: Journal;
  /** Absent: no call has one. */
  readonly traces?: Traces;
}

export interface HttpEdge {
  readonly port: number;
  /** Such as `http://127.0.0.1:8080`. */
  readonly url: string;
  /**
   * Accepts nothing new, lets what is under way end for `grace` milliseconds, then breaks it off. Resolves when the port is
   * free and every connection is gone.
   */
  close(grace: number): Promise<void>;
}

/**
 * One port for all: HTTP/1.1 and HTTP/2 in the clear, told apart by the first bytes, carrying Connect, gRPC and
 * gRPC-Web. Rejects with `ListenError`, whose message is for a person.
 */
export async function openHttpEdge(options: EdgeOptions): Promise<HttpEdge> {
  const limits = { ...defaultLimits, ...options.limits };
  const { handlers, plain = {}, site, journal = silentJournal, traces = noTraces } = options;
  const dispatch = createDispatch(handlers, plain, site, { journal, traces });
  const http1 = createHttp1(dispatch, limits);
  const http2 = createHttp2(dispatch, options.streams ?? (() => undefined), { limits, traces });
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 }, (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    sniff(socket, limits.headerTimeout, (version) => {
      if (version === 2) http2.server.emit("connection", socket);
      else http1.emit("connection", socket);
    });
  });
  server.maxConnections = limits.connections;
  const port = await listen(server, options.host, options.port);
  return {
    port,
    url: `http://${options.host.includes(":") ? `[${options.host}]` : options.host}:${port}`,
    close: async (grace) => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      http1.close();
      http1.closeIdleConnections();
      http2.goAway();
      const timer = setTimeout(() => sockets.forEach((socket) => void socket.destroy()), grace);
      await closed;
      clearTimeout(timer);
    },
  };
}
