import { AccountService } from "@atlas/gen/atlas/account/v1/account_service_pb";
import { IdentityService } from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import { InstrumentService } from "@atlas/gen/atlas/instrument/v1/instrument_service_pb";
import { MarketService } from "@atlas/gen/atlas/market/v1/market_service_pb";
import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { StreamService } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { type Client, createClient, type Transport } from "@connectrpc/connect";

/** Every service of the contract that the console calls. */
export interface Clients {
  readonly accounts: Client<typeof AccountService>;
  readonly identity: Client<typeof IdentityService>;
  readonly instruments: Client<typeof InstrumentService>;
  readonly market: Client<typeof MarketService>;
  readonly orders: Client<typeof OrderService>;
  readonly stream: Client<typeof StreamService>;
}

export function createClients(transport: Transport): Clients {
  return {
    accounts: createClient(AccountService, transport),
    identity: createClient(IdentityService, transport),
    instruments: createClient(InstrumentService, transport),
    market: createClient(MarketService, transport),
    orders: createClient(OrderService, transport),
    stream: createClient(StreamService, transport),
  };
}
