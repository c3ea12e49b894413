import { acceptedCompression } from "@atlas/adapters/http/compression";
import { type HttpEdge, openHttpEdge } from "@atlas/adapters/http/edge";
import { createHealth } from "@atlas/adapters/http/health";
import type { StreamRoute } from "@atlas/adapters/http/http2";
import { defaultLimits } from "@atlas/adapters/http/limits";
import { createReflection } from "@atlas/adapters/http/reflection";
import type { Site } from "@atlas/adapters/http/site/site";
import { createSubscribeRoute } from "@atlas/adapters/http/subscribe/subscribe-route";
import { createTradeRoute } from "@atlas/adapters/http/trade/trade-route";
import type { PrometheusMetrics } from "@atlas/adapters/telemetry/prometheus-metrics";
import type { Gateway } from "@atlas/gateway/gateway";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { Health } from "@atlas/gen/grpc/health/v1/health_pb";
import { ServerReflection } from "@atlas/gen/grpc/reflection/v1/reflection_pb";
import { ServerReflection as ServerReflectionAlpha } from "@atlas/gen/grpc/reflection/v1alpha/reflection_pb";
import { CallLimiter } from "@atlas/platform/access/call-limiter";
import type { Authenticator } from "@atlas/platform/access/caller";
import { createHandlers, serve } from "@atlas/platform/access/create-handlers";
import type { Clock } from "@atlas/platform/ports/clock";
import { refusal } from "@atlas/platform/refusal/refusal-error";
import type { Journal } from "@atlas/platform/telemetry/journal";
import type { Traces } from "@atlas/platform/telemetry/traces";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import type { Readiness } from "./readiness.ts";

export interface PublicEdgeOptions {
  readonly host: string;
  readonly port: number;
  /** Absent: the process serves no clients, and tells only how it is. */
  readonly gateway?: Gateway;
  readonly readiness: Readiness;
  readonly metrics: PrometheusMetrics;
  /** Sets the gauges of what is only known by looking; called before metrics are told. */
  readonly look: () => void;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly traces: Traces;
  /** The console; absent: none. */
  readonly site?: Site;
}

/** The platform's one port. */
export interface PublicEdge {
  readonly url: string;
  /** All methods, for callers in this process. */
  readonly handlers: readonly UniversalHandler[];
  /** Ends streams, lets calls under way end for `grace` milliseconds, frees the port. */
  close(grace: number): Promise<void>;
}

/** Milliseconds between two looks at whether the process is ready. */
const HEALTH_PACE = 250;

/** Opens the port: every service of the gateway, health, reflection, probes, metrics, the console. Rejects with `ListenError`. */
export async function openPublicEdge(options: PublicEdgeOptions): Promise<PublicEdge> {
  const { gateway, journal, readiness, metrics } = options;
  const authenticator = gateway?.authenticator ?? nobody;
  const { messageBytes } = defaultLimits;
  const served = gateway?.services ?? [];
  const services = served.map(({ service }) => service);
  const health = createHealth(services.map(({ typeName }) => typeName));
  const reflection = createReflection([...services, Health]);
  const limiter = new CallLimiter(options.clock);
  const shutdown = new AbortController();
  const standard = [
    serve(Health, health.implementation),
    serve(ServerReflection, reflection.v1),
    serve(ServerReflectionAlpha, reflection.v1alpha),
  ];
  const common = { authenticator, limiter, journal, messageBytes };
  const handlers = createHandlers([...served, ...standard], {
    ...common,
    compression: [...acceptedCompression],
    shutdown: shutdown.signal,
  });
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
    ...(options.site === undefined ? {} : { site: options.site }),
    ...(gateway === undefined ? {} : { streams: fastRoads(gateway, common, shutdown.signal) }),
    journal,
    traces: options.traces,
  });
  // What `/readyz` says, as `grpc.health.v1` says it.
  const tellHealth = () => {
    if (shutdown.signal.aborted) return;
    health.setServing(readiness.missing().length === 0);
    options.clock.after(HEALTH_PACE, tellHealth);
  };
  tellHealth();
  return {
    url: edge.url,
    handlers,
    close: async (grace) => {
      health.setServing(false);
      shutdown.abort();
      await edge.close(grace);
    },
  };
}

/** Knows no caller: a process without a gateway has no method that needs one. */
const nobody: Authenticator = {
  authenticate: () => {
    throw refusal(Reason.NOT_SIGNED_IN, "nobody signs in here: ask a gateway");
  },
  watch: () => () => undefined,
};

function fastRoads(gateway: Gateway, common: FastRoad, shutdown: AbortSignal): StreamRoute {
  const trade = createTradeRoute({ ...common, open: gateway.openTradeSession });
  const subscribe = createSubscribeRoute({ ...common, open: gateway.openResponses, shutdown });
  return (path, headers) => trade(path, headers) ?? subscribe(path, headers);
}

type FastRoad = Omit<Parameters<typeof createSubscribeRoute>[0], "open" | "shutdown">;

function readinessOf(readiness: Readiness) {
  const missing = readiness.missing();
  return missing.length === 0 ? plainText(200, "ready") : plainText(503, missing.join("\n"));
}

function plainText(status: number, text: string) {
  return { status, contentType: "text/plain; charset=utf-8", body: `${text}\n` };
}
