// Copied from infra/codegen/runtime/errors.ts. Do not edit.

/** The bytes are no message: cut off, a length beyond the end, a varint of eleven bytes, text that is not UTF-8. */
export class MalformedError extends Error {
  override name = "MalformedError";
}

/** The bytes hold a field that this message, at whatever depth, does not have (or has with another wire type). */
export class UnknownFieldError extends Error {
  override name = "UnknownFieldError";
  /** Full name of the message that holds it, as `atlas.log.v1.OrderCommand`. */
  readonly typeName: string;
  readonly fieldNumber: number;

  constructor(typeName: string, fieldNumber: number) {
    super(`${typeName} has no field ${fieldNumber} of this wire type`);
    this.typeName = typeName;
    this.fieldNumber = fieldNumber;
  }
}
