import { ControlEventCodec } from "@atlas/gen/atlas/log/v1/control_record_codec";
import { IdentityEventCodec } from "@atlas/gen/atlas/log/v1/identity_record_codec";
import { topics } from "@atlas/platform/topic/topics";
import type { Findings } from "./findings.ts";
import { frames, sequenced } from "./frame-walk.ts";
import type { LogSource } from "./log-source.ts";
import { sequenceRules } from "./sequence-rules.ts";

/** Control and identity events are in sequence, and execution reports leave nothing out (S14). */
export async function checkOutputs(source: LogSource, findings: Findings): Promise<void> {
  const rules = sequenceRules(findings);
  for await (const _ of sequenced(source, topics.controlEvents.name, 0, ControlEventCodec, rules));
  for await (const _ of sequenced(source, topics.identityEvents.name, 0, IdentityEventCodec, rules));
  for (let partition = 0; partition < source.partitions.oms; partition++) {
    let through = 0;
    const topic = topics.executionReports.name;
    for await (const { header } of frames(source, topic, partition, rules.readable)) {
      rules.gapless.see();
      if (Number(header.after) > through) {
        rules.gapless.broken(
          `${topic}/${partition}: a frame begins after ${header.after}, the last ended at ${through}`,
        );
      }
      through = Math.max(through, Number(header.through));
    }
  }
}
