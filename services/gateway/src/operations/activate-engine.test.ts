import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { ActivateEngineRequestSchema, ProcessStateSchema } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import { notReady } from "@atlas/platform/shard/not-ready";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import type { CallContext } from "../call-context.ts";
import { activateEngine } from "./activate-engine.ts";
import type { OperationsContext } from "./operations-context.ts";

const request = create(ActivateEngineRequestSchema, { requestId: "r", version: 2 });
const call = { deadline: 1_000 } as CallContext;

/** Nothing may be logged. */
function contextWith(processes: OperationsContext["processes"]): OperationsContext {
  const submit = () => Promise.reject(new Error("it was logged"));
  return { processes, intake: { submit } } as unknown as OperationsContext;
}

test("S26: a build that could not read the command is named before anything is logged", async () => {
  const beats = [{ process: "new", engineVersions: [1, 2] }, { process: "ancient" }];
  const context = contextWith(async () => beats.map((beat) => create(ProcessStateSchema, beat)));
  await expect(activateEngine(request, call, context)).rejects.toMatchObject({
    refusal: { reason: Reason.ENGINE_MISSING, field: "version", facts: { version: "2", lacking: "ancient" } },
  });
});

test("nothing is logged while nobody can tell which processes live", async () => {
  const context = contextWith(() => Promise.reject(notReady("the table of leases cannot be read")));
  await expect(activateEngine(request, call, context)).rejects.toMatchObject({
    refusal: { reason: Reason.NOT_READY },
  });
});
