import { type DescField, type DescMessage, isFieldSet, type Message } from "@bufbuild/protobuf";
import {
  BytesRulesSchema,
  DurationRulesSchema,
  EnumRulesSchema,
  type FieldRules,
  Int32RulesSchema,
  Int64RulesSchema,
  StringRulesSchema,
  UInt32RulesSchema,
  UInt64RulesSchema,
} from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";

/** Whether a value keeps its rules. */
export type ValueCheck = (value: unknown) => boolean;

/** A rule that is not compiled: who wants to know asks protovalidate. */
export class UncompiledRule extends Error {
  override name = "UncompiledRule";
}

type Rules = FieldRules["type"];
type Bound = number | bigint;
type Compile = (rules: Message & Record<string, unknown>, field: DescField) => ValueCheck;

/** Rules that are compiled, each with the only properties that it may have. */
const compilers: Readonly<Record<string, readonly [DescMessage, readonly string[], Compile]>> = {
  string: [StringRulesSchema, ["pattern", "minLen", "maxLen"], (rules) => textCheck(rules)],
  bytes: [BytesRulesSchema, ["len", "minLen", "maxLen"], (rules) => bytesCheck(rules)],
  enum: [EnumRulesSchema, ["definedOnly", "in", "notIn"], enumCheck],
  int32: [Int32RulesSchema, ["gt", "gte", "lt", "lte"], boundsCheck],
  uint32: [UInt32RulesSchema, ["gt", "gte", "lt", "lte"], boundsCheck],
  int64: [Int64RulesSchema, ["gt", "gte", "lt", "lte"], boundsCheck],
  uint64: [UInt64RulesSchema, ["gt", "gte", "lt", "lte"], boundsCheck],
  duration: [DurationRulesSchema, ["gt", "gte", "lt", "lte"], (rules) => durationCheck(rules)],
};

/** `undefined`: there are no rules. Throws `UncompiledRule`. */
export function compileValue(rules: Rules, field: DescField): ValueCheck | undefined {
  if (rules.case === undefined) return undefined;
  const [schema, known, compile] = compilers[rules.case] ?? uncompiled(rules.case);
  const message = rules.value as Message & Record<string, unknown>;
  for (const member of schema.fields) {
    if (isFieldSet(message, member) && !known.includes(member.localName)) uncompiled(`${rules.case}.${member.name}`);
  }
  return compile(message, field);
}

export function uncompiled(what: string): never {
  throw new UncompiledRule(what);
}

/** Lengths are in characters, of which one or two units make one. */
function textCheck(rules: Record<string, unknown>): ValueCheck {
  const pattern = new RegExp(typeof rules.pattern === "string" ? rules.pattern : "", "u");
  const least = Number(rules.minLen ?? 0);
  const most = rules.maxLen === undefined || rules.maxLen === 0n ? Number.POSITIVE_INFINITY : Number(rules.maxLen);
  const takesEmpty = pattern.test("") && least === 0;
  return (value) => {
    const text = value as string;
    if (text === "") return takesEmpty;
    if (text.length > most && [...text].length > most) return false;
    if (text.length < least * 2 && [...text].length < least) return false;
    return pattern.test(text);
  };
}

function bytesCheck(rules: Record<string, unknown>): ValueCheck {
  const exact = rules.len === undefined || rules.len === 0n ? undefined : Number(rules.len);
  const least = exact ?? Number(rules.minLen ?? 0);
  const most =
    exact ?? (rules.maxLen === undefined || rules.maxLen === 0n ? Number.POSITIVE_INFINITY : Number(rules.maxLen));
  return (value) => (value as Uint8Array).length >= least && (value as Uint8Array).length <= most;
}

function enumCheck(rules: Record<string, unknown>, field: DescField): ValueCheck {
  const numbers = field.enum?.value ?? {};
  const definedOnly = rules.definedOnly === true;
  const allowed = rules.in as number[];
  const refused = rules.notIn as number[];
  return (value) => {
    const number = value as number;
    if (definedOnly && numbers[number] === undefined) return false;
    if (allowed.length > 0 && !allowed.includes(number)) return false;
    return !refused.includes(number);
  };
}

function boundsCheck(rules: Record<string, unknown>): ValueCheck {
  const bounds = boundsOf<Bound>(rules);
  return (value) => within(bounds, value as Bound);
}

/** Durations are compared as whole nanoseconds. */
function durationCheck(rules: Record<string, unknown>): ValueCheck {
  const bounds = boundsOf<bigint>(rules, (value) => nanoseconds(value));
  return (value) => within(bounds, nanoseconds(value));
}

function nanoseconds(value: unknown): bigint {
  const { seconds, nanos } = value as { seconds: bigint; nanos: number };
  return seconds * 1_000_000_000n + BigInt(nanos);
}

interface Bounds<B extends Bound> {
  readonly above: B | undefined;
  readonly least: B | undefined;
  readonly below: B | undefined;
  readonly most: B | undefined;
}

function boundsOf<B extends Bound>(
  rules: Record<string, unknown>,
  read: (value: unknown) => B = (value) => value as B,
): Bounds<B> {
  const low = rules.greaterThan as { case: string | undefined; value: unknown };
  const high = rules.lessThan as { case: string | undefined; value: unknown };
  const lower = low.case === undefined ? undefined : read(low.value);
  const upper = high.case === undefined ? undefined : read(high.value);
  // Upside down it means everything but the range.
  if (lower !== undefined && upper !== undefined && upper <= lower) uncompiled("an excluded range");
  return {
    above: low.case === "gt" ? lower : undefined,
    least: low.case === "gte" ? lower : undefined,
    below: high.case === "lt" ? upper : undefined,
    most: high.case === "lte" ? upper : undefined,
  };
}

function within<B extends Bound>({ above, least, below, most }: Bounds<B>, value: B): boolean {
  if (above !== undefined && !(value > above)) return false;
  if (least !== undefined && !(value >= least)) return false;
  if (below !== undefined && !(value < below)) return false;
  return most === undefined || value <= most;
}
