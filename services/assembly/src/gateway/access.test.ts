import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { Role } from "@atlas/gen/atlas/options/v1/options_pb";
import { Channel } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { inProcessTransport } from "@atlas/platform/access/in-process-transport";
import { refusalOf } from "@atlas/platform/refusal/refusal-error";
import { create, type DescMethod, type MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError } from "@connectrpc/connect";
import { createAsyncIterable } from "@connectrpc/connect/protocol";
import { beforeAll, describe, expect, test } from "vitest";
import { GatewayPlatform } from "../testing/gateway-platform.ts";

/** Who may call what (CONTRACT 2), written down here a second time: the descriptors are what is tested. */
const READERS = ["VIEWER", "TRADER", "RISK_OFFICER", "COMPLIANCE_OFFICER", "AUDITOR", "ADMIN"];
const ANYBODY_SIGNED_IN = "signed in";
const ANYBODY = "anybody";
const MAY: Readonly<Record<string, readonly string[] | typeof ANYBODY_SIGNED_IN | typeof ANYBODY>> = {
  "OrderService.PreviewOrder": ["TRADER"],
  "OrderService.SubmitOrder": ["TRADER"],
  "OrderService.SubmitOrders": ["TRADER"],
  "OrderService.ReplaceOrder": ["TRADER"],
  "OrderService.CancelOrder": ["TRADER"],
  "OrderService.CancelOrders": ["TRADER"],
  "OrderService.GetOrder": READERS,
  "OrderService.ListOrders": READERS,
  "OrderService.ListFills": READERS,
  "OrderSessionService.Trade": ["TRADER"],
  "AccountService.CreateAccount": ["ADMIN"],
  "AccountService.ListAccounts": ANYBODY_SIGNED_IN,
  "AccountService.GetAccount": READERS,
  "AccountService.ListBalances": READERS,
  "AccountService.ListPostings": READERS,
  "AccountService.ListPositions": READERS,
  "AccountService.DepositFunds": ["ADMIN"],
  "AccountService.WithdrawFunds": ["ADMIN"],
  "AccountService.GetLimits": READERS,
  "AccountService.SetLimits": ["RISK_OFFICER", "ADMIN"],
  "MarketService.GetBook": ANYBODY_SIGNED_IN,
  "MarketService.ListTrades": ANYBODY_SIGNED_IN,
  "MarketService.GetTicker": ANYBODY_SIGNED_IN,
  "MarketService.ListCandles": ANYBODY_SIGNED_IN,
  "MarketService.GetMarketState": ANYBODY_SIGNED_IN,
  "MarketService.PlayRecording": ["OPERATOR"],
  "InstrumentService.GetInstrument": ANYBODY_SIGNED_IN,
  "InstrumentService.ListInstruments": ANYBODY_SIGNED_IN,
  "InstrumentService.DefineInstrument": ["OPERATOR"],
  "IdentityService.CreateLoginLink": ["ADMIN"],
  "IdentityService.RedeemLoginLink": ANYBODY,
  "IdentityService.RefreshToken": ANYBODY,
  "IdentityService.LogOut": ANYBODY_SIGNED_IN,
  "IdentityService.WhoAmI": ANYBODY_SIGNED_IN,
  "IdentityService.CreateApiKey": ANYBODY_SIGNED_IN,
  "IdentityService.ListApiKeys": ANYBODY_SIGNED_IN,
  "IdentityService.RevokeApiKey": ANYBODY_SIGNED_IN,
  "IdentityService.CreateUser": ["ADMIN"],
  "IdentityService.ListUsers": ["ADMIN"],
  "IdentityService.SetRoles": ["ADMIN"],
  "IdentityService.DisableUser": ["ADMIN"],
  "IdentityService.GrantAccount": ["ADMIN"],
  "IdentityService.RevokeAccountGrant": ["ADMIN"],
  "OperationsService.GetSystemState": ["OPERATOR", "AUDITOR"],
  "OperationsService.ReadLog": ["OPERATOR"],
  "OperationsService.CountLog": ["OPERATOR"],
  "OperationsService.ActivateEngine": ["OPERATOR"],
  "StreamService.Subscribe": READERS,
};
const GRANTED = ["VIEWER", "TRADER"];
const WIDE = ["RISK_OFFICER", "COMPLIANCE_OFFICER", "OPERATOR", "AUDITOR", "ADMIN"];

const platform = new GatewayPlatform();
const credentials = new Map<string, string>();

beforeAll(async () => {
  await platform.start();
  await platform.account({});
  await platform.account({});
  for (const name of WIDE) credentials.set(name, await platform.user([roleOf(name)]));
  for (const name of GRANTED) {
    credentials.set(name, await platform.user([], [{ accountId: OWN, role: roleOf(name) }]));
  }
  credentials.set("no role", await platform.user([]));
});

const OWN = "account-1";
const FOREIGN = "account-2";

function roleOf(name: string): Role {
  return Role[name as keyof typeof Role];
}

/** A request that names the account and is malformed or harmless otherwise. */
function requestOf(method: DescMethod, accountId: string): object {
  if (method.name === "Trade") return { clientSequence: 1n, request: { case: "open", value: { accountId } } };
  if (method.name === "Subscribe") {
    return { subscriptions: [{ subscriptionId: "s", channel: Channel.BALANCES, accountId, depth: 1 }] };
  }
  return method.input.fields.some((field) => field.name === "account_id") ? { accountId } : {};
}

/** What became of a call; a stream is looked at as far as its first message. */
async function call(method: DescMethod, accountId: string, authorization: string | undefined) {
  const transport = inProcessTransport(platform.handlers, authorization === undefined ? {} : { authorization });
  const message = create(method.input, requestOf(method, accountId) as MessageInitShape<typeof method.input>);
  const abort = new AbortController();
  try {
    if (method.methodKind === "unary") {
      await platform.run(transport.unary(method as never, abort.signal, 5_000, undefined, message as never));
    } else {
      const input = createAsyncIterable([message]);
      const response = await transport.stream(method as never, abort.signal, 5_000, undefined, input as never);
      await platform.run(response.message[Symbol.asyncIterator]().next());
    }
    return "passed";
  } catch (error) {
    const reason = refusalOf(error)?.reason;
    const { code } = ConnectError.from(error);
    // Not who calls, but from where: anybody may refresh, by a cookie only from a page.
    if (reason === Reason.FOREIGN_ORIGIN) return "passed";
    if (code === Code.Unauthenticated) return "not signed in";
    if (code === Code.PermissionDenied) return "not allowed";
    if (reason === Reason.UNKNOWN_ACCOUNT) return "no such account";
    if (code === Code.Internal || code === Code.Unimplemented || code === Code.Unknown) throw error;
    return "passed";
  } finally {
    abort.abort();
  }
}

function namesAccount(method: DescMethod): boolean {
  return (
    method.name === "Trade" ||
    method.name === "Subscribe" ||
    method.input.fields.some((field) => field.name === "account_id")
  );
}

/** What the table says. */
function expectation(method: DescMethod, who: string, accountId: string): string {
  const may = MAY[`${method.parent.name}.${method.name}`];
  if (may === ANYBODY) return "passed";
  if (who === "nobody") return "not signed in";
  if (may === ANYBODY_SIGNED_IN) return "passed";
  if (may === undefined) return "undeclared";
  const perAccount = namesAccount(method) && method.name !== "CreateAccount";
  if (!perAccount) return may.includes(who) && WIDE.includes(who) ? "passed" : "not allowed";
  if (WIDE.includes(who)) return may.includes(who) ? "passed" : seesAll(who) ? "not allowed" : "no such account";
  if (who === "no role" || accountId === FOREIGN) return "no such account";
  return may.includes(who) ? "passed" : "not allowed";
}

/** Whose role reads every account is told that it may not, not that there is none. */
function seesAll(who: string): boolean {
  return who !== "OPERATOR";
}

describe("access (I26)", () => {
  test("the table names every method that the gateway serves, and no other", () => {
    const served = platform.handlers.map(({ method }) => `${method.parent.name}.${method.name}`);
    expect(served.toSorted()).toEqual(Object.keys(MAY).toSorted());
  });

  test.each(["nobody", "no role", ...GRANTED, ...WIDE])(
    "%s may do what the table says, on own and foreign accounts",
    async (who) => {
      const differences: string[] = [];
      for (const { method } of platform.handlers) {
        for (const accountId of namesAccount(method) ? [OWN, FOREIGN] : [OWN]) {
          const was = await call(method, accountId, credentials.get(who));
          const expected = expectation(method, who, accountId);
          if (was !== expected) differences.push(`${method.name} of ${accountId}: ${was}, not ${expected}`);
        }
      }
      expect(differences).toEqual([]);
      expect(platform.failures).toEqual([]);
    },
  );
});
