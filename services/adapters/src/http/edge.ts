import { createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { type Journal, silentJournal } from "@atlas/platform/telemetry/journal";
import { noTraces, type Traces } from "@atlas/platform/telemetry/traces";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import { createDispatch } from "./dispatch.ts";
import { createHttp1 } from "./http1.ts";
import { createHttp2, type StreamRoute } from "./http2.ts";
import { defaultLimits, type EdgeLimits } from "./limits.ts";
import { listen } from "./listen.ts";
import type { PlainHandler } from "./plain.ts";
import { acceptingKey } from "./shared-key.ts";
import type { Site } from "./site/site.ts";
import { sniff } from "./sniff.ts";

export interface EdgeOptions {
  /** An address of this machine, or its name. */
  readonly host: string;
  /** 0: any free one. */
  readonly port: number;
  /** Only who knows it is let in, over TLS. Absent: everybody is, in the clear. */
  readonly key?: string;
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
  /** Such as `http://127.0.0.1:8080`; `https` where a key is asked for. */
  readonly url: string;
  /**
   * Accepts nothing new, lets what is under way end for `grace` milliseconds, then breaks it off. Resolves when the port is
   * free and every connection is gone.
   */
  close(grace: number): Promise<void>;
}

/**
 * One port for all: HTTP/1.1 and HTTP/2, told apart by the first bytes, carrying Connect, gRPC and gRPC-Web. Rejects with `ListenError`, whose message is for a person.
 */
export async function openHttpEdge(options: EdgeOptions): Promise<HttpEdge> {
  const limits = { ...defaultLimits, ...options.limits };
  const { handlers, plain = {}, site, journal = silentJournal, traces = noTraces } = options;
  const dispatch = createDispatch(handlers, plain, site, { journal, traces });
  const http1 = createHttp1(dispatch, limits);
  const http2 = createHttp2(dispatch, options.streams ?? (() => undefined), { limits, traces });
  const sockets = new Set<Socket>();
  const accepted = (socket: Socket) => {
    sniff(socket, limits.headerTimeout, (version) => {
      if (version === 2) http2.server.emit("connection", socket);
      else http1.emit("connection", socket);
    });
  };
  const server = createTransport(options.key, limits.headerTimeout, accepted);
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.maxConnections = limits.connections;
  const port = await listen(server, options.host, options.port);
  return {
    port,
    url: `${options.key === undefined ? "http" : "https"}://${options.host.includes(":") ? `[${options.host}]` : options.host}:${port}`,
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

/** Gives what it accepts to `accepted`, ready to be read. */
function createTransport(key: string | undefined, timeout: number, accepted: (socket: Socket) => void): Server {
  const terms = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 };
  if (key === undefined) return createServer(terms, accepted);
  const server = createTlsServer({ ...terms, ...acceptingKey(key, timeout) }, accepted);
  // A stranger, or a process with another key, which its own log says: it is told by the alert.
  server.on("tlsClientError", (_error, socket) => void socket.destroy());
  return server;
}
