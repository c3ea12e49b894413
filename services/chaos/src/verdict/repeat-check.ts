import type { AtlasClient } from "@atlas/cli/client/atlas-client";
import { repeat } from "@atlas/cli/client/repeat";
import type { Rule } from "@atlas/cli/doctor/findings";
import { answerOfResult } from "../load/answer.ts";
import { type Answer, type Asked, settles } from "../load/asked.ts";
import type { Losses } from "./losses.ts";

/** Orders of a call, and how many are asked for again at most, those first that were sent more than once. */
const BATCH = 200;
const MOST = 4_000;
const PATIENCE = 60_000;

/** The same requests once more make nothing and are answered as they were (I6). */
export async function checkRepeats(atlas: AtlasClient, asked: readonly Asked[], losses: Losses): Promise<void> {
  const rule = losses.rule("I6", "requests made one order each");
  const submits = asked.filter(({ content, settled }) => content.kind === "submit" && orderIdOf(settled.at(-1)) !== "");
  const chosen = submits.toSorted((one, other) => other.sent - one.sent).slice(0, MOST);
  const byAccount = Map.groupBy(chosen, ({ accountId }) => accountId);
  for (const [accountId, requests] of byAccount) {
    for (let first = 0; first < requests.length; first += BATCH) {
      const part = requests.slice(first, first + BATCH);
      const entries = part.map(({ requestId, content }) => ({
        requestId,
        order: content.kind === "submit" ? content.order : {},
      }));
      const { results } = await repeat(PATIENCE, () => atlas.orders.submitOrders({ accountId, entries }), false).catch(
        (error: Error) => {
          rule.broken(`orders of ${accountId} cannot be asked for again: ${error.message}`);
          return { results: [] };
        },
      );
      if (results.length < part.length) continue;
      for (const [index, one] of part.entries()) {
        rule.see();
        checkAgain(one, answerOfResult(results[index]), rule, losses);
      }
    }
  }
}

/** Who is not answered is not told of a second order either. */
function checkAgain({ requestId, settled }: Asked, answer: Answer, rule: Rule, losses: Losses): void {
  const told = orderIdOf(settled.at(-1));
  const orderId = orderIdOf(answer);
  if (orderId === told) return;
  const again = `${requestId} was ${told}`;
  if (settles(answer)) return losses.double(rule, `${again}, and is ${orderId || "none"} when asked again`);
  const why = answer.kind === "WRONG" ? answer.text : answer.reason;
  rule.broken(`${again}, and is not answered when asked again: ${why}`);
}

function orderIdOf(answer: Answer | undefined): string {
  if (answer?.kind === "ORDER") return answer.order.orderId;
  return answer?.kind === "REFUSED" ? answer.orderId : "";
}
