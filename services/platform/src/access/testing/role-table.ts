import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { Role } from "@atlas/gen/atlas/options/v1/options_pb";

const { VIEWER, TRADER, RISK_OFFICER, COMPLIANCE_OFFICER, OPERATOR, AUDITOR, ADMIN } = Role;

/** Who may, as CONTRACT 2 says it. */
export const WAYS = {
  READS: [VIEWER, TRADER, RISK_OFFICER, COMPLIANCE_OFFICER, AUDITOR, ADMIN],
  TRADES: [TRADER],
  LIMITS: [RISK_OFFICER, ADMIN],
  OPERATES: [OPERATOR],
  /** The platform's own state: it shows totals, so those who audit may see it, too. */
  INSPECTS: [OPERATOR, AUDITOR],
  AUDITS: [AUDITOR, COMPLIANCE_OFFICER],
  ADMINISTERS: [ADMIN],
  SIGNED_IN: "signed in",
  ANYBODY: "anybody",
  PLATFORM: "the platform itself",
} as const;

/** CONTRACT 2: every method, who may call it, and where it names an account. */
export const ROLE_TABLE: readonly [method: string, way: keyof typeof WAYS, account?: string][] = [
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
  ["audit.v1.AuditService/GetOrderTimeline", "AUDITS"],
  ["audit.v1.AuditService/Verify", "AUDITS"],
  ["audit.v1.AuditService/Export", "AUDITS"],
  ["operations.v1.OperationsService/GetSystemState", "INSPECTS"],
  ["operations.v1.OperationsService/ReadLog", "OPERATES"],
  ["operations.v1.OperationsService/CountLog", "OPERATES"],
  ["operations.v1.OperationsService/ActivateEngine", "OPERATES"],
  ["operations.v1.ShardService/Read", "PLATFORM"],
  ["operations.v1.ShardService/Follow", "PLATFORM"],
  ["operations.v1.ShardService/Resend", "PLATFORM"],
];

/** An account that a role is granted on, and one that it is not. */
export const OWN = "own";
export const FOREIGN = "foreign";
/** Roles held on an account; the others are held platform-wide. */
export const GRANTED: readonly Role[] = [VIEWER, TRADER];
const SEES_ALL: readonly Role[] = [RISK_OFFICER, COMPLIANCE_OFFICER, AUDITOR, ADMIN];
/** `undefined`: signed in without a role. */
export const EVERY_ROLE: readonly (Role | undefined)[] = [
  undefined,
  VIEWER,
  TRADER,
  RISK_OFFICER,
  COMPLIANCE_OFFICER,
  OPERATOR,
  AUDITOR,
  ADMIN,
];

/** What becomes of a call, from the table's words alone. */
export function expectedReason(
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
