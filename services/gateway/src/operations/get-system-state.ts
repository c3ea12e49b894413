import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import {
  type GetSystemStateRequest,
  type GetSystemStateResponse,
  GetSystemStateResponseSchema,
  type ShardState,
  ShardStateSchema,
} from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import { RefusalError } from "@atlas/platform/refusal/refusal-error";
import { shardName } from "@atlas/platform/shard/shard-name";
import type { PartitionCounts } from "@atlas/platform/topic/topics";
import { create } from "@bufbuild/protobuf";
import type { CallContext } from "../call-context.ts";
import { invalidField } from "../refusal/invalid-field.ts";
import type { OperationsContext } from "./operations-context.ts";

/** A shard that does not answer must not keep the others from being shown, milliseconds. */
const PATIENCE = 5_000;

/** Every shard as it knows itself; one without an owner stands there as not ready. No process, where none can be asked for. */
export async function getSystemState(
  request: GetSystemStateRequest,
  call: CallContext,
  context: OperationsContext,
): Promise<GetSystemStateResponse> {
  const all = shardNames(context.partitions);
  const asked = request.shard === "" ? all : all.filter((shard) => shard === request.shard);
  if (asked.length === 0) throw invalidField("shard", "names no shard of this platform");
  const deadline = Math.min(call.deadline, context.clock.monotonic() + PATIENCE);
  const [shards, processes] = await Promise.all([
    Promise.all(asked.map((shard) => stateOf(shard, request.withStateHash, deadline, context))),
    context.processes().catch(unlessAway),
  ]);
  return create(GetSystemStateResponseSchema, { shards, processes: [...processes] });
}

/** Every shard of a platform. */
function shardNames(partitions: PartitionCounts): string[] {
  return [
    ...Array.from({ length: partitions.oms }, (_, number) => shardName("oms", number)),
    ...Array.from({ length: partitions.venue }, (_, number) => shardName("venue", number)),
    shardName("control", 0),
    shardName("identity", 0),
  ];
}

async function stateOf(
  shard: string,
  withStateHash: boolean,
  deadline: number,
  { directory }: OperationsContext,
): Promise<ShardState> {
  const value = { $typeName: "atlas.operations.v1.StateQuery", withStateHash } as const;
  const query = { case: "state", value } as const;
  try {
    const read = { $typeName: "atlas.operations.v1.ReadRequest", shard, notBefore: 0n, query } as const;
    const { result } = await directory.client(shard).read(read, deadline);
    if (result.case === "state") return result.value;
  } catch (error) {
    unlessAway(error);
  }
  return create(ShardStateSchema, { shard });
}

function unlessAway(error: unknown): readonly never[] {
  if (error instanceof RefusalError && error.refusal.reason === Reason.NOT_READY) return [];
  throw error;
}
