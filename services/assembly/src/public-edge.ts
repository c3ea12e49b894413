import { acceptedCompression } from "@atlas/adapters/http/compression";
import { type HttpEdge, openHttpEdge } from "@atlas/adapters/http/edge";
import { createHealth } from "@atlas/adapters/http/health";
import { defaultLimits } from "@atlas/adapters/http/limits";
import { createReflection } from "@atlas/adapters/http/reflection";
import type { Site } from "@atlas/adapters/http/site/site";
import { createSubscribeRoute } from "@atlas/adapters/http/subscribe/subscribe-route";
import { createTradeRoute } from "@atlas/adapters/http/trade/trade-route";
import type { PrometheusMetrics } from "@atlas/adapters/telemetry/prometheus-metrics";
import type { Gateway } from "@atlas/gateway/gateway";
import { Health } from "@atlas/gen/grpc/health/v1/health_pb";
import { ServerReflection } from "@atlas/gen/grpc/reflection/v1/reflection_pb";
import { ServerReflection as ServerReflectionAlpha } from "@atlas/gen/grpc/reflection/v1alpha/reflection_pb";
import { CallLimiter } from "@atlas/platform/access/call-limiter";
import { createHandlers, serve } from "@atlas/platform/access/create-handlers";
import type { Clock } from "@atlas/platform/ports/clock";
import type { Journal } from "@atlas/platform/telemetry/journal";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import type { Readiness } from "./readiness.ts";

export interface PublicEdgeOptions {
  readonly host: string;
  readonly port: number;
  readonly gateway: Gateway;
  readonly readiness: Readiness;
  readonly metrics: PrometheusMetrics;
  /** Sets the gauges of what is only known by looking; called before metrics are told. */
  readonly look: () => void;
  readonly clock: Clock;
  readonly journal: Journal;
  /** The console. */
  readonly site: Site;
}

/** The platform's one port. */
export interface PublicEdge {
  readonly url: string;
  /** All methods, for callers in this process. */
  readonly handlers: readonly UniversalHandler[];
  /** Whether `grpc.health.v1` says that it serves. */
  setServing(serving: boolean): void;
  /** Ends streams, lets calls under way end for `grace` milliseconds, frees the port. */
  close(grace: number): Promise<void>;
}

/** Opens the port: every service of the gateway, health, reflection, probes, metrics, the console. Rejects with `ListenError`. */
export async function openPublicEdge(options: PublicEdgeOptions): Promise<PublicEdge> {
  const { gateway, journal, readiness, metrics } = options;
  const { authenticator } = gateway;
  const { messageBytes } = defaultLimits;
  const services = gateway.services.map(({ service }) => service);
  const health = createHealth(services.map(({ typeName }) => typeName));
  const reflection = createReflection([...services, Health]);
  const limiter = new CallLimiter(options.clock);
  const shutdown = new AbortController();
  const handlers = createHandlers(
    [
      ...gateway.services,
      serve(Health, health.implementation),
      serve(ServerReflection, reflection.v1),
      serve(ServerReflectionAlpha, reflection.v1alpha),
    ],
    { authenticator, limiter, journal, messageBytes, compression: [...acceptedCompression], shutdown: shutdown.signal },
  );
  const common = { authenticator, limiter, journal, messageBytes };
  const trade = createTradeRoute({ ...common, open: gateway.openTradeSession });
  const subscribe = createSubscribeRoute({ ...common, open: gateway.openResponses, shutdown: shutdown.signal });
  const edge: HttpEdge = await openHttpEdge({
    host: options.host,
    port: options.port,
    handlers,
    plain: {
      "/livez": () => plainText(200, "alive"),
      "/readyz": () => readinessOf(readiness),
      "/metrics": async () => {
        options.look();
        return { status: 200, contentType: metrics.contentType, body: await metrics.text() };
      },
    },
    site: options.site,
    streams: (path, headers) => trade(path, headers) ?? subscribe(path, headers),
    journal,
  });
  return {
    url: edge.url,
    handlers,
    setServing: (serving) => health.setServing(serving),
    close: async (grace) => {
      health.setServing(false);
      shutdown.abort();
      await edge.close(grace);
    },
  };
}

function readinessOf(readiness: Readiness) {
  const missing = readiness.missing();
  return missing.length === 0 ? plainText(200, "ready") : plainText(503, missing.join("\n"));
}

function plainText(status: number, text: string) {
  return { status, contentType: "text/plain; charset=utf-8", body: `${text}\n` };
}
