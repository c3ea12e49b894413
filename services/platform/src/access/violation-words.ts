import type { Message } from "@bufbuild/protobuf";
import type { Path } from "@bufbuild/protobuf/reflect";
import type { Violation } from "@bufbuild/protovalidate";

const DECIMAL = "must be a decimal such as 0.25, at most 18 digits before and after the point";

/** The patterns of our own schemas, for a person. */
const PATTERNS: Readonly<Record<string, string>> = {
  "^(0|[1-9][0-9]{0,17})(\\.[0-9]{1,18})?$": DECIMAL,
  "^((0|[1-9][0-9]{0,17})(\\.[0-9]{1,18})?)?$": DECIMAL,
  "^-?(0|[1-9][0-9]{0,17})(\\.[0-9]{1,18})?$": DECIMAL,
  "^(-?(0|[1-9][0-9]{0,17})(\\.[0-9]{1,18})?)?$": DECIMAL,
  "^[ -~]{1,64}$": "must be 1 to 64 printable ASCII characters",
  "^[ -~]{0,64}$": "must be at most 64 printable ASCII characters",
  "^[ -~]{0,500}$": "must be at most 500 printable ASCII characters",
  "^[ -~]{1,500}$": "must be 1 to 500 printable ASCII characters",
  "^[a-z]{1,16}$": "must be 1 to 16 small letters",
  "^[A-Z0-9]{1,16}$": "must be 1 to 16 capital letters or digits",
};
const PATTERN = /^does not match regex pattern `(.*)`$/s;

/** An enum has no value of the number. */
export function isUnknownNumber({ ruleId }: Violation): boolean {
  return ruleId === "enum.defined_only";
}

/** What a person is told of a broken rule; completes "`field` ...". */
export function violationWords(violation: Violation, message: Message): string {
  if (isUnknownNumber(violation)) return "is not known here";
  const { ruleId } = violation;
  if (ruleId === "required") return "is required";
  const value = valueAt(message, violation.field);
  if ((ruleId === "string.pattern" && value === "") || (ruleId === "enum.not_in" && value === 0)) return "is required";
  const pattern = PATTERN.exec(violation.message)?.[1];
  return (pattern === undefined ? undefined : PATTERNS[pattern]) ?? violation.message;
}

/** `undefined`: nothing is there. */
function valueAt(message: Message, path: Path): unknown {
  let value: unknown = message;
  for (const step of path) {
    const members = (value ?? {}) as Record<string | number, unknown>;
    if (step.kind === "list_sub") value = members[step.index];
    else if (step.kind !== "field") return undefined;
    else if (step.oneof === undefined) value = members[step.localName];
    else value = (members[step.oneof.localName] as { readonly value?: unknown } | undefined)?.value;
  }
  return value;
}
