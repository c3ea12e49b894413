import { AuditService } from "@atlas/gen/atlas/audit/v1/audit_service_pb";
import { type Served, serve } from "@atlas/platform/access/create-handlers";
import { exportRecords } from "@atlas/platform/archive/export-records";
import { verifyArchive } from "@atlas/platform/archive/verify-archive";
import { partitionsOf, topics } from "@atlas/platform/topic/topics";
import type { AuditContext } from "./audit-context.ts";
import { getOrderTimeline } from "./get-order-timeline.ts";

/** The audit service's public methods: any process that reaches archive and log can answer them. */
export function auditService(context: AuditContext): Served {
  return serve(AuditService, {
    getOrderTimeline: (request) => getOrderTimeline(request, context),
    verify: (request) => verifyArchive(context.reading, request.checkpoint),
    export: (request) => exportRecords(context, everyPartition(context), request),
  });
}

function everyPartition({ partitions }: AuditContext) {
  return Object.values(topics).flatMap(({ name: topic }) =>
    Array.from({ length: partitionsOf(topic, partitions) }, (_, partition) => ({ topic, partition })),
  );
}
