import type { PlayRecordingRequestSchema } from "@atlas/gen/atlas/market/v1/market_service_pb";
import { Side } from "@atlas/gen/atlas/order/v1/order_pb";
import type { MessageInitShape } from "@bufbuild/protobuf";

/** What rests at a price from now on; quantity `0`: nothing. Canonical decimals. */
export interface StepLevel {
  readonly side: Side;
  readonly price: string;
  readonly quantity: string;
}

export interface StepTrade {
  readonly takerSide: Side;
  readonly price: string;
  readonly quantity: string;
}

/** One step of a recorded market: levels are set, then trades happen. */
export interface RecordedStep {
  /** Since the recording's first line, in nanoseconds. */
  readonly atNanoseconds: bigint;
  /** Every level that stands is dropped first. */
  readonly clear: boolean;
  readonly levels: readonly StepLevel[];
  readonly trades: readonly StepTrade[];
}

/** Turns the lines of a recording, in order, into steps. */
export interface StepReader {
  /** The steps that the line completes. Throws `RecordingError` on a line that is none of the format. */
  push(line: string): readonly RecordedStep[];
  /** What is left when the recording ends. */
  end(): readonly RecordedStep[];
}

/** A line is not what its format says. */
export class RecordingError extends Error {
  override name = "RecordingError";
}

/** A step as a client sends it. */
export function playRequest(
  instrumentId: string,
  step: RecordedStep,
): MessageInitShape<typeof PlayRecordingRequestSchema> {
  return { instrumentId, levels: [...step.levels], trades: [...step.trades], clear: step.clear };
}

export function sideOf(isBuy: boolean): Side {
  return isBuy ? Side.BUY : Side.SELL;
}
