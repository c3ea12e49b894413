import type { RevokedPrincipal } from "@atlas/domain/control/control-command";
import type { ControlChange, ControlEvent, Dispatch } from "@atlas/domain/control/control-event";
import {
  ControlAnsweredSchema,
  ControlDecidedSchema,
  type ControlDispatch,
  ControlDispatchSchema,
  type ControlEvent as WireEvent,
} from "@atlas/gen/atlas/log/v1/control_record_pb";
import { type LinkOut, LinkOutSchema } from "@atlas/gen/atlas/log/v1/frame_pb";
import {
  ControlChangeSchema,
  type PrincipalRevoked,
  PrincipalRevokedSchema,
  type ControlChange as WireChange,
} from "@atlas/gen/atlas/venue/v1/venue_pb";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import { readInstrument, writeFunds, writeInstrument } from "./instrument.ts";
import { writeRefusal } from "./refusal.ts";

type Body = WireEvent["event"];

export function writeEvent(event: ControlEvent): Body {
  if (event.type === "ANSWERED") {
    const refusal = event.refusal && writeRefusal(event.refusal);
    const reached = event.reached.map(writeLink);
    return { case: "answered", value: create(ControlAnsweredSchema, { refusal, reached }) };
  }
  const change = writeChange(event.change);
  const dispatches = event.dispatches.map((dispatch) => writeDispatch(dispatch, change));
  return { case: "decided", value: create(ControlDecidedSchema, { change, dispatches }) };
}

/** What an event changes; `undefined`: nothing. Dispatches are read for their numbers only. */
export function readEvent({ event }: WireEvent): ControlEvent | undefined {
  switch (event.case) {
    case "decided": {
      const dispatches = event.value.dispatches.map(({ link }): Dispatch => {
        if (link === undefined) throw new Error("a dispatch lacks its link");
        return { ...readLink(link), message: { type: "CHANGE" } };
      });
      return { type: "DECIDED", change: readChange(event.value.change), dispatches };
    }
    case "answered":
      return event.value.refusal === undefined ? { type: "ANSWERED", refusal: undefined, reached: [] } : undefined;
    default:
      return undefined;
  }
}

export function writePrincipal(revoked: RevokedPrincipal): PrincipalRevoked {
  return create(PrincipalRevokedSchema, revoked);
}

export function writeLink(link: { readonly destination: string; readonly number: number }): LinkOut {
  return create(LinkOutSchema, { destination: link.destination, number: BigInt(link.number) });
}

export function readLink(link: LinkOut): { destination: string; number: number } {
  return { destination: link.destination, number: Number(link.number) };
}

function writeChange(change: ControlChange): WireChange {
  return create(ControlChangeSchema, { change: writeChanged(change) });
}

function writeChanged(change: ControlChange): MessageInitShape<typeof ControlChangeSchema>["change"] {
  switch (change.type) {
    case "INSTRUMENT_DEFINED":
      return { case: "instrumentDefined", value: writeInstrument(change.instrument) };
    case "PRINCIPAL_REVOKED":
      return { case: "principalRevoked", value: writePrincipal(change.revoked) };
    case "ENGINE_ACTIVATED":
      return { case: "engineActivated", value: { version: change.version } };
  }
}

function readChange(change: WireChange | undefined): ControlChange {
  switch (change?.change.case) {
    case "instrumentDefined":
      return { type: "INSTRUMENT_DEFINED", instrument: readInstrument(change.change.value) };
    case "principalRevoked": {
      const { userId, keyId } = change.change.value;
      return { type: "PRINCIPAL_REVOKED", revoked: { userId, keyId } };
    }
    case "engineActivated":
      return { type: "ENGINE_ACTIVATED", version: change.change.value.version };
    default:
      throw new Error("a control event lacks its change");
  }
}

function writeDispatch(dispatch: Dispatch, change: WireChange): ControlDispatch {
  const link = writeLink(dispatch);
  const { message } = dispatch;
  if (message.type === "CHANGE") {
    return create(ControlDispatchSchema, { link, message: { case: "change", value: change } });
  }
  const { accountId, requestId } = message;
  return create(ControlDispatchSchema, { link, accountId, requestId, message: writeHouseMessage(message) });
}

function writeHouseMessage(
  message: Exclude<Dispatch["message"], { type: "CHANGE" }>,
): MessageInitShape<typeof ControlDispatchSchema>["message"] {
  switch (message.type) {
    case "CREATE_ACCOUNT":
      return { case: "createAccount", value: { ownerId: message.ownerId } };
    case "DEPOSIT":
      return { case: "deposit", value: { amount: writeFunds(message.funds) } };
    case "ALLOT":
      return { case: "allot", value: { instrumentId: message.instrumentId, amounts: message.funds.map(writeFunds) } };
  }
}
