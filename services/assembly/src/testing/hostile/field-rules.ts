import { type DescField, getOption } from "@bufbuild/protobuf";
import { field as fieldRules } from "@bufbuild/protovalidate/gen/buf/validate/validate_pb.js";

/** The pattern that a text must match, as the contract states it. */
function patternOf(field: DescField): RegExp | undefined {
  const { type } = rulesOf(field);
  if (type.case === "string" && type.value.pattern !== "") return new RegExp(type.value.pattern, "u");
  return undefined;
}

/** Whether a value of a text is within what the contract states. */
export function allowsText(field: DescField, text: string): boolean {
  const { type } = rulesOf(field);
  if (type.case !== "string") return true;
  const { minLen, maxLen } = type.value;
  const length = BigInt([...text].length);
  if (length < minLen || (maxLen > 0n && length > maxLen)) return false;
  return patternOf(field)?.test(text) ?? true;
}

/** Whether a number is within what the contract states. */
export function allowsNumber(field: DescField, value: number): boolean {
  const { type } = rulesOf(field);
  if (type.case === "enum") {
    const { definedOnly, notIn, in: only } = type.value;
    if (definedOnly && !field.enum?.values.some((one) => one.number === value)) return false;
    return !notIn.includes(value) && (only.length === 0 || only.includes(value));
  }
  if (type.case !== "int32") return true;
  const { greaterThan, lessThan } = type.value;
  if (greaterThan.case === "gt" && value <= greaterThan.value) return false;
  if (greaterThan.case === "gte" && value < greaterThan.value) return false;
  if (lessThan.case === "lt" && value >= lessThan.value) return false;
  return lessThan.case !== "lte" || value <= lessThan.value;
}

export function isRequired(field: DescField): boolean {
  return rulesOf(field).required;
}

/** Entries that a list may hold; `undefined`: any number. */
export function mostItems(field: DescField): number | undefined {
  const { type } = rulesOf(field);
  return type.case === "repeated" && type.value.maxItems > 0n ? Number(type.value.maxItems) : undefined;
}

function rulesOf(field: DescField) {
  const rules = getOption(field, fieldRules);
  if (field.fieldKind !== "list" || rules.type.case !== "repeated") return rules;
  return rules;
}
