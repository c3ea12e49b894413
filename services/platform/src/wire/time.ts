import type { Timestamp } from "@bufbuild/protobuf/wkt";

/** Milliseconds since the epoch as a Timestamp. */
export function timestampOf(milliseconds: number): Timestamp {
  const rest = milliseconds % 1000;
  return {
    $typeName: "google.protobuf.Timestamp",
    seconds: BigInt((milliseconds - rest) / 1000),
    nanos: rest * 1_000_000,
  };
}

/** A Timestamp in milliseconds since the epoch, rounded down; absent is `undefined`. */
export function millisecondsOf(time: Timestamp | undefined): number | undefined {
  return time === undefined ? undefined : Number(time.seconds) * 1000 + Math.floor(time.nanos / 1_000_000);
}
