import { create, type DescField, type DescMessage, type Message, ScalarType } from "@bufbuild/protobuf";

/** A whole number from 0 up to, not including, `below`. */
export type Random = (below: number) => number;

/** The same numbers for the same seed (xorshift32). */
export function seeded(seed: number): Random {
  let state = (seed * 2_654_435_761 + 1) >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** A message of which each field is absent, at an edge of its type, or anything between. */
export function randomMessage(schema: DescMessage, random: Random): Message {
  const message = create(schema) as Message & Record<string, unknown>;
  for (const member of schema.members) {
    if (random(3) === 0) continue;
    if (member.kind === "field") {
      message[member.localName] = fieldValue(member, random);
    } else {
      const field = member.fields[random(member.fields.length)] as DescField;
      message[member.localName] = { case: field.localName, value: singleValue(field, random) };
    }
  }
  return message;
}

function fieldValue(field: DescField, random: Random): unknown {
  const count = random(4);
  if (field.fieldKind === "list") return Array.from({ length: count }, () => singleValue(field, random));
  if (field.fieldKind !== "map") return singleValue(field, random);
  const entries = Array.from({ length: count }, () => [
    String(scalarValue(field.mapKey, random)),
    singleValue(field, random),
  ]);
  return Object.fromEntries(entries);
}

function singleValue(field: DescField, random: Random): unknown {
  if (field.message !== undefined) return randomMessage(field.message, random);
  if (field.enum === undefined) return scalarValue(field.scalar, random);
  const values = field.enum.values;
  return random(10) === 0 ? 4_711 : (values[random(values.length)]?.number ?? 0);
}

const texts = [
  "",
  "BTC-USDT",
  "0.00012345",
  "a",
  "exactly-sixteen!",
  "zażółć",
  "\u{1f980} crab",
  "\ufeffmark",
  "€".repeat(30),
  "__proto__",
  "0",
];
const bits = [0, 6, 7, 13, 14, 20, 21, 27, 28, 31, 32, 34, 35, 42, 48, 53, 56, 62, 63];

function scalarValue(type: ScalarType, random: Random): unknown {
  switch (type) {
    case ScalarType.STRING:
      return random(8) === 0 ? "x".repeat(random(300)) : texts[random(texts.length)];
    case ScalarType.BYTES:
      return Uint8Array.from({ length: random(2) === 0 ? 0 : random(200) }, () => random(256));
    case ScalarType.BOOL:
      return random(2) === 0;
    case ScalarType.FLOAT:
      return Math.fround(floating(random));
    case ScalarType.DOUBLE:
      return floating(random);
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return Number(BigInt.asUintN(32, integer(random)));
    case ScalarType.INT32:
    case ScalarType.SINT32:
    case ScalarType.SFIXED32:
      return Number(BigInt.asIntN(32, integer(random)));
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return BigInt.asUintN(64, integer(random));
    default:
      return BigInt.asIntN(64, integer(random));
  }
}

/** Around a power of two, where the length of a varint or the sign changes; either sign. */
function integer(random: Random): bigint {
  const near = (1n << BigInt(bits[random(bits.length)] as number)) + BigInt(random(3) - 1);
  return random(2) === 0 ? near : -near;
}

function floating(random: Random): number {
  const edges = [0, -0, 1.5, -1e-30, Number.POSITIVE_INFINITY, Number.NaN];
  return edges[random(edges.length)] as number;
}
