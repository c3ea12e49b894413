import { Http2Connection } from "@atlas/adapters/http/http2-connection";
import { AccountService } from "@atlas/gen/atlas/account/v1/account_service_pb";
import { IdentityService } from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import { InstrumentService } from "@atlas/gen/atlas/instrument/v1/instrument_service_pb";
import { MarketService } from "@atlas/gen/atlas/market/v1/market_service_pb";
import { OperationsService } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { StreamService } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { type Client, createClient, type Interceptor } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";

/** Where a platform is and what opens it: enough for another process. */
export interface Address {
  readonly url: string;
  readonly key: string;
}

/** A platform, as any client that uses the generated descriptors sees it. */
export interface Api {
  readonly accounts: Client<typeof AccountService>;
  readonly identity: Client<typeof IdentityService>;
  readonly instruments: Client<typeof InstrumentService>;
  readonly market: Client<typeof MarketService>;
  readonly operations: Client<typeof OperationsService>;
  readonly orders: Client<typeof OrderService>;
  readonly stream: Client<typeof StreamService>;
  close(): void;
}

const CALL_TIMEOUT = 20_000;

/** One HTTP/2 connection; binary messages by connect-node, as they come. */
export function openApi({ url, key }: Address): Api {
  const sessionManager = new Http2Connection(url);
  const signIn: Interceptor = (next) => (request) => {
    request.header.set("Authorization", `Bearer ${key}`);
    return next(request);
  };
  const transport = createConnectTransport({
    baseUrl: url,
    httpVersion: "2",
    sessionManager,
    interceptors: [signIn],
    defaultTimeoutMs: CALL_TIMEOUT,
    useBinaryFormat: true,
  });
  return {
    accounts: createClient(AccountService, transport),
    identity: createClient(IdentityService, transport),
    instruments: createClient(InstrumentService, transport),
    market: createClient(MarketService, transport),
    operations: createClient(OperationsService, transport),
    orders: createClient(OrderService, transport),
    stream: createClient(StreamService, transport),
    close: () => sessionManager.abort(),
  };
}
