import { file_atlas_log_v1_control_record } from "@atlas/gen/atlas/log/v1/control_record_pb";
import { file_atlas_log_v1_identity_record } from "@atlas/gen/atlas/log/v1/identity_record_pb";
import { file_atlas_log_v1_order_command } from "@atlas/gen/atlas/log/v1/order_command_pb";
import { file_atlas_log_v1_order_event } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { file_atlas_log_v1_venue_record } from "@atlas/gen/atlas/log/v1/venue_record_pb";
import { createRegistry } from "@bufbuild/protobuf";

/** Every frame that can stand on the log. */
export const frameRegistry = createRegistry(
  file_atlas_log_v1_order_command,
  file_atlas_log_v1_order_event,
  file_atlas_log_v1_venue_record,
  file_atlas_log_v1_control_record,
  file_atlas_log_v1_identity_record,
);
