import {
  type CountLogRequest,
  type CountLogResponse,
  CountLogResponseSchema,
} from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import { create } from "@bufbuild/protobuf";
import { knownPartitions } from "./known-partitions.ts";
import type { OperationsContext } from "./operations-context.ts";

/** What stands on each partition of a topic. */
export async function countLog(request: CountLogRequest, context: OperationsContext): Promise<CountLogResponse> {
  const count = knownPartitions(request.topic, context.partitions);
  const partitions = Array.from({ length: count }, async (_, partition) => {
    const { start, end } = await context.log.range(request.topic, partition);
    return { partition, startOffset: BigInt(start), endOffset: BigInt(end) };
  });
  return create(CountLogResponseSchema, { partitions: await Promise.all(partitions) });
}
