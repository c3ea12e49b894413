import { OrderCommandCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import type { OrderCommand } from "@atlas/gen/atlas/log/v1/order_command_pb";
import { OrderEventCodec } from "@atlas/gen/atlas/log/v1/order_event_codec";
import { type OrderEvent, OrderEventFrameSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { FollowResponseSchema } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { ExecutionReportCodec } from "@atlas/gen/atlas/order/v1/execution_report_codec";
import type { ExecutionReport } from "@atlas/gen/atlas/order/v1/execution_report_pb";
import type { EventShardKind } from "@atlas/platform/shard/event-shard-kind";
import { EventShardOwner, type OwnerPorts } from "@atlas/platform/shard/event-shard-owner";
import { shardName } from "@atlas/platform/shard/shard-name";
import { type PartitionCounts, topics } from "@atlas/platform/topic/topics";
import { executionReportOf } from "@atlas/platform/wire/order/execution-report";
import { timerDueOf } from "@atlas/platform/wire/order/timer-due";
import { create } from "@bufbuild/protobuf";
import { balanceOf } from "./account-view.ts";
import { answerOms } from "./answer-oms.ts";
import { OmsShard } from "./oms-shard.ts";
import { Projection } from "./projection.ts";

const KIND: EventShardKind<OrderCommand, OrderEvent, ExecutionReport> = {
  inputs: { topic: topics.orderCommands, codec: OrderCommandCodec },
  events: { topic: topics.orderEvents, codec: OrderEventCodec },
  reports: { channel: { topic: topics.executionReports, codec: ExecutionReportCodec }, of: executionReportOf },
  sequenceOf: (event) => Number(event.sequence),
  timerDue: timerDueOf,
  respond: (events) => {
    const value = create(OrderEventFrameSchema);
    value.messages = events as OrderEvent[];
    return create(FollowResponseSchema, { events: { case: "orderEvents", value } });
  },
};

export interface OmsSettings {
  readonly partition: number;
  readonly partitions: PartitionCounts;
  /** The engine versions that this process carries; absent: all of its build (S26). */
  readonly engines?: readonly number[] | undefined;
}

/** An order shard with its owner and its projection. */
export interface OwnedOms {
  readonly shard: OmsShard;
  readonly projection: Projection;
  readonly owner: EventShardOwner<OrderCommand, OrderEvent, ExecutionReport>;
}

/** Owns one order shard; `start` it. */
export function ownOms(ports: OwnerPorts, settings: OmsSettings, hooks: { failed(error: Error): void }): OwnedOms {
  const { partition, partitions } = settings;
  const checkFailed = (error: unknown) => {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    ports.warn("a check threw: its order was refused", { shard: shardName("oms", partition), reason });
  };
  const shard = new OmsShard(partition, partitions.venue, checkFailed, settings.engines);
  const projection = new Projection(ports, {
    name: shard.name,
    partition,
    openOrders: () => shard.openOrders(),
    balance: (accountId, asset) => {
      const account = shard.state.accounts.get(accountId);
      return account === undefined ? undefined : balanceOf(account, asset);
    },
  });
  const owner = new EventShardOwner(ports, KIND, shard, partition, {
    decided: (events, encoded) => projection.decided(events, encoded),
    acknowledged: (place) => projection.acknowledged(place),
    room: () => projection.room(),
    projected: () => projection.load(),
    recovered: (events) => projection.recovered(events),
    answer: (request, outputs, inputOffset) => answerOms(shard, projection, request, { outputs, inputOffset }, ports),
    failed: (error) => hooks.failed(error),
    // a batch that waits would be tried for ever, and the state may be ahead of the log: the next start writes it from there
    ended: () => projection.close(),
  });
  return { shard, projection, owner };
}
