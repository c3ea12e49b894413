import { type Access, access, RateClass } from "@atlas/gen/atlas/options/v1/options_pb";
import { type DescMethod, getOption, hasOption } from "@bufbuild/protobuf";
import { MethodOptions_IdempotencyLevel } from "@bufbuild/protobuf/wkt";

/** Services that the world defines and anybody may call. */
const ANONYMOUS = [
  "grpc.health.v1.Health",
  "grpc.reflection.v1.ServerReflection",
  "grpc.reflection.v1alpha.ServerReflection",
];
/** Packages whose reads are the same for everybody. */
const PUBLIC = ["atlas.market.v1", "atlas.instrument.v1"];

/** A method of the contract does not say who may call it, or says it twice, or not what it counts against: the process must not start. */
export class AccessUndeclaredError extends Error {
  override name = "AccessUndeclaredError";
}

/** Who may call a method, as the contract declares it; `undefined` for the world's own services. */
export function accessOf(method: DescMethod): Access | undefined {
  if (isStandard(method)) return undefined;
  if (!hasOption(method, access)) throw new AccessUndeclaredError(`${method} declares no access`);
  const rule = getOption(method, access);
  const ways = [rule.roles.length > 0, rule.signedIn, rule.anonymous, rule.internal].filter(Boolean).length;
  if (ways !== 1) throw new AccessUndeclaredError(`${method} declares ${ways} ways of access, not one`);
  if (rule.accountField !== "" && rule.roles.length === 0) {
    throw new AccessUndeclaredError(`${method} names an account but no roles`);
  }
  if (rule.rateClass === RateClass.UNSPECIFIED) throw new AccessUndeclaredError(`${method} declares no rate class`);
  return rule;
}

/** Health, reflection: not of this contract. */
export function isStandard(method: DescMethod): boolean {
  return ANONYMOUS.includes(method.parent.typeName);
}

/** Reads ignore what they do not know; where money moves it is refused (CONTRACT 1). */
export function isRead(method: DescMethod): boolean {
  return isStandard(method) || isCacheable(method) || method.methodKind === "server_streaming";
}

/** How long who got an answer may keep it. */
export function cacheControlOf(method: DescMethod): string {
  return isCacheable(method) && PUBLIC.includes(method.parent.file.proto.package) ? "max-age=1" : "no-store";
}

function isCacheable(method: DescMethod): boolean {
  return method.idempotency === MethodOptions_IdempotencyLevel.NO_SIDE_EFFECTS;
}
