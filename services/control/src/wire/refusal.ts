import type { ControlRefusal } from "@atlas/domain/control/control-event";
import { Reason, type Refusal, RefusalSchema } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { create } from "@bufbuild/protobuf";

/** What a client is told. Fields are those of `DefineInstrumentRequest`, or of `ActivateEngineRequest`. */
export function writeRefusal(refusal: ControlRefusal): Refusal {
  switch (refusal.reason) {
    case "INVALID_FIELD": {
      const field = `instrument.${refusal.field}`;
      const violation = { field, reason: Reason.INVALID_FIELD, message: refusal.rule };
      const message = `${field}: ${refusal.rule}`;
      return create(RefusalSchema, { reason: Reason.INVALID_FIELD, message, field, violations: [violation] });
    }
    case "COMMAND_EXPIRED":
      return plain(Reason.COMMAND_EXPIRED, "the command reached its shard too late: send it again with the same id");
    case "PRINCIPAL_REVOKED":
      return plain(Reason.NOT_SIGNED_IN, "the key or its user has been revoked");
    case "REQUEST_ID_REUSED":
      return plain(Reason.REQUEST_ID_REUSED, "the request id was used with other content", "request_id");
    case "FIXED_FIELD":
      return plain(
        Reason.UNSUPPORTED,
        `${refusal.field} of ${refusal.instrumentId} cannot change: only fees and bounds can`,
        `instrument.${refusal.field}`,
      );
    case "ENGINE_NOT_NEXT": {
      const { active, version } = refusal;
      const message = `engine version ${active} is active: the next is ${active + 1}, not ${version}`;
      const facts = { active: `${active}`, version: `${version}` };
      return create(RefusalSchema, { reason: Reason.ENGINE_NOT_NEXT, message, field: "version", facts });
    }
    case "ENGINE_MISSING":
      return engineMissing(refusal.version, refusal.lacking);
  }
}

function engineMissing(version: number, lacking: readonly string[]): Refusal {
  const who =
    lacking.length === 0 ? "nobody says that it carries it" : `not carried by ${lacking.slice(0, 20).join(", ")}`;
  const facts = { version: `${version}`, lacking: lacking.slice(0, 20).join(",") };
  const message = `engine version ${version} cannot be activated: ${who}`;
  return create(RefusalSchema, { reason: Reason.ENGINE_MISSING, message, field: "version", facts });
}

/** A command that no gateway of this version sends. */
export const MALFORMED = plain(Reason.INVALID_FIELD, "the command lacks a field");

function plain(reason: Reason, message: string, field = ""): Refusal {
  return create(RefusalSchema, { reason, message, field });
}
