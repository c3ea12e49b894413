import { parseAmount } from "@atlas/domain/money/amount";
import {
  type DepositFundsRequest,
  type DepositFundsResponse,
  DepositFundsResponseSchema,
  type WithdrawFundsRequest,
  type WithdrawFundsResponse,
  WithdrawFundsResponseSchema,
} from "@atlas/gen/atlas/account/v1/account_service_pb";
import { FundsMovement, type OrderEvent } from "@atlas/gen/atlas/log/v1/order_event_pb";
import type { Amount } from "@atlas/gen/atlas/money/v1/amount_pb";
import { cursorOf } from "@atlas/platform/query/cursor";
import { create } from "@bufbuild/protobuf";
import type { CallContext } from "../call-context.ts";
import { afterDecision } from "../intake/after-decision.ts";
import { invalidField } from "../refusal/invalid-field.ts";
import { decideOnce } from "./account-command.ts";
import type { AccountContext } from "./account-context.ts";
import type { OwnContent } from "./differing-in.ts";

/** Pays funds in; a repeat shows the balance as it is now. */
export async function depositFunds(
  request: DepositFundsRequest,
  call: CallContext,
  context: AccountContext,
): Promise<DepositFundsResponse> {
  const amount = checkedAmount(request.amount);
  const value = { $typeName: "atlas.account.v1.DepositFunds", amount } as const;
  const event = await decideOnce(request, { case: "deposit", value }, call, context, ownOf(FundsMovement.DEPOSIT));
  return create(DepositFundsResponseSchema, await balanceAfter(event, request.accountId, amount.asset, call, context));
}

/** Pays funds out, if so much is available. */
export async function withdrawFunds(
  request: WithdrawFundsRequest,
  call: CallContext,
  context: AccountContext,
): Promise<WithdrawFundsResponse> {
  const amount = checkedAmount(request.amount);
  const value = { $typeName: "atlas.account.v1.WithdrawFunds", amount } as const;
  const event = await decideOnce(request, { case: "withdraw", value }, call, context, ownOf(FundsMovement.WITHDRAWAL));
  return create(WithdrawFundsResponseSchema, await balanceAfter(event, request.accountId, amount.asset, call, context));
}

function ownOf(movement: FundsMovement): OwnContent {
  const isMadeByIt: OwnContent["isMadeByIt"] = ({ case: kind, value }) =>
    kind === "fundsMoved" && value.movement === movement;
  return { field: "amount", isMadeByIt };
}

/** An amount above zero, in whole smallest units. */
function checkedAmount(amount: Amount | undefined): Amount {
  if (amount === undefined) throw invalidField("amount", "is required");
  const minor = parseAmount(amount.amount);
  if (typeof minor === "string") throw invalidField("amount.amount", "holds more than 8 decimals or 18 digits");
  if (minor <= 0n) throw invalidField("amount.amount", "must be above zero");
  return amount;
}

async function balanceAfter(
  event: OrderEvent,
  accountId: string,
  asset: string,
  call: CallContext,
  context: AccountContext,
) {
  const notBefore = cursorOf(event.shard, event.sequence);
  const request = { $typeName: "atlas.account.v1.ListBalancesRequest", accountId, notBefore } as const;
  const { balances, cursor } = await afterDecision(() => context.queries.balances(request, call.deadline));
  const balance = balances.find((one) => one.asset === asset);
  return { balance: balance ?? { asset, available: "0", reserved: "0" }, cursor };
}
