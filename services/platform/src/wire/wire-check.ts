import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** What is wrong with encoded bytes, and where: a path such as `entries[3].order.quantity`, empty for the whole. */
export interface WireProblem {
  readonly field: string;
  /** The message does not know the field; else its bytes are no value of it. */
  readonly unknown: boolean;
}

/**
 * The first field whose bytes are not what the schema says: cut off, of another wire type, not UTF-8, or unknown. Stricter
 * than protobuf-es, which reads a known field as its own type whatever the wire says.
 */
export function checkWire(schema: DescMessage, bytes: Uint8Array, path = ""): WireProblem | undefined {
  const reader = new BinaryReader(bytes);
  const counts = new Map<DescField, number>();
  let name = path.replace(/\.$/, "");
  try {
    while (reader.pos < bytes.length) {
      const [number, wireType] = reader.tag();
      const field = schema.fields.find((one) => one.number === number);
      if (field === undefined) return { field: `${path}${number}`, unknown: true };
      name = path + nameOf(field, counts);
      if (!fits(field, wireType)) return { field: name, unknown: false };
      const problem = checkField(field, wireType, reader, name);
      if (problem !== undefined) return problem;
    }
  } catch {
    return { field: name, unknown: false };
  }
  return undefined;
}

/** Elements of a list carry their index. */
function nameOf(field: DescField, counts: Map<DescField, number>): string {
  if (field.fieldKind !== "list" || field.message === undefined) return field.name;
  const index = counts.get(field) ?? 0;
  counts.set(field, index + 1);
  return `${field.name}[${index}]`;
}

function fits(field: DescField, wireType: WireType): boolean {
  if (wireType === WireType.LengthDelimited && field.fieldKind === "list") return true;
  if (field.message !== undefined || field.fieldKind === "map") return wireType === WireType.LengthDelimited;
  return wireType === wireTypeOf(field.scalar ?? ScalarType.INT32);
}

/** Throws when the bytes end too early or are not UTF-8. */
function checkField(field: DescField, wireType: WireType, reader: BinaryReader, name: string): WireProblem | undefined {
  if (wireType !== WireType.LengthDelimited) {
    reader.skip(wireType);
    return undefined;
  }
  const value = reader.bytes();
  if (field.fieldKind === "map") return undefined;
  if (field.message !== undefined) return checkWire(field.message, value, `${name}.`);
  if (field.scalar === ScalarType.STRING) utf8.decode(value);
  return undefined;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

function wireTypeOf(type: ScalarType): WireType {
  switch (type) {
    case ScalarType.STRING:
    case ScalarType.BYTES:
      return WireType.LengthDelimited;
    case ScalarType.DOUBLE:
    case ScalarType.FIXED64:
    case ScalarType.SFIXED64:
      return WireType.Bit64;
    case ScalarType.FLOAT:
    case ScalarType.FIXED32:
    case ScalarType.SFIXED32:
      return WireType.Bit32;
    default:
      return WireType.Varint;
  }
}
