import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { ActivateEngineCodec } from "@atlas/gen/atlas/log/v1/control_record_codec";
import { ActivateEngineSchema, ControlCommandSchema } from "@atlas/gen/atlas/log/v1/control_record_pb";
import {
  type ActivateEngineRequest,
  type ActivateEngineResponse,
  ActivateEngineResponseSchema,
  type ProcessState,
} from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import { encodeView } from "@atlas/gen/codec/codec";
import { type RefusalError, refusal } from "@atlas/platform/refusal/refusal-error";
import { create } from "@bufbuild/protobuf";
import type { CallContext } from "../call-context.ts";
import { awaitLinks } from "../instrument/await-links.ts";
import { targetsOf } from "../instrument/define-instrument.ts";
import { CONTROL_SHARD } from "../instrument/instrument-context.ts";
import type { OperationsContext } from "./operations-context.ts";

const DIGEST_BYTES = 16;

/**
 * Answers when every shard has switched to the version (S6, S26). Control decides by what the processes that live now say that they
 * carry; a repeat need not meet the same ones.
 */
export async function activateEngine(
  request: ActivateEngineRequest,
  call: CallContext,
  context: OperationsContext,
): Promise<ActivateEngineResponse> {
  const { requestId, version } = request;
  const living = await context.processes();
  const unaware = living.filter(({ engineVersions }) => engineVersions.length === 0);
  // A build that says nothing could not even read the command.
  if (unaware.length > 0) throw lacking(version, unaware);
  const processes = living.map(({ process, engineVersions: versions }) => ({ process, versions }));
  const content = create(ActivateEngineSchema, { version });
  const event = await context.intake.submit(
    create(ControlCommandSchema, {
      requestId,
      contentDigest: context.digest.sha256(encodeView(ActivateEngineCodec, content)).subarray(0, DIGEST_BYTES),
      principal: call.principal,
      command: { case: "activateEngine", value: create(ActivateEngineSchema, { version, processes }) },
    }),
    call.deadline,
  );
  await awaitLinks(context, CONTROL_SHARD, targetsOf(event), call.deadline);
  return create(ActivateEngineResponseSchema, { version });
}

function lacking(version: number, processes: readonly ProcessState[]): RefusalError {
  const names = processes.map(({ process }) => process).slice(0, 20);
  const message = `engine version ${version} cannot be activated: ${names.join(", ")} are of builds that cannot switch`;
  const facts = { version: `${version}`, lacking: names.join(",") };
  return refusal(Reason.ENGINE_MISSING, message, { field: "version", facts });
}
