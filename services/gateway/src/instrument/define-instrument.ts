import type { Instrument } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import {
  type DefineInstrumentRequest,
  type DefineInstrumentResponse,
  DefineInstrumentResponseSchema,
} from "@atlas/gen/atlas/instrument/v1/instrument_service_pb";
import { DefineInstrumentCodec } from "@atlas/gen/atlas/log/v1/control_record_codec";
import {
  ControlCommandSchema,
  type ControlEvent,
  type DefineInstrument,
  DefineInstrumentSchema,
} from "@atlas/gen/atlas/log/v1/control_record_pb";
import { encodeView } from "@atlas/gen/codec/codec";
import { create } from "@bufbuild/protobuf";
import type { CallContext } from "../call-context.ts";
import { afterDecision } from "../intake/after-decision.ts";
import { canonicalAmount, canonicalDecimal } from "../intake/canonical.ts";
import { invalidField } from "../refusal/invalid-field.ts";
import { awaitLinks, highestTargets, type LinkTarget } from "./await-links.ts";
import { CONTROL_SHARD, type InstrumentContext } from "./instrument-context.ts";
import { readInstruments } from "./read-instruments.ts";

const DIGEST_BYTES = 16;

/** Answers when every order shard and the instrument's venue have applied the definition (S6). */
export async function defineInstrument(
  request: DefineInstrumentRequest,
  call: CallContext,
  context: InstrumentContext,
): Promise<DefineInstrumentResponse> {
  const { instrument } = request;
  if (instrument === undefined) throw invalidField("instrument", "is required");
  if (instrument.version !== 0n) throw invalidField("instrument.version", "is the server's: leave it unset");
  if (instrument.createTime !== undefined)
    throw invalidField("instrument.create_time", "is the server's: leave it unset");
  const value = create(DefineInstrumentSchema, { instrument: canonicalInstrument(instrument) });
  const event = await context.intake.submit(
    create(ControlCommandSchema, {
      requestId: request.requestId,
      contentDigest: digestOf(value, context),
      principal: call.principal,
      command: { case: "defineInstrument", value },
    }),
    call.deadline,
  );
  const { instruments } = await afterDecision(async () => {
    await awaitLinks(context, CONTROL_SHARD, targetsOf(event), call.deadline);
    return readInstruments(context.directory, Number(event.sequence), call.deadline);
  });
  const defined = instruments.find(({ instrumentId }) => instrumentId === instrument.instrumentId);
  return create(DefineInstrumentResponseSchema, { instrument: defined });
}

/** The numbers that an event's receivers must reach: of what it sends, or for a repeat of all that was ever sent. */
export function targetsOf({ event }: ControlEvent): LinkTarget[] {
  const links =
    event.case === "decided"
      ? event.value.dispatches.map(({ link }) => link)
      : event.case === "answered"
        ? event.value.reached
        : [];
  return highestTargets(
    links
      .filter((link) => link !== undefined)
      .map(({ destination, number }) => ({ destination, number: Number(number) })),
  );
}

/** What a repeat must share: the definition, its decimals compared by value. */
function digestOf(value: DefineInstrument, { digest }: InstrumentContext): Uint8Array {
  return digest.sha256(encodeView(DefineInstrumentCodec, value)).subarray(0, DIGEST_BYTES);
}

function canonicalInstrument(instrument: Instrument): Instrument {
  return {
    ...instrument,
    tick: canonicalDecimal(instrument.tick),
    lot: canonicalDecimal(instrument.lot),
    minimumNotional: canonicalDecimal(instrument.minimumNotional),
    maximumNotional: canonicalDecimal(instrument.maximumNotional),
    defaultMaximumQuantity: canonicalDecimal(instrument.defaultMaximumQuantity),
    makerFee: canonicalDecimal(instrument.makerFee),
    takerFee: canonicalDecimal(instrument.takerFee),
    collar: canonicalDecimal(instrument.collar),
    referencePrice: canonicalDecimal(instrument.referencePrice),
    houseFunds: instrument.houseFunds.map(canonicalAmount),
  };
}
