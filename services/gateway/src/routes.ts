import { AccountService } from "@atlas/gen/atlas/account/v1/account_service_pb";
import { IdentityService } from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import { InstrumentService } from "@atlas/gen/atlas/instrument/v1/instrument_service_pb";
import { MarketService } from "@atlas/gen/atlas/market/v1/market_service_pb";
import { OperationsService } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { OrderSessionService } from "@atlas/gen/atlas/order/v1/order_session_service_pb";
import { StreamService } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { type Caller, callerOf } from "@atlas/platform/access/caller";
import { type Served, serve } from "@atlas/platform/access/create-handlers";
import { tradeImplementation } from "@atlas/platform/session/trade-implementation";
import type { OpenTradeSession } from "@atlas/platform/session/trade-session";
import type { AccountContext } from "./account/account-context.ts";
import { createAccount } from "./account/create-account.ts";
import { listAccounts } from "./account/list-accounts.ts";
import { depositFunds, withdrawFunds } from "./account/move-funds.ts";
import { setLimits } from "./account/set-limits.ts";
import type { Calls } from "./calls.ts";
import { createApiKey, listApiKeys, revokeApiKey } from "./identity/api-keys.ts";
import { logOutAnywhere, redeemAnywhere, refreshAnywhere } from "./identity/browser-sign-in.ts";
import { grantAccount, revokeAccountGrant } from "./identity/grants.ts";
import type { IdentityContext } from "./identity/identity-context.ts";
import { createLoginLink } from "./identity/login-links.ts";
import { whoAmI } from "./identity/sessions.ts";
import { createUser, disableUser, listUsers, setRoles } from "./identity/users.ts";
import { defineInstrument } from "./instrument/define-instrument.ts";
import type { InstrumentContext } from "./instrument/instrument-context.ts";
import { getInstrument, listInstruments } from "./instrument/read-instruments.ts";
import type { MarketReads } from "./market/market-reads.ts";
import { playRecording, type RecordingContext } from "./market/play-recording.ts";
import { activateEngine } from "./operations/activate-engine.ts";
import { countLog } from "./operations/count-log.ts";
import { getSystemState } from "./operations/get-system-state.ts";
import type { OperationsContext } from "./operations/operations-context.ts";
import { readLog } from "./operations/read-log.ts";
import { cancelOrder } from "./order/cancel-order.ts";
import { cancelOrders } from "./order/cancel-orders.ts";
import type { OrderContext } from "./order/order-context.ts";
import { previewOrder } from "./order/preview-order.ts";
import { replaceOrder } from "./order/replace-order.ts";
import { submitOrder } from "./order/submit-order.ts";
import { submitOrders } from "./order/submit-orders.ts";
import type { StreamDesk } from "./stream/stream-desk.ts";

/** What the services of a gateway answer with. */
export interface Routes {
  readonly calls: Calls;
  readonly orders: OrderContext;
  readonly accounts: AccountContext;
  readonly operations: OperationsContext;
  readonly identity: IdentityContext;
  readonly instruments: InstrumentContext;
  readonly recordings: RecordingContext;
  readonly marketReads: MarketReads;
  readonly streams: StreamDesk;
  readonly isDefined: (instrumentId: string) => boolean;
  readonly openSession: OpenTradeSession<Caller>;
}

/** Every service of the public contract: each method is a plain function, wrapped here and nowhere else. */
export function servicesOf(routes: Routes): Served[] {
  return [
    orderService(routes),
    serve(OrderSessionService, tradeImplementation(routes.openSession)),
    accountService(routes),
    marketService(routes),
    instrumentService(routes),
    identityService(routes),
    operationsService(routes),
    serve(StreamService, {
      subscribe: (request, context) => routes.streams.subscribe(callerOf(context), request, context.signal),
    }),
  ];
}

function orderService({ calls, orders }: Routes): Served {
  const { queries } = orders;
  return serve(OrderService, {
    previewOrder: (request, context) => previewOrder(request, calls.of(context), orders),
    submitOrder: (request, context) => submitOrder(request, calls.of(context), orders),
    submitOrders: (request, context) => submitOrders(request, calls.of(context), orders),
    replaceOrder: (request, context) => replaceOrder(request, calls.of(context), orders),
    cancelOrder: (request, context) => cancelOrder(request, calls.of(context), orders),
    cancelOrders: (request, context) => cancelOrders(request, calls.of(context), orders),
    getOrder: (request, context) => queries.order(request, calls.of(context).deadline),
    listOrders: (request, context) => queries.orders(request, calls.of(context).deadline),
    listFills: (request, context) => queries.fills(request, calls.of(context).deadline),
  });
}

function accountService({ calls, accounts }: Routes): Served {
  const { queries } = accounts;
  return serve(AccountService, {
    createAccount: (request, context) => createAccount(request, calls.of(context), accounts),
    listAccounts: (request, context) => listAccounts(request, calls.of(context), queries),
    getAccount: (request, context) => queries.account(request, calls.of(context).deadline),
    listBalances: (request, context) => queries.balances(request, calls.of(context).deadline),
    listPostings: (request, context) => queries.postings(request, calls.of(context).deadline),
    listPositions: (request, context) => queries.positions(request, calls.of(context).deadline),
    depositFunds: (request, context) => depositFunds(request, calls.of(context), accounts),
    withdrawFunds: (request, context) => withdrawFunds(request, calls.of(context), accounts),
    getLimits: (request, context) => queries.limits(request, calls.of(context).deadline),
    setLimits: (request, context) => setLimits(request, calls.of(context), accounts),
  });
}

function marketService({ calls, marketReads, isDefined, recordings }: Routes): Served {
  return serve(MarketService, {
    getBook: (request, context) => marketReads.getBook(request, { ...calls.of(context), isDefined }),
    listTrades: (request, context) => marketReads.listTrades(request, { ...calls.of(context), isDefined }),
    getTicker: (request, context) => marketReads.getTicker(request, { ...calls.of(context), isDefined }),
    listCandles: (request, context) => marketReads.listCandles(request, { ...calls.of(context), isDefined }),
    getMarketState: (request, context) => marketReads.getMarketState(request, { ...calls.of(context), isDefined }),
    playRecording: (requests) => playRecording(requests, recordings),
  });
}

function instrumentService({ calls, instruments }: Routes): Served {
  return serve(InstrumentService, {
    getInstrument: (request, context) => getInstrument(request, calls.of(context), instruments),
    listInstruments: (request, context) => listInstruments(request, calls.of(context), instruments),
    defineInstrument: (request, context) => defineInstrument(request, calls.of(context), instruments),
  });
}

function identityService({ calls, identity }: Routes): Served {
  return serve(IdentityService, {
    createLoginLink: (request, context) => createLoginLink(request, calls.of(context), identity),
    redeemLoginLink: (request, context) => redeemAnywhere(request, calls.anonymous(context), identity, context),
    refreshToken: (request, context) => refreshAnywhere(request, calls.anonymous(context), identity, context),
    logOut: (request, context) => logOutAnywhere(request, calls.of(context), identity, context),
    whoAmI: (request, context) => whoAmI(request, calls.of(context), identity),
    createApiKey: (request, context) => createApiKey(request, calls.of(context), identity),
    listApiKeys: (request, context) => listApiKeys(request, calls.of(context), identity),
    revokeApiKey: (request, context) => revokeApiKey(request, calls.of(context), identity),
    createUser: (request, context) => createUser(request, calls.of(context), identity),
    listUsers: (request, context) => listUsers(request, calls.of(context), identity),
    setRoles: (request, context) => setRoles(request, calls.of(context), identity),
    disableUser: (request, context) => disableUser(request, calls.of(context), identity),
    grantAccount: (request, context) => grantAccount(request, calls.of(context), identity),
    revokeAccountGrant: (request, context) => revokeAccountGrant(request, calls.of(context), identity),
  });
}

function operationsService({ calls, operations }: Routes): Served {
  return serve(OperationsService, {
    getSystemState: (request, context) => getSystemState(request, calls.of(context), operations),
    readLog: (request, context) => readLog(request, context.signal, operations),
    countLog: (request) => countLog(request, operations),
    activateEngine: (request, context) => activateEngine(request, calls.of(context), operations),
  });
}
