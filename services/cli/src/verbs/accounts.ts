import { type Account, AccountSchema, BalanceSchema, PositionSchema } from "@atlas/gen/atlas/account/v1/account_pb";
import {
  type CreateAccountResponseSchema,
  type DepositFundsResponseSchema,
  PostingEntrySchema,
} from "@atlas/gen/atlas/account/v1/account_service_pb";
import { BucketSchema, PostingReasonSchema } from "@atlas/gen/atlas/ledger/v1/posting_pb";
import type { Command } from "commander";
import { refused } from "../client/failure.ts";
import type { Io } from "../output/io.ts";
import { table } from "../output/table.ts";
import { timeOf, wordOf } from "../output/words.ts";
import { type MutationOptions, mutate, withRequest } from "./mutation.ts";
import { collect, wholeNumber } from "./pages.ts";
import { type CommonOptions, print, verb, withAtlas } from "./verb.ts";

interface AccountOptions extends CommonOptions {
  readonly account: string;
}

export function accountsVerb(io: Io): Command {
  const list = verb("accounts", "Lists the accounts that you may see, or makes one.", [
    "accounts",
    "accounts create desk-7 --owner maria",
  ]).action((options: CommonOptions) =>
    withAtlas(io, options, async (context) => {
      const accounts = await collect(100_000, async (pageSize, pageToken) => {
        const answer = await context.atlas.accounts.listAccounts({ pageSize, pageToken });
        return { entries: answer.accounts, nextPageToken: answer.nextPageToken };
      });
      print(context, AccountSchema, accounts, () => accountsText(accounts));
    }),
  );
  return list.addCommand(createVerb(io));
}

function createVerb(io: Io): Command {
  const command = verb("create", "Makes an account, which you may then trade for.", ["accounts create desk-7"])
    .argument("<account>", "the new account's id")
    .option("--owner <id>", "who it belongs to; without it, you");
  return withRequest(command).action((accountId: string, _: unknown, self: Command) => {
    const options = self.optsWithGlobals<CommonOptions & MutationOptions & { owner?: string }>();
    return withAtlas(io, options, async (context) => {
      const answer = await mutate<typeof CreateAccountResponseSchema>(context, options, (requestId) =>
        context.atlas.accounts.createAccount({ requestId, accountId, ownerId: options.owner ?? "" }),
      );
      const account = answer.account;
      if (account === undefined) throw refused("the answer holds no account");
      print(context, AccountSchema, [account], () => accountsText([account]));
    });
  });
}

function accountsText(accounts: readonly Account[]): string {
  return table(
    accounts,
    [
      { title: "account", of: (account) => account.accountId },
      { title: "owner", of: (account) => account.ownerId },
      { title: "created", of: (account) => timeOf(account.createTime) },
    ],
    "no accounts",
  );
}

export function balancesVerb(io: Io): Command {
  return verb("balances", "Shows what an account holds.", ["balances", "balances --account desk-7"])
    .option("--account <id>", "the account", "demo")
    .action((options: AccountOptions) =>
      withAtlas(io, options, async (context) => {
        const { balances } = await context.atlas.accounts.listBalances({ accountId: options.account });
        print(context, BalanceSchema, balances, () =>
          table(
            balances,
            [
              { title: "asset", of: (balance) => balance.asset },
              { title: "available", right: true, of: (balance) => balance.available },
              { title: "reserved", right: true, of: (balance) => balance.reserved },
            ],
            "nothing was ever paid in",
          ),
        );
      }),
    );
}

export function positionsVerb(io: Io): Command {
  return verb("positions", "Shows what trading has left an account with, by average cost.", ["positions"])
    .option("--account <id>", "the account", "demo")
    .action((options: AccountOptions) =>
      withAtlas(io, options, async (context) => {
        const { positions } = await context.atlas.accounts.listPositions({ accountId: options.account });
        print(context, PositionSchema, positions, () =>
          table(
            positions,
            [
              { title: "instrument", of: (position) => position.instrumentId },
              { title: "quantity", right: true, of: (position) => position.quantity },
              { title: "average price", right: true, of: (position) => position.averagePrice },
              { title: "realized profit", right: true, of: (position) => position.realizedProfit },
              { title: "fees", right: true, of: (position) => position.fees },
            ],
            "nothing was traded",
          ),
        );
      }),
    );
}

export function postingsVerb(io: Io): Command {
  return verb("postings", "Lists every movement of an account's money, newest first.", [
    "postings --last 20",
    "postings --asset USD --order 0312ab",
  ])
    .option("--account <id>", "the account", "demo")
    .option("--asset <asset>", "only of this asset")
    .option("--order <id>", "only of this order")
    .option("--last <n>", "at most so many, the newest", wholeNumber(1, "--last"), 100)
    .action((options: AccountOptions & { asset?: string; order?: string; last: number }) =>
      withAtlas(io, options, async (context) => {
        const postings = await collect(options.last, async (pageSize, pageToken) => {
          const answer = await context.atlas.accounts.listPostings({
            accountId: options.account,
            asset: options.asset ?? "",
            orderId: options.order ?? "",
            pageSize,
            pageToken,
          });
          return { entries: answer.postings, nextPageToken: answer.nextPageToken };
        });
        print(context, PostingEntrySchema, postings, () =>
          table(
            postings,
            [
              { title: "time", of: (entry) => timeOf(entry.occurredAt) },
              { title: "reason", of: (entry) => wordOf(PostingReasonSchema, entry.posting?.reason ?? 0) },
              { title: "amount", right: true, of: (entry) => entry.posting?.amount ?? "" },
              { title: "asset", of: (entry) => entry.posting?.asset ?? "" },
              { title: "from", of: (entry) => wordOf(BucketSchema, entry.posting?.fromBucket ?? 0) },
              { title: "to", of: (entry) => wordOf(BucketSchema, entry.posting?.toBucket ?? 0) },
              { title: "order", of: (entry) => entry.posting?.orderId ?? "" },
            ],
            "no postings",
          ),
        );
      }),
    );
}

export function depositVerb(io: Io): Command {
  const command = verb("deposit", "Pays funds into an account.", ["deposit 1000 USD", "deposit 2 BTC --account desk-7"])
    .argument("<amount>", "above zero")
    .argument("<asset>", "such as USD")
    .option("--account <id>", "the account", "demo");
  return withRequest(command).action((amount: string, asset: string, options: AccountOptions & MutationOptions) =>
    withAtlas(io, options, async (context) => {
      const answer = await mutate<typeof DepositFundsResponseSchema>(context, options, (requestId) =>
        context.atlas.accounts.depositFunds({ requestId, accountId: options.account, amount: { asset, amount } }),
      );
      const balance = answer.balance;
      if (balance === undefined) throw refused("the answer holds no balance");
      print(
        context,
        BalanceSchema,
        [balance],
        () => `${balance.asset}: ${balance.available} available, ${balance.reserved} reserved`,
      );
    }),
  );
}
