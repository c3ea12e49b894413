import { AccountService } from "@atlas/gen/atlas/account/v1/account_service_pb";
import { InstrumentService } from "@atlas/gen/atlas/instrument/v1/instrument_service_pb";
import { OperationsService } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { type Client, createClient, type Interceptor } from "@connectrpc/connect";
import { createConnectTransport, Http2SessionManager } from "@connectrpc/connect-node";

/** Where a platform is and what opens it: enough for another process. */
export interface Address {
  readonly url: string;
  readonly key: string;
}

/** The unary side of a platform, as any client that uses the generated descriptors sees it. */
export interface Api {
  readonly accounts: Client<typeof AccountService>;
  readonly instruments: Client<typeof InstrumentService>;
  readonly operations: Client<typeof OperationsService>;
  readonly orders: Client<typeof OrderService>;
  close(): void;
}

const CALL_TIMEOUT = 20_000;

/** One HTTP/2 connection; binary messages by connect-node, as they come. */
export function openApi({ url, key }: Address): Api {
  const sessionManager = new Http2SessionManager(url);
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
    instruments: createClient(InstrumentService, transport),
    operations: createClient(OperationsService, transport),
    orders: createClient(OrderService, transport),
    close: () => sessionManager.abort(),
  };
}
