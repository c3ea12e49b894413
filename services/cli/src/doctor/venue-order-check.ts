import { VenueCommandCodec } from "@atlas/gen/atlas/venue/v1/venue_codec";
import { topics } from "@atlas/platform/topic/topics";
import type { Findings } from "./findings.ts";
import { frames, read } from "./frame-walk.ts";
import type { LogSource } from "./log-source.ts";
import type { ShardReading } from "./order-log-check.ts";
import { askedOf } from "./permits.ts";
import { sequenceRules } from "./sequence-rules.ts";

/** No order reaches a venue, and none is changed there, but as an event of its shard says (I13). */
export async function checkVenueOrders(
  source: LogSource,
  findings: Findings,
  readings: readonly ShardReading[],
): Promise<void> {
  const rule = findings.rule("I13", "orders at venues are as they were accepted");
  const { readable } = sequenceRules(findings);
  const shards = new Map(readings.map((reading) => [`oms/${reading.partition}`, reading]));
  for (let partition = 0; partition < source.partitions.venue; partition++) {
    for await (const { frame, header } of frames(source, topics.venueOrders.name, partition, readable)) {
      const reading = shards.get(header.source);
      if (reading === undefined) continue;
      for (let index = 0; index < frame.count; index++) {
        const command = read(frame, index, VenueCommandCodec);
        if (command === undefined) {
          readable.broken(`${topics.venueOrders.name}/${partition}: a message of ${header.source} cannot be read`);
          continue;
        }
        const asked = askedOf(command);
        const sequence = Number(command.commandId.slice(header.source.length + 1));
        // what was decided while the log was read, or stands before what a trimmed log begins with
        if (asked === undefined || sequence > reading.sequence || sequence < reading.first) continue;
        rule.see();
        if (reading.permits.get(sequence) !== asked) {
          rule.broken(`${header.source}: the venue was sent what event ${command.commandId} does not say`);
        }
      }
    }
  }
}
