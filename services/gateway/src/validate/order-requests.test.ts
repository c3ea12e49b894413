import {
  OrderTypeSchema,
  PegReferenceSchema,
  SelfTradePreventionSchema,
  SideSchema,
  TimeInForceSchema,
} from "@atlas/gen/atlas/order/v1/order_pb";
import {
  CancelOrderRequestSchema,
  CancelOrdersRequestSchema,
  ReplaceOrderRequestSchema,
  SubmitOrderRequestSchema,
} from "@atlas/gen/atlas/order/v1/order_service_pb";
import { create, type DescEnum, type DescField, type DescMessage, type Message, ScalarType } from "@bufbuild/protobuf";
import { createValidator } from "@bufbuild/protovalidate";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isValidCancel, isValidCancelMany, isValidReplace, isValidSubmit } from "./order-requests.ts";

const validator = createValidator();

const texts = [
  ...["", " ", "a", "BTC-USD", "~".repeat(64), "~".repeat(65), "é", "a\n", "\n", "\0", "a\x7f", "🦀", "\ud800"],
  ...[
    "0",
    "1",
    "00",
    "01",
    "0.",
    ".5",
    "1.",
    "0.0",
    "1.50",
    "-1",
    "-0",
    "-",
    "--1",
    "+1",
    "1e3",
    "1,5",
    "NaN",
    "Infinity",
  ],
  ...["9".repeat(18), "9".repeat(19), `0.${"9".repeat(18)}`, `0.${"9".repeat(19)}`, "1.2.3", " 1", "1 ", "٣", "0x10"],
];
const integers = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, -1, 10_000, 10_001, 2_147_483_647, -2_147_483_648];

/** A message of which every field is drawn from edges. */
function messageOf(schema: DescMessage): fc.Arbitrary<Message> {
  const fields = schema.members.map((member) =>
    member.kind === "field"
      ? fc.option(fieldOf(member), { nil: undefined, freq: 20 }).map((value) => [member.localName, value] as const)
      : fc
          .option(
            fc.oneof(
              ...member.fields.map((field) => fieldOf(field).map((value) => ({ case: field.localName, value }))),
            ),
            { nil: undefined, freq: 2 },
          )
          .map((value) => [member.localName, value] as const),
  );
  return fc.tuple(...fields).map((entries) => {
    const set = entries.filter(([, value]) => value !== undefined);
    return create(schema, Object.fromEntries(set));
  });
}

function fieldOf(field: DescField): fc.Arbitrary<unknown> {
  if (field.message !== undefined) {
    return field.message.typeName.startsWith("google.") ? fc.constant(create(field.message)) : messageOf(field.message);
  }
  if (field.scalar === ScalarType.STRING) {
    return fc.oneof(
      { weight: 25, arbitrary: fc.constantFrom("1", "2.5") },
      { weight: 1, arbitrary: fc.constantFrom(...texts) },
    );
  }
  if (field.scalar === ScalarType.BOOL) return fc.boolean();
  if (field.scalar === ScalarType.UINT64) return fc.bigInt(0n, 3n);
  return fc.oneof({ weight: 20, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: fc.constantFrom(...integers) });
}

const rows = [
  { schema: SubmitOrderRequestSchema, isValid: isValidSubmit },
  { schema: ReplaceOrderRequestSchema, isValid: isValidReplace },
  { schema: CancelOrderRequestSchema, isValid: isValidCancel },
  { schema: CancelOrdersRequestSchema, isValid: isValidCancelMany },
] as unknown as { schema: DescMessage; isValid: (message: Message) => boolean }[];

describe("the fast checks of order requests", () => {
  test.each(rows)("pass and refuse what the contract does: $schema.name", ({ schema, isValid }) => {
    let passed = 0;
    let refused = 0;
    fc.assert(
      fc.property(messageOf(schema), (message) => {
        const contract = validator.validate(schema, message).kind === "valid";
        if (contract) passed += 1;
        else refused += 1;
        expect(isValid(message)).toBe(contract);
      }),
      { numRuns: 1_500 },
    );
    expect(Math.min(passed, refused)).toBeGreaterThan(50);
  });

  test.each(texts)("judge %j as the contract does, in every text", (text) => {
    for (const { schema, isValid } of rows) {
      for (const field of schema.fields.filter((one) => one.scalar === ScalarType.STRING)) {
        const base = { requestId: "r", orderId: "o", accountId: "a", order: undefined };
        const message = create(schema, { ...base, [field.localName]: text } as never);
        expect(isValid(message), `${field.name} ${text}`).toBe(validator.validate(schema, message).kind === "valid");
      }
    }
  });

  test.each([SideSchema, OrderTypeSchema, TimeInForceSchema, SelfTradePreventionSchema, PegReferenceSchema])(
    "may count on contiguous numbers in $name",
    (values: DescEnum) => {
      expect(values.values.map((value) => value.number)).toEqual(values.values.map((_, index) => index));
    },
  );
});
