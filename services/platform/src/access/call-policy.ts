import { type Access, RateClass } from "@atlas/gen/atlas/options/v1/options_pb";
import type { DescMethod, Message } from "@bufbuild/protobuf";
import { findUnknown } from "../wire/unknown-check.ts";
import { accessOf, cacheControlOf, isRead, isStandard } from "./access-rule.ts";
import { type AccountIds, accountIdsAt } from "./account-ids.ts";
import type { Caller } from "./caller.ts";
import { unknownField } from "./decode-request.ts";
import { refuseAccess } from "./may-access.ts";
import { refuseInvalid } from "./validate.ts";

/** What the contract says about calls of one method. */
export interface CallPolicy {
  readonly method: DescMethod;
  /** `undefined`: anybody may, as the world defines the service. */
  readonly rule: Access | undefined;
  /** The bound on frequency that calls count against: the world's own services are read. */
  readonly rateClass: RateClass;
  /** Whether what the server does not know is refused. */
  readonly strict: boolean;
  readonly cacheControl: string;
  readonly accountIds: AccountIds | undefined;
}

/** Throws when the contract does not say who may call the method. */
export function policyOf(method: DescMethod): CallPolicy {
  const rule = accessOf(method);
  return {
    method,
    rule,
    rateClass: rule?.rateClass ?? RateClass.READ,
    strict: !isRead(method),
    cacheControl: cacheControlOf(method),
    accountIds:
      rule === undefined || rule.accountField === "" ? undefined : accountIdsAt(method.input, rule.accountField),
  };
}

/** Whether a caller must say who it is. */
export function needsCaller(policy: CallPolicy): boolean {
  return policy.rule !== undefined && !policy.rule.anonymous;
}

/** Throws a `RefusalError` for a caller who may not call the method whatever it asks. */
export function checkCaller(policy: CallPolicy, caller: Caller | undefined): void {
  if (policy.rule === undefined || policy.accountIds !== undefined) return;
  const denied = refuseAccess(caller, policy.rule, []);
  if (denied !== undefined) throw denied;
}

/** Throws a `RefusalError` for a message that the caller may not send, or that breaks the contract: in this order. */
export function checkMessage(policy: CallPolicy, caller: Caller | undefined, message: Message): void {
  if (policy.rule !== undefined && policy.accountIds !== undefined) {
    const denied = refuseAccess(caller, policy.rule, policy.accountIds(message));
    if (denied !== undefined) throw denied;
  }
  if (isStandard(policy.method)) return;
  // On a session one bad request does not end the others: it answers each itself, unknown numbers of enums among it.
  const checksItself = policy.method.methodKind === "bidi_streaming";
  const unknown = policy.strict ? findUnknown(policy.method.input, message, !checksItself) : undefined;
  if (unknown !== undefined) throw unknownField(unknown);
  if (checksItself) return;
  const invalid = refuseInvalid(policy.method.input, message);
  if (invalid !== undefined) throw invalid;
}
