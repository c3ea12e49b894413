import {
  type Health,
  type HealthCheckResponse,
  HealthCheckResponse_ServingStatus,
  HealthCheckResponseSchema,
} from "@atlas/gen/grpc/health/v1/health_pb";
import { create } from "@bufbuild/protobuf";
import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect";

/** `grpc.health.v1.Health` of a process whose services come and go together. */
export interface HealthService {
  readonly implementation: ServiceImpl<typeof Health>;
  /** Whether the process serves; watchers are told. Begins with `false`. */
  setServing(serving: boolean): void;
}

/** `services` are the full names that can be asked for, besides the empty one for all. */
export function createHealth(services: readonly string[]): HealthService {
  const known = new Set(["", ...services]);
  let serving = false;
  /** One for each watch whose call goes on. */
  const wakes = new Set<() => void>();
  const statusOf = (service: string): HealthCheckResponse => {
    const { SERVING, NOT_SERVING, SERVICE_UNKNOWN } = HealthCheckResponse_ServingStatus;
    const status = !known.has(service) ? SERVICE_UNKNOWN : serving ? SERVING : NOT_SERVING;
    return create(HealthCheckResponseSchema, { status });
  };
  return {
    implementation: {
      check(request) {
        if (!known.has(request.service)) throw new ConnectError(`no service ${request.service}`, Code.NotFound);
        return statusOf(request.service);
      },
      async *watch({ service }, { signal }) {
        let changed = Promise.withResolvers<void>();
        const wake = () => changed.resolve();
        const end = () => {
          wakes.delete(wake);
          wake();
        };
        wakes.add(wake);
        signal.addEventListener("abort", end, { once: true });
        if (signal.aborted) end();
        while (!signal.aborted) {
          // It may change again before the client has taken this.
          changed = Promise.withResolvers();
          yield statusOf(service);
          await changed.promise;
        }
      },
      list() {
        return { statuses: Object.fromEntries([...known].map((service) => [service, statusOf(service)])) };
      },
    },
    setServing(now) {
      if (now === serving) return;
      serving = now;
      for (const wake of wakes) wake();
    },
  };
}
