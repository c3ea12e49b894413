import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { AccountGrant, User } from "@atlas/gen/atlas/identity/v1/identity_pb";
import { UserSchema } from "@atlas/gen/atlas/identity/v1/identity_pb";
import { RateClass, Role } from "@atlas/gen/atlas/options/v1/options_pb";
import { create, type DescMethod } from "@bufbuild/protobuf";
import { beforeAll, describe, expect, test } from "vitest";
import { accessOf } from "./access-rule.ts";
import type { Caller } from "./caller.ts";
import { refuseAccess } from "./may-access.ts";
import { contractFiles } from "./testing/contract-files.ts";

const { VIEWER, TRADER, RISK_OFFICER, COMPLIANCE_OFFICER, OPERATOR, AUDITOR, ADMIN } = Role;

/** Who may, as CONTRACT 2 says it. */
const WAYS = {
  READS: [VIEWER, TRADER, RISK_OFFICER, COMPLIANCE_OFFICER, AUDITOR, ADMIN],
  TRADES: [TRADER],
  LIMITS: [RISK_OFFICER, ADMIN],
  OPERATES: [OPERATOR],
  /** The platform's own state: it shows totals, so those who audit may see it, too. */
  INSPECTS: [OPERATOR, AUDITOR],
  ADMINISTERS: [ADMIN],
  SIGNED_IN: "signed in",
  ANYBODY: "anybody",
  PLATFORM: "the platform itself",
} as const;

/** CONTRACT 2: every method, who may call it, and where it names an account. */
const TABLE: readonly [method: string, way: keyof typeof WAYS, account?: string][] = [
  ["instrument.v1.InstrumentService/GetInstrument", "SIGNED_IN"],
  ["instrument.v1.InstrumentService/ListInstruments", "SIGNED_IN"],
  ["instrument.v1.InstrumentService/DefineInstrument", "OPERATES"],
  ["order.v1.OrderService/PreviewOrder", "TRADES", "account_id"],
  ["order.v1.OrderService/SubmitOrder", "TRADES", "account_id"],
  ["order.v1.OrderService/SubmitOrders", "TRADES", "account_id"],
  ["order.v1.OrderService/ReplaceOrder", "TRADES", "account_id"],
  ["order.v1.OrderService/CancelOrder", "TRADES", "account_id"],
  ["order.v1.OrderService/CancelOrders", "TRADES", "account_id"],
  ["order.v1.OrderService/GetOrder", "READS", "account_id"],
  ["order.v1.OrderService/ListOrders", "READS", "account_id"],
  ["order.v1.OrderService/ListFills", "READS", "account_id"],
  ["order.v1.OrderSessionService/Trade", "TRADES", "open.account_id"],
  ["account.v1.AccountService/CreateAccount", "ADMINISTERS"],
  ["account.v1.AccountService/ListAccounts", "SIGNED_IN"],
  ["account.v1.AccountService/GetAccount", "READS", "account_id"],
  ["account.v1.AccountService/ListBalances", "READS", "account_id"],
  ["account.v1.AccountService/ListPostings", "READS", "account_id"],
  ["account.v1.AccountService/ListPositions", "READS", "account_id"],
  ["account.v1.AccountService/DepositFunds", "ADMINISTERS", "account_id"],
  ["account.v1.AccountService/WithdrawFunds", "ADMINISTERS", "account_id"],
  ["account.v1.AccountService/GetLimits", "READS", "account_id"],
  ["account.v1.AccountService/SetLimits", "LIMITS", "account_id"],
  ["market.v1.MarketService/GetBook", "SIGNED_IN"],
  ["market.v1.MarketService/ListTrades", "SIGNED_IN"],
  ["market.v1.MarketService/GetTicker", "SIGNED_IN"],
  ["market.v1.MarketService/ListCandles", "SIGNED_IN"],
  ["market.v1.MarketService/GetMarketState", "SIGNED_IN"],
  ["market.v1.MarketService/PlayRecording", "OPERATES"],
  ["stream.v1.StreamService/Subscribe", "READS", "subscriptions.account_id"],
  ["identity.v1.IdentityService/CreateLoginLink", "ADMINISTERS"],
  ["identity.v1.IdentityService/RedeemLoginLink", "ANYBODY"],
  ["identity.v1.IdentityService/RefreshToken", "ANYBODY"],
  ["identity.v1.IdentityService/LogOut", "SIGNED_IN"],
  ["identity.v1.IdentityService/WhoAmI", "SIGNED_IN"],
  ["identity.v1.IdentityService/CreateApiKey", "SIGNED_IN"],
  ["identity.v1.IdentityService/ListApiKeys", "SIGNED_IN"],
  ["identity.v1.IdentityService/RevokeApiKey", "SIGNED_IN"],
  ["identity.v1.IdentityService/CreateUser", "ADMINISTERS"],
  ["identity.v1.IdentityService/ListUsers", "ADMINISTERS"],
  ["identity.v1.IdentityService/SetRoles", "ADMINISTERS"],
  ["identity.v1.IdentityService/DisableUser", "ADMINISTERS"],
  ["identity.v1.IdentityService/GrantAccount", "ADMINISTERS"],
  ["identity.v1.IdentityService/RevokeAccountGrant", "ADMINISTERS"],
  ["operations.v1.OperationsService/GetSystemState", "INSPECTS"],
  ["operations.v1.OperationsService/ReadLog", "OPERATES"],
  ["operations.v1.OperationsService/CountLog", "OPERATES"],
  ["operations.v1.ShardService/Read", "PLATFORM"],
  ["operations.v1.ShardService/Follow", "PLATFORM"],
  ["operations.v1.ShardService/Resend", "PLATFORM"],
];

const methods = new Map<string, DescMethod>();

beforeAll(async () => {
  for (const file of await contractFiles()) {
    for (const service of file.services) {
      for (const method of service.methods)
        methods.set(`${service.typeName.slice("atlas.".length)}/${method.name}`, method);
    }
  }
});

function ruleOf(name: string) {
  const rule = accessOf(methods.get(name) as DescMethod);
  if (rule === undefined) throw new Error(`${name} is of the contract`);
  return rule;
}

describe("access as CONTRACT 2 fixes it", () => {
  test("no method is missing from the table, none is too many", () => {
    expect([...methods.keys()].sort()).toEqual(TABLE.map(([name]) => name).sort());
  });

  test.each(TABLE)("%s: %s %s", (name, way, account = "") => {
    const { roles, signedIn, anonymous, internal, accountField, rateClass } = ruleOf(name);
    const who = WAYS[way];
    expect({ roles, signedIn, anonymous, internal, accountField }).toEqual({
      roles: typeof who === "string" ? [] : who,
      signedIn: way === "SIGNED_IN",
      anonymous: way === "ANYBODY",
      internal: way === "PLATFORM",
      accountField: account,
    });
    expect(rateClass).not.toBe(RateClass.UNSPECIFIED);
  });
});

const OWN = "own";
const FOREIGN = "foreign";
const GRANTED: readonly Role[] = [VIEWER, TRADER];
const SEES_ALL: readonly Role[] = [RISK_OFFICER, COMPLIANCE_OFFICER, AUDITOR, ADMIN];
const EVERY_ROLE: readonly (Role | undefined)[] = [
  undefined,
  VIEWER,
  TRADER,
  RISK_OFFICER,
  COMPLIANCE_OFFICER,
  OPERATOR,
  AUDITOR,
  ADMIN,
];

/** Somebody with one role: on `own` if it is granted by account. `undefined`: with none. */
function callerWith(role: Role | undefined): Caller {
  const granted = role !== undefined && GRANTED.includes(role);
  const grants = granted ? [{ accountId: OWN, role } as AccountGrant] : [];
  const user: User = create(UserSchema, { userId: "u", roles: role === undefined || granted ? [] : [role], grants });
  return { principal: { $typeName: "atlas.identity.v1.Principal", userId: "u", keyId: "k" }, user, internal: false };
}

/** What becomes of a call, from the table's words alone. */
function expected(
  way: keyof typeof WAYS,
  account: string,
  role: Role | undefined,
  accountId: string,
): Reason | undefined {
  const who: readonly Role[] | string = WAYS[way];
  if (way === "SIGNED_IN" || way === "ANYBODY") return undefined;
  if (typeof who === "string") return Reason.NOT_ALLOWED;
  const holds = role !== undefined && who.includes(role);
  if (holds && (!GRANTED.includes(role) || accountId === OWN)) return undefined;
  if (account === "") return Reason.NOT_ALLOWED;
  const knows = role !== undefined && (SEES_ALL.includes(role) || (GRANTED.includes(role) && accountId === OWN));
  return knows ? Reason.NOT_ALLOWED : Reason.UNKNOWN_ACCOUNT;
}

describe("I26: every method x role x own and foreign account", () => {
  test.each(TABLE)("%s", (name, way, account = "") => {
    const rule = ruleOf(name);
    for (const role of EVERY_ROLE) {
      for (const accountId of [OWN, FOREIGN]) {
        const refused = refuseAccess(callerWith(role), rule, account === "" ? [] : [accountId]);
        expect([role, accountId, refused?.refusal.reason]).toEqual([
          role,
          accountId,
          expected(way, account, role, accountId),
        ]);
      }
    }
    const nobody = refuseAccess(undefined, rule, account === "" ? [] : [OWN]);
    expect(nobody?.refusal.reason).toBe(way === "ANYBODY" ? undefined : Reason.NOT_SIGNED_IN);
  });

  test("one foreign account among own ones is enough to refuse", () => {
    const rule = ruleOf("stream.v1.StreamService/Subscribe");
    expect(refuseAccess(callerWith(TRADER), rule, [OWN, OWN])).toBeUndefined();
    expect(refuseAccess(callerWith(TRADER), rule, [OWN, FOREIGN])?.refusal.reason).toBe(Reason.UNKNOWN_ACCOUNT);
  });
});
