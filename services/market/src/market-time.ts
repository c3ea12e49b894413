import type { Timestamp } from "@bufbuild/protobuf/wkt";

/** Milliseconds since the epoch; what is finer than a millisecond is cut off. */
export function millisecondsOf(time: Timestamp | undefined): number {
  return time === undefined ? 0 : Number(time.seconds) * 1_000 + Math.trunc(time.nanos / 1_000_000);
}

export function timestampOf(milliseconds: number): Timestamp {
  const rest = milliseconds % 1_000;
  return {
    $typeName: "google.protobuf.Timestamp",
    seconds: BigInt((milliseconds - rest) / 1_000),
    nanos: rest * 1_000_000,
  };
}
