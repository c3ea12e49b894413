import { ENGINE_VERSIONS } from "@atlas/domain/engine/engine-rules";
import { type ProcessState, ProcessStateSchema } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import { create } from "@bufbuild/protobuf";

/** A process as it says itself; `engines` absent: it carries what its build does. */
export function processState(
  process: string,
  roles: readonly string[],
  engines: readonly number[] = ENGINE_VERSIONS,
): ProcessState {
  return create(ProcessStateSchema, { process, roles: [...roles], engineVersions: [...engines] });
}
