import { setImmediate as turn } from "node:timers/promises";
import { HealthCheckResponse_ServingStatus } from "@atlas/gen/grpc/health/v1/health_pb";
import type { HandlerContext } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { createHealth } from "./health.ts";

const { SERVING, NOT_SERVING } = HealthCheckResponse_ServingStatus;

function watching() {
  const health = createHealth([]);
  const call = new AbortController();
  const request = { $typeName: "grpc.health.v1.HealthCheckRequest", service: "" } as const;
  const context = { signal: call.signal } as HandlerContext;
  const watch = health.implementation.watch(request, context)[Symbol.asyncIterator]();
  return { health, call, next: async () => (await watch.next()).value?.status };
}

test("who watches is told of a change that came while it was being told of the one before", async () => {
  const { health, next } = watching();
  expect(await next()).toBe(NOT_SERVING);
  health.setServing(true);
  expect(await Promise.race([next(), turn("nothing")])).toBe(SERVING);
});

test.each(["before it is told anything", "while it waits", "while it is being told"])(
  "a watch ends with its call: %s",
  async (when) => {
    const { call, next } = watching();
    if (when === "before it is told anything") call.abort();
    else expect(await next()).toBe(NOT_SERVING);
    if (when === "while it is being told") call.abort();
    const last = next();
    call.abort();
    expect(await Promise.race([last, turn("nothing")])).toBe(undefined);
  },
);
