import {
  type CreateAccountRequest,
  CreateAccountRequestSchema,
  type DepositFundsRequest,
  DepositFundsRequestSchema,
} from "@atlas/gen/atlas/account/v1/account_service_pb";
import type { Instrument } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import {
  type DefineInstrumentRequest,
  DefineInstrumentRequestSchema,
} from "@atlas/gen/atlas/instrument/v1/instrument_service_pb";
import { create } from "@bufbuild/protobuf";
import { firstInstruments, recordedInstrument } from "./instruments.ts";

/** The platform's own methods, as the first start calls them: by whoever holds the local key. */
export interface FirstStartCalls {
  /** Ids of the instruments that exist. */
  instrumentIds(): Promise<readonly string[]>;
  defineInstrument(request: DefineInstrumentRequest): Promise<unknown>;
  createAccount(request: CreateAccountRequest): Promise<unknown>;
  depositFunds(request: DepositFundsRequest): Promise<unknown>;
}

const ACCOUNT = "demo";
const FUNDS = [
  { asset: "USD", amount: "1000000" },
  { asset: "BTC", amount: "50" },
];
const RECORDED_FUNDS = { asset: "USDT", amount: "1000000" };

/**
 * Gives a new platform its instruments, then the account `demo` and its funds. Every request has an id of its own for ever,
 * so that every start may call this: what an interrupted one left out is done, what stands is done no second time.
 */
export async function firstStart(calls: FirstStartCalls, options: { readonly recorded: boolean }): Promise<void> {
  const defined = await calls.instrumentIds();
  const missing = firstInstruments(options.recorded).filter(({ instrumentId }) => !defined.includes(instrumentId));
  await Promise.all(missing.map((instrument) => calls.defineInstrument(definitionOf(instrument))));
  const requestId = "first-start-create";
  await calls.createAccount(create(CreateAccountRequestSchema, { requestId, accountId: ACCOUNT, ownerId: ACCOUNT }));
  for (const amount of options.recorded ? [...FUNDS, RECORDED_FUNDS] : FUNDS) {
    const deposit = { requestId: `first-start-deposit-${amount.asset}`, accountId: ACCOUNT, amount };
    await calls.depositFunds(create(DepositFundsRequestSchema, deposit));
  }
}

/** The recorded instrument as a start with a recorded market defines it: whoever asks for it first, it is the same. */
export function recordedDefinition(): DefineInstrumentRequest {
  return definitionOf(recordedInstrument());
}

function definitionOf(instrument: Instrument): DefineInstrumentRequest {
  const requestId = `first-start-${instrument.instrumentId}`;
  return create(DefineInstrumentRequestSchema, { requestId, instrument });
}
