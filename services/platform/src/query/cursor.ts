import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { refusal } from "../refusal/refusal-error.ts";

/** `oms/3:1200`: what had happened in an account when it was read. */
export function cursorOf(shard: string, sequence: number | bigint): string {
  return `${shard}:${sequence}`;
}

/**
 * The sequence of a cursor of `shard`; empty is 0. Refused with INVALID_FIELD when it is none, or another shard's: `field`
 * names it.
 */
export function sequenceOf(cursor: string, shard: string, field: string): number {
  if (cursor === "") return 0;
  const prefix = `${shard}:`;
  const digits = cursor.startsWith(prefix) ? cursor.slice(prefix.length) : "";
  const sequence = /^(0|[1-9][0-9]{0,15})$/.test(digits) ? Number(digits) : Number.NaN;
  if (!Number.isSafeInteger(sequence)) {
    throw refusal(Reason.INVALID_FIELD, `${field} is no cursor of this account`, {
      field,
      violations: [{ field, reason: Reason.INVALID_FIELD, message: "is no cursor of this account" }],
    });
  }
  return sequence;
}
