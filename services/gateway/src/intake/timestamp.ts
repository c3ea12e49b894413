import type { Timestamp } from "@bufbuild/protobuf/wkt";

/** Milliseconds since the epoch (from 0 on; a fraction is cut off) as a message. */
export function timestampOf(milliseconds: number): Timestamp {
  const whole = Math.floor(milliseconds);
  const rest = whole % 1000;
  return {
    $typeName: "google.protobuf.Timestamp",
    seconds: BigInt((whole - rest) / 1000),
    nanos: rest * 1_000_000,
  };
}

/** Milliseconds since the epoch, rounded down. */
export function millisecondsOf(timestamp: Timestamp): number {
  return Number(timestamp.seconds) * 1000 + Math.floor(timestamp.nanos / 1_000_000);
}
