import { checkInstrument } from "./check-instrument.ts";
import type { ControlCommand, ControlRequest } from "./control-command.ts";
import type { ControlChange, ControlEvent, ControlRefusal } from "./control-event.ts";
import { type ControlState, isRevoked, linkNumbers } from "./control-state.ts";
import { refuseEngine } from "./decide-engine.ts";
import { dispatchesOf, type ShardCounts } from "./dispatch.ts";
import type { DefinedInstrument, InstrumentTerms } from "./instrument-terms.ts";

/** When an input is decided, by the log, and by which rules. */
export interface InputMoment {
  /** Milliseconds, as the log stamped it. */
  readonly appendTime: number;
  /** The running maximum of these (S8). */
  readonly logTime: number;
  /** The active engine version (S26). */
  readonly engineVersion: number;
}

/** What becomes of a request, in the order of S5: a repeat, its time, who asks, then the rules of its kind. */
export function decideControl(
  state: ControlState,
  counts: ShardCounts,
  request: ControlRequest,
  moment: InputMoment,
): ControlEvent {
  const settled = state.requests.get(request.requestId);
  if (settled !== undefined) {
    return settled.contentDigest === request.contentDigest
      ? nothingToDo(state)
      : refused({ reason: "REQUEST_ID_REUSED", requestId: request.requestId });
  }
  const { principal, validUntil } = request;
  if (validUntil !== undefined && moment.appendTime > validUntil) return refused({ reason: "COMMAND_EXPIRED" });
  if (principal !== undefined && isRevoked(state, principal)) return refused({ reason: "PRINCIPAL_REVOKED" });
  return decideCommand(state, counts, request.command, moment);
}

function decideCommand(
  state: ControlState,
  counts: ShardCounts,
  command: ControlCommand,
  { logTime, engineVersion }: InputMoment,
): ControlEvent {
  switch (command.type) {
    case "DEFINE_INSTRUMENT": {
      const terms = checkInstrument(command.proposal);
      return "reason" in terms ? refused(terms) : decideDefinition(state, counts, terms, logTime);
    }
    case "REVOKE_PRINCIPAL": {
      const { userId, keyId } = command.revoked;
      if (isRevoked(state, { userId, keyId })) return nothingToDo(state);
      return decided(state, counts, { type: "PRINCIPAL_REVOKED", revoked: { userId, keyId } }, true);
    }
    case "ACTIVATE_ENGINE": {
      const { version } = command;
      if (version === engineVersion) return nothingToDo(state);
      const refusal = refuseEngine(command, engineVersion);
      return refusal === undefined
        ? decided(state, counts, { type: "ENGINE_ACTIVATED", version }, true)
        : refused(refusal);
    }
  }
}

function decideDefinition(state: ControlState, counts: ShardCounts, terms: InstrumentTerms, now: number): ControlEvent {
  const before = state.instruments.get(terms.instrumentId);
  if (before === undefined) {
    const instrument = { ...terms, version: 1, createdAt: now };
    return decided(state, counts, { type: "INSTRUMENT_DEFINED", instrument }, true);
  }
  const field = fixedFieldChanged(before, terms);
  if (field !== undefined) return refused({ reason: "FIXED_FIELD", instrumentId: terms.instrumentId, field });
  if (sameFeesAndBounds(before, terms)) return nothingToDo(state);
  const instrument = { ...terms, version: before.version + 1, createdAt: before.createdAt };
  return decided(state, counts, { type: "INSTRUMENT_DEFINED", instrument }, false);
}

/** The first field that may not change and would; assets follow from the instrument's id. */
function fixedFieldChanged(before: DefinedInstrument, after: InstrumentTerms): string | undefined {
  if (before.tickMinor !== after.tickMinor) return "tick";
  if (before.lotMinor !== after.lotMinor) return "lot";
  if (before.marketModel !== after.marketModel) return "market_model";
  if (before.referencePriceTicks !== after.referencePriceTicks) return "reference_price";
  if (before.marketSeed !== after.marketSeed) return "market_seed";
  const sameFunds =
    before.houseFunds.length === after.houseFunds.length &&
    before.houseFunds.every((funds, index) => funds.amountMinor === after.houseFunds[index]?.amountMinor);
  return sameFunds ? undefined : "house_funds";
}

function sameFeesAndBounds(before: InstrumentTerms, after: InstrumentTerms): boolean {
  return (
    before.minimumNotionalMinor === after.minimumNotionalMinor &&
    before.maximumNotionalMinor === after.maximumNotionalMinor &&
    before.defaultMaximumQuantityLots === after.defaultMaximumQuantityLots &&
    before.makerRateE8 === after.makerRateE8 &&
    before.takerRateE8 === after.takerRateE8 &&
    before.collarE8 === after.collarE8
  );
}

function decided(state: ControlState, counts: ShardCounts, change: ControlChange, isNew: boolean): ControlEvent {
  return { type: "DECIDED", change, dispatches: dispatchesOf(state, counts, change, isNew) };
}

function nothingToDo(state: ControlState): ControlEvent {
  return { type: "ANSWERED", refusal: undefined, reached: linkNumbers(state) };
}

function refused(refusal: ControlRefusal): ControlEvent {
  return { type: "ANSWERED", refusal, reached: [] };
}
