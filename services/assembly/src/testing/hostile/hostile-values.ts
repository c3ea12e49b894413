import { type DescField, type JsonValue, ScalarType } from "@bufbuild/protobuf";
import { allowsNumber, allowsText, isRequired, mostItems } from "./field-rules.ts";

/** Texts that some field or other must refuse: numbers in every disguise, too much, too little, not ASCII. */
const hostileTexts: readonly string[] = [
  ...[
    "",
    "-1",
    "-0.5",
    "-0",
    "NaN",
    "Infinity",
    "-Infinity",
    "1e400",
    "1e5",
    "1E5",
    "0x10",
    "+1",
    "1,5",
    "1_000",
    "١٢",
  ],
  ...["00", "01", "1.", ".5", ".", "-", "--1", " 1", "1 ", "1\n", "1\u0000", "null", "undefined", "true", "1.2.3"],
  ...["9".repeat(19), "9".repeat(400), `0.${"0".repeat(18)}1`, `1.${"3".repeat(400)}`],
  ...["a\tb", "a\r\nb", "\u0000", "\u007f", "é", "日本", "🦀", "\u202e", "\ufeff", "a\u0300", "￥5"],
  ...[
    "x".repeat(65),
    "x".repeat(129),
    "x".repeat(1_025),
    "x".repeat(100_000),
    "' OR 1=1 --",
    "<script>",
    "../../etc/passwd",
  ],
];

const JSON_OF_NO_TEXT: readonly JsonValue[] = [5, 0, -1, 1.5, true, false, [], {}, ["1"], { amount: "1" }];
const JSON_OF_NO_NUMBER: readonly JsonValue[] = ["", "x", "1.5", "NaN", 1.5, 1e300, 1e21, true, [], {}, "1e400"];
const JSON_OF_NO_BOOLEAN: readonly JsonValue[] = ["true", "", 0, 1, "yes", [], {}];
const JSON_OF_NO_MESSAGE: readonly JsonValue[] = ["", "x", 5, true, [], [{}]];
const JSON_OF_NO_TIME: readonly JsonValue[] = [
  "",
  "yesterday",
  "2026",
  5,
  {},
  [],
  "2026-13-01T00:00:00Z",
  "99999-01-01T00:00:00Z",
];
const JSON_OF_NO_DURATION: readonly JsonValue[] = ["", "5", "abc", 5, {}, [], "1e400s", "99999999999999s"];
const JSON_OF_NO_ENUM: readonly JsonValue[] = [
  "",
  "NO_SUCH_NAME",
  "buy",
  99,
  -1,
  4_711,
  1.5,
  1e300,
  true,
  [],
  {},
  "1e400",
];
const JSON_OF_NO_LIST: readonly JsonValue[] = ["", "x", 5, true, {}, [null]];
const NUMBERS = [-2_147_483_648, -1, 0, 1_000_001, 2_147_483_647];

/** JSON values that a field must refuse by the contract alone; `undefined`: to leave it out is refused. */
export function hostileJson(field: DescField): (JsonValue | undefined)[] {
  const missing = isRequired(field) ? [undefined, null] : [];
  if (field.fieldKind === "list") return [...JSON_OF_NO_LIST, ...tooMany(field)];
  if (field.message !== undefined) return [...missing, ...jsonOfNoMessage(field.message.typeName)];
  if (field.enum !== undefined) {
    const known = field.enum.values.map((value) => value.number).filter((value) => !allowsNumber(field, value));
    return [...JSON_OF_NO_ENUM, ...known];
  }
  switch (field.scalar) {
    case ScalarType.STRING: {
      const absent = allowsText(field, "") ? [] : [undefined, null];
      return [...absent, ...JSON_OF_NO_TEXT, ...hostileTexts.filter((text) => !allowsText(field, text)), "\ud800"];
    }
    case ScalarType.BOOL:
      return [...JSON_OF_NO_BOOLEAN];
    case ScalarType.UINT64:
      return [...JSON_OF_NO_NUMBER, -1, "-1", "18446744073709551616"];
    default:
      return [...JSON_OF_NO_NUMBER, 2 ** 31, "2147483648", ...NUMBERS.filter((value) => !allowsNumber(field, value))];
  }
}

/** Values that a message may hold in memory, and whose encoding the field must refuse. */
export function hostileMembers(field: DescField): unknown[] {
  if (field.fieldKind === "list" || field.message !== undefined) return [];
  if (field.enum !== undefined) {
    return [99, -1, 2_147_483_647, ...field.enum.values.map((value) => value.number)].filter(
      (one) => !allowsNumber(field, one),
    );
  }
  if (field.scalar === ScalarType.STRING) return hostileTexts.filter((text) => !allowsText(field, text));
  return field.scalar === ScalarType.INT32 ? NUMBERS.filter((value) => !allowsNumber(field, value)) : [];
}

function jsonOfNoMessage(typeName: string): readonly JsonValue[] {
  if (typeName === "google.protobuf.Timestamp") return JSON_OF_NO_TIME;
  return typeName === "google.protobuf.Duration" ? JSON_OF_NO_DURATION : JSON_OF_NO_MESSAGE;
}

function tooMany(field: DescField): JsonValue[] {
  const most = mostItems(field);
  if (most === undefined || most > 1_000) return [];
  const one: JsonValue = field.fieldKind === "list" && field.message !== undefined ? {} : 3;
  return [Array.from({ length: most + 1 }, () => one)];
}
