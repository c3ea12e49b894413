import { type OrderCommand, OrderCommandSchema } from "@atlas/gen/atlas/log/v1/order_command_pb";
import { create } from "@bufbuild/protobuf";
import { timestampOf } from "../time.ts";

/** What the owner of an order shard appends when a deadline may be due (S9). */
export function timerDueOf(time: number): OrderCommand {
  return create(OrderCommandSchema, { command: { case: "timerDue", value: { time: timestampOf(time) } } });
}
