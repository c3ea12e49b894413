import type { InvalidField } from "./check-instrument.ts";
import type { RevokedPrincipal } from "./control-command.ts";
import type { DefinedInstrument, Funds } from "./instrument-terms.ts";

export type ControlRefusal =
  | InvalidField
  | { readonly reason: "COMMAND_EXPIRED" }
  | { readonly reason: "PRINCIPAL_REVOKED" }
  /** The request id was used with other content. */
  | { readonly reason: "REQUEST_ID_REUSED"; readonly requestId: string }
  /** An existing instrument's terms, but for fees and bounds, never change. */
  | { readonly reason: "FIXED_FIELD"; readonly instrumentId: string; readonly field: string }
  /** Versions follow each other, and none is taken back. */
  | { readonly reason: "ENGINE_NOT_NEXT"; readonly active: number; readonly version: number }
  /** These processes could not decide any more. */
  | { readonly reason: "ENGINE_MISSING"; readonly version: number; readonly lacking: readonly string[] };

export type ControlChange =
  | { readonly type: "INSTRUMENT_DEFINED"; readonly instrument: DefinedInstrument }
  | { readonly type: "PRINCIPAL_REVOKED"; readonly revoked: RevokedPrincipal }
  | { readonly type: "ENGINE_ACTIVATED"; readonly version: number };

/** A number on an outgoing link. */
export interface LinkNumber {
  /** The receiver, such as `oms/3`. */
  readonly destination: string;
  readonly number: number;
}

/** A message to another shard; `CHANGE` carries the event's own change. */
export interface Dispatch extends LinkNumber {
  readonly message:
    | { readonly type: "CHANGE" }
    | HouseMessage<"CREATE_ACCOUNT", { readonly ownerId: string }>
    | HouseMessage<"DEPOSIT", { readonly funds: Funds }>
    | HouseMessage<"ALLOT", { readonly instrumentId: string; readonly funds: readonly Funds[] }>;
}

/** A command on a house account, under a fixed request id: it is one and the same however often it is sent. */
type HouseMessage<Type extends string, Fields> = Fields & {
  readonly type: Type;
  readonly accountId: string;
  readonly requestId: string;
};

export type ControlEvent =
  | { readonly type: "DECIDED"; readonly change: ControlChange; readonly dispatches: readonly Dispatch[] }
  /**
   * Without a refusal the command was a repeat or had nothing to do: `reached` are the last numbers of every link, so that
   * whoever asks can see when all that was ever sent has arrived.
   */
  | {
      readonly type: "ANSWERED";
      readonly refusal: ControlRefusal | undefined;
      readonly reached: readonly LinkNumber[];
    };
