import { ASSET_DECIMALS, parseScaled } from "@atlas/domain/money/decimal";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { type Instrument, MarketModel } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import {
  type PlayRecordingRequest,
  type PlayRecordingResponse,
  PlayRecordingResponseSchema,
} from "@atlas/gen/atlas/market/v1/market_service_pb";
import { refusal } from "@atlas/platform/refusal/refusal-error";
import { create } from "@bufbuild/protobuf";
import { canonicalDecimal } from "../intake/canonical.ts";
import { invalidField } from "../refusal/invalid-field.ts";
import type { RecordingIntake, RecordingRun } from "./recording-intake.ts";

/** Steps handed over before the log has them: enough to fill frames, few enough to hold a fast client back. */
const AHEAD = 64;

export interface RecordingContext {
  readonly recordings: RecordingIntake;
  instrument(instrumentId: string): Instrument | undefined;
}

/** Plays the steps of a client's stream; answers when it ends and all of them are on the log. */
export async function playRecording(
  requests: AsyncIterable<PlayRecordingRequest>,
  context: RecordingContext,
): Promise<PlayRecordingResponse> {
  const runs = new Map<string, Playing>();
  const waiting: Promise<void>[] = [];
  let steps = 0n;
  try {
    for await (const request of requests) {
      const playing = runs.get(request.instrumentId) ?? begin(request, context);
      runs.set(request.instrumentId, playing);
      waiting.push(playing.run.play(onGrid(request, playing.instrument)));
      steps += 1n;
      if (waiting.length >= AHEAD) await waiting.shift();
    }
    await Promise.all(waiting);
  } finally {
    for (const { run } of runs.values()) run.end();
    for (const step of waiting) step.catch(() => {});
  }
  return create(PlayRecordingResponseSchema, { steps });
}

interface Playing {
  readonly run: RecordingRun;
  readonly instrument: Instrument;
}

function begin({ instrumentId, givesWay }: PlayRecordingRequest, context: RecordingContext): Playing {
  const defined = context.instrument(instrumentId);
  if (defined === undefined) {
    throw refusal(Reason.UNKNOWN_INSTRUMENT, `there is no instrument ${instrumentId}`, { field: "instrument_id" });
  }
  if (defined.marketModel !== MarketModel.RECORDED) {
    throw refusal(Reason.CONFLICT, `the market of ${instrumentId} is no recorded one`, { field: "instrument_id" });
  }
  return { run: context.recordings.begin(instrumentId, givesWay), instrument: defined };
}

/** The step as the venue takes it: canonical decimals on tick and lot; only a level may have no quantity. */
function onGrid(request: PlayRecordingRequest, { tick, lot }: Instrument): PlayRecordingRequest {
  const levels = request.levels.map((level, index) => ({
    ...level,
    price: stepOf(`levels[${index}].price`, level.price, tick, Reason.OFF_TICK, false),
    quantity: stepOf(`levels[${index}].quantity`, level.quantity, lot, Reason.OFF_LOT, true),
  }));
  const trades = request.trades.map((trade, index) => ({
    ...trade,
    price: stepOf(`trades[${index}].price`, trade.price, tick, Reason.OFF_TICK, false),
    quantity: stepOf(`trades[${index}].quantity`, trade.quantity, lot, Reason.OFF_LOT, false),
  }));
  return { ...request, levels, trades };
}

function stepOf(field: string, text: string, step: string, offStep: Reason, mayBeZero: boolean): string {
  const units = parseScaled(text, ASSET_DECIMALS);
  if (typeof units === "string") throw invalidField(field, `is no multiple of ${step}`, offStep);
  if (BigInt(units) === 0n && !mayBeZero) throw invalidField(field, "must be above zero");
  const stepUnits = parseScaled(step, ASSET_DECIMALS);
  if (typeof stepUnits === "string") throw new Error(`${step} is no step`);
  if (BigInt(units) % BigInt(stepUnits) !== 0n) throw invalidField(field, `is no multiple of ${step}`, offStep);
  return canonicalDecimal(text);
}
