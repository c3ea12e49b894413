import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { type RefusalError, refusal } from "@atlas/platform/refusal/refusal-error";

/** INVALID_ARGUMENT for one field, as the validation of the contract would say it: `rule` completes "`field` ...". */
export function invalidField(field: string, rule: string, reason: Reason = Reason.INVALID_FIELD): RefusalError {
  const message = `${field} ${rule}`;
  return refusal(reason, message, { field, violations: [{ field, reason, message: rule }] });
}
