import { Http2Connection } from "@atlas/adapters/http/http2-connection";
import { AccountService } from "@atlas/gen/atlas/account/v1/account_service_pb";
import { AuditService } from "@atlas/gen/atlas/audit/v1/audit_service_pb";
import { IdentityService } from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import { InstrumentService } from "@atlas/gen/atlas/instrument/v1/instrument_service_pb";
import { MarketService } from "@atlas/gen/atlas/market/v1/market_service_pb";
import { OperationsService } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { StreamService } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { type Client, createClient, type Interceptor } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-node";

/** Milliseconds that a call may take unless it says otherwise. */
const CALL_TIMEOUT = 20_000;

/** A platform, as any client of the contract sees it. */
export interface AtlasClient {
  readonly url: string;
  readonly key: string;
  readonly accounts: Client<typeof AccountService>;
  readonly audit: Client<typeof AuditService>;
  readonly identity: Client<typeof IdentityService>;
  readonly instruments: Client<typeof InstrumentService>;
  readonly market: Client<typeof MarketService>;
  readonly operations: Client<typeof OperationsService>;
  readonly orders: Client<typeof OrderService>;
  readonly stream: Client<typeof StreamService>;
  /** Ends the connection and every call on it. */
  close(): void;
}

/** A client over one HTTP/2 connection, made when it is first needed and again when it is lost. */
export function atlasClient(url: string, key: string): AtlasClient {
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
  });
  return {
    url,
    key,
    accounts: createClient(AccountService, transport),
    audit: createClient(AuditService, transport),
    identity: createClient(IdentityService, transport),
    instruments: createClient(InstrumentService, transport),
    market: createClient(MarketService, transport),
    operations: createClient(OperationsService, transport),
    orders: createClient(OrderService, transport),
    stream: createClient(StreamService, transport),
    close: () => sessionManager.abort(),
  };
}
