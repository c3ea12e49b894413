import { AccountService } from "@atlas/gen/atlas/account/v1/account_service_pb";
import { InstrumentService } from "@atlas/gen/atlas/instrument/v1/instrument_service_pb";
import { createClient, type Transport } from "@connectrpc/connect";
import type { FirstStartCalls } from "./first-start.ts";

/** More instruments than a platform has by itself. */
const PAGE = 1_000;

/** The first start as a client of the contract; `transport` signs in by the local key. */
export function firstStartCalls(transport: Transport): FirstStartCalls {
  const instruments = createClient(InstrumentService, transport);
  const accounts = createClient(AccountService, transport);
  return {
    async instrumentIds() {
      const list = await instruments.listInstruments({ pageSize: PAGE });
      return list.instruments.map(({ instrumentId }) => instrumentId);
    },
    defineInstrument: (request) => instruments.defineInstrument(request),
    createAccount: (request) => accounts.createAccount(request),
    depositFunds: (request) => accounts.depositFunds(request),
  };
}
