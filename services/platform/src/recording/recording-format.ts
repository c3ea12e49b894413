import { binanceSteps } from "./binance-steps.ts";
import { quantcupSteps } from "./quantcup-steps.ts";
import { RecordingError, type StepReader } from "./recorded-step.ts";
import { defaultGrid, type RecordingGrid } from "./step-rounding.ts";

/** The reader for a recording, by its first line. Throws `RecordingError` when no format begins so. */
export function stepReader(firstLine: string, grid: RecordingGrid = defaultGrid): StepReader {
  if (firstLine.startsWith("trader_id,")) return quantcupSteps();
  if (/^\d{1,19} \{/.test(firstLine)) return binanceSteps(grid);
  throw new RecordingError("neither a raw Binance capture nor a QuantCup feed");
}
