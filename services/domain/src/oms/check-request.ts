import type { OmsRefusal } from "../limits/refusal.ts";
import { uuidTime } from "../request-memory/uuid-time.ts";
import { logTimeOf } from "./make-event.ts";
import type { CommandHead, OmsInput } from "./oms-command.ts";
import type { OmsState } from "./oms-state.ts";

/** A UUID v7 may be so many milliseconds ahead of log time; as far above H it needs no evidence. */
const CLOCKS_DIFFER = 60_000;

/** The command was settled before, with the same content. */
export const REPEATED = "REPEATED";

/**
 * The rungs before a command's own: its request id, `valid_until`, who asks (S5). `undefined`: it may go on. Only what would
 * make something twice (`needsEvidence`) must prove an id that the shard may have forgotten (S18).
 */
export function checkRequest(
  state: OmsState,
  input: OmsInput,
  head: CommandHead,
  needsEvidence: boolean,
): OmsRefusal | typeof REPEATED | undefined {
  const known = head.requestId === "" ? unnamed(head) : checkId(state, input, head, needsEvidence);
  if (known !== undefined) return known;
  const { validUntil, principal } = head;
  if (validUntil !== undefined && input.appendTime > validUntil) {
    return { reason: "COMMAND_EXPIRED", validUntil, appendTime: input.appendTime };
  }
  return principal !== undefined && state.revoked.has(principal) ? { reason: "PRINCIPAL_REVOKED" } : undefined;
}

/** Control's links deliver once without an id; a client must name one. */
function unnamed(head: CommandHead): OmsRefusal | undefined {
  return head.principal === undefined ? undefined : { reason: "MISSING_FIELD", field: "request_id" };
}

function checkId(
  state: OmsState,
  input: OmsInput,
  head: CommandHead,
  needsEvidence: boolean,
): OmsRefusal | typeof REPEATED | undefined {
  const { requests } = state;
  const number = requests.find(head.accountId, head.requestId);
  if (number >= 0) {
    return requests.hasContent(number, head.contentDigest) ? REPEATED : { reason: "REQUEST_ID_REUSED" };
  }
  const time = uuidTime(head.requestId);
  const ahead = time === undefined ? 0 : time - logTimeOf(state, input);
  if (ahead > CLOCKS_DIFFER) return { reason: "REQUEST_ID_AHEAD", aheadMilliseconds: ahead };
  const { forgottenUntil } = requests;
  const isRecent = forgottenUntil === 0 || (time !== undefined && time > forgottenUntil + CLOCKS_DIFFER);
  if (isRecent || !needsEvidence || head.principal === undefined) return undefined;
  const { evidence } = head;
  if (evidence === undefined || evidence.storeTime < forgottenUntil) return { reason: "LOOK_UP_FIRST", forgottenUntil };
  if (evidence.contentDigest === undefined) return undefined;
  return sameDigest(evidence.contentDigest, head.contentDigest) ? REPEATED : { reason: "REQUEST_ID_REUSED" };
}

function sameDigest(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index++) if (left[index] !== right[index]) return false;
  return true;
}
