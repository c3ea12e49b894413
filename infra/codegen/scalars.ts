import { type DescField, ScalarType } from "@bufbuild/protobuf";

/** How a scalar is called in the runtime, the generated code and on the wire. */
interface Scalar {
  /** Method of Reader and Writer. */
  readonly method: string;
  readonly wireType: 0 | 1 | 2 | 5;
  /** TypeScript of its zero and of "is not zero", with `v` for the value. */
  readonly zero: string;
  readonly present: string;
}

const number = { zero: "0", present: "v !== 0" };
const bigint = { zero: "0n", present: "v !== 0n" };
const float = { zero: "0", present: "!Object.is(v, 0)" };

export const scalars: Readonly<Record<ScalarType, Scalar>> = {
  [ScalarType.STRING]: { method: "string", wireType: 2, zero: '""', present: 'v !== ""' },
  [ScalarType.BYTES]: { method: "copy", wireType: 2, zero: "new Uint8Array(0)", present: "v.length > 0" },
  [ScalarType.BOOL]: { method: "bool", wireType: 0, zero: "false", present: "v" },
  [ScalarType.INT32]: { method: "int32", wireType: 0, ...number },
  [ScalarType.UINT32]: { method: "uint32", wireType: 0, ...number },
  [ScalarType.SINT32]: { method: "sint32", wireType: 0, ...number },
  [ScalarType.FIXED32]: { method: "fixed32", wireType: 5, ...number },
  [ScalarType.SFIXED32]: { method: "sfixed32", wireType: 5, ...number },
  [ScalarType.INT64]: { method: "int64", wireType: 0, ...bigint },
  [ScalarType.UINT64]: { method: "uint64", wireType: 0, ...bigint },
  [ScalarType.SINT64]: { method: "sint64", wireType: 0, ...bigint },
  [ScalarType.FIXED64]: { method: "fixed64", wireType: 1, ...bigint },
  [ScalarType.SFIXED64]: { method: "sfixed64", wireType: 1, ...bigint },
  [ScalarType.FLOAT]: { method: "float", wireType: 5, ...float },
  [ScalarType.DOUBLE]: { method: "double", wireType: 1, ...float },
};

export const LENGTH_DELIMITED = 2;

export function tagOf(field: { readonly number: number }, wireType: number): number {
  return ((field.number << 3) | wireType) >>> 0;
}

/** On the wire an enum is an int32. */
const enumeration: Scalar = { method: "enum", wireType: 0, ...number };

/** What stands on the wire for a value of this field. */
export function scalarOf(field: DescField): Scalar {
  return field.scalar === undefined ? enumeration : scalars[field.scalar];
}
