import type { OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { RefusalError } from "@atlas/platform/refusal/refusal-error";
import type { CommandDraft, CommandIntake } from "./command-intake.ts";
import { silenceRefusal } from "./silence.ts";

/**
 * Sends a command that one event decides, and waits for it: for what is not on the hot path. Rejects with the `RefusalError`
 * that the shard answered, that the intake gave, or that stands for silence.
 */
export function decide(intake: CommandIntake, draft: CommandDraft): Promise<OrderEvent> {
  return new Promise((resolve, reject) => {
    const refused = intake.send(draft, {
      decided(event) {
        const refusal = event.event.case === "commandAnswered" ? event.event.value.refusal : undefined;
        if (refusal === undefined) resolve(event);
        else reject(new RefusalError(refusal));
        return true;
      },
      silent: (silence) => reject(silenceRefusal(silence)),
    });
    if (refused !== undefined) reject(refused);
  });
}
