import { AccountService } from "@atlas/gen/atlas/account/v1/account_service_pb";
import { IdentityService } from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import { InstrumentService } from "@atlas/gen/atlas/instrument/v1/instrument_service_pb";
import { MarketService } from "@atlas/gen/atlas/market/v1/market_service_pb";
import { OperationsService } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { OrderSessionService } from "@atlas/gen/atlas/order/v1/order_session_service_pb";
import { StreamService } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { create, type DescField, type DescMessage, type Message, ScalarType } from "@bufbuild/protobuf";
import { createValidator } from "@bufbuild/protovalidate";
import { expect, test } from "vitest";
import { keepsRules } from "./message-rules.ts";

const services = [
  AccountService,
  IdentityService,
  InstrumentService,
  MarketService,
  OperationsService,
  OrderService,
  OrderSessionService,
  StreamService,
];
const rows = services.flatMap((service) =>
  service.methods.map((method) => ({ name: method.toString(), input: method.input })),
);
const validator = createValidator();

type Pick = (below: number) => number;

function seeded(seed: number): Pick {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 4_294_967_296) * below);
  };
}

const texts = [
  "",
  "demo",
  "BTC-USDT",
  "1.5",
  "0",
  "-1",
  "01",
  "1e5",
  "é",
  "x".repeat(64),
  "x".repeat(65),
  "\u{1f980}".repeat(33),
  "a\n",
  "1.0000000000000000001",
];
const numbers = [-1, 0, 1, 2, 3, 5, 99, 1_000, 1_001, 10_000, 10_001];

/** Mostly in bounds, so that deep rules are reached; now and then not. */
function message(schema: DescMessage, pick: Pick): Message {
  const made = create(schema) as Message & Record<string, unknown>;
  for (const member of schema.members) {
    if (pick(4) === 0) continue;
    if (member.kind === "field") made[member.localName] = fieldValue(member, pick);
    else {
      const field = member.fields[pick(member.fields.length)] as DescField;
      made[member.localName] = { case: field.localName, value: single(field, pick) };
    }
  }
  return made;
}

function fieldValue(field: DescField, pick: Pick): unknown {
  if (field.fieldKind === "list") return Array.from({ length: pick(3) }, () => single(field, pick));
  if (field.fieldKind === "map") return Object.fromEntries(texts.slice(0, pick(18)).map((text) => [text, text]));
  return single(field, pick);
}

function single(field: DescField, pick: Pick): unknown {
  if (field.message !== undefined) return message(field.message, pick);
  if (field.enum !== undefined)
    return pick(6) === 0 ? 4_711 : (field.enum.values[pick(field.enum.values.length)]?.number ?? 0);
  switch (field.scalar) {
    case ScalarType.STRING:
      return texts[pick(3) === 0 ? pick(texts.length) : 1 + pick(3)];
    case ScalarType.BYTES:
      return new Uint8Array([0, 16, 32, 33][pick(4)] as number);
    case ScalarType.BOOL:
      return pick(2) === 0;
    case ScalarType.INT64:
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return BigInt(Math.max(field.scalar === ScalarType.INT64 ? -1 : 0, numbers[pick(numbers.length)] as number));
    default:
      return Math.max(field.scalar === ScalarType.UINT32 ? 0 : -1, numbers[pick(numbers.length)] as number);
  }
}

test.each(rows)("compiled rules of $name agree with protovalidate", ({ input }) => {
  for (let seed = 1; seed <= 60; seed++) {
    const one = message(input, seeded(seed));
    const kind = validator.validate(input, one).kind;
    expect(keepsRules(input, one), `seed ${seed}`).toBe(kind === "valid");
  }
});

test("both outcomes were seen", () => {
  const outcomes = rows.flatMap(({ input }) =>
    Array.from({ length: 60 }, (_, index) => keepsRules(input, message(input, seeded(index + 1)))),
  );
  expect(outcomes.filter(Boolean).length).toBeGreaterThan(100);
  expect(outcomes.filter((kept) => kept === false).length).toBeGreaterThan(100);
});
