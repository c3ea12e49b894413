import type { PostingEntry } from "@atlas/gen/atlas/account/v1/account_service_pb";
import { Bucket, PostingReason } from "@atlas/gen/atlas/ledger/v1/posting_pb";
import { format } from "../decimal/decimal.ts";
import { dayTimeOf, exactTimeOf } from "../form/moment.ts";
import type { Column } from "./column.ts";
import { isoOf } from "./figures.ts";

const BUCKETS: Partial<Record<Bucket, string>> = {
  [Bucket.AVAILABLE]: "Available",
  [Bucket.RESERVED]: "Reserved",
  [Bucket.CLEARING]: "Clearing",
  [Bucket.FEES]: "Fees",
  [Bucket.EXTERNAL]: "Outside",
};

const REASONS: Partial<Record<PostingReason, string>> = {
  [PostingReason.DEPOSIT]: "Deposit",
  [PostingReason.WITHDRAWAL]: "Withdrawal",
  [PostingReason.RESERVE]: "Locked for an order",
  [PostingReason.RELEASE]: "Freed",
  [PostingReason.TRADE_PAID]: "Paid in a trade",
  [PostingReason.TRADE_RECEIVED]: "Received in a trade",
  [PostingReason.FEE]: "Fee",
  [PostingReason.PRICE_IMPROVEMENT]: "Better price than locked for",
  [PostingReason.ALLOTMENT]: "Allotted to a venue",
};

export function postingColumns(decimalsOf: (asset: string) => number): readonly Column<PostingEntry>[] {
  const text = (title: string, exact: (entry: PostingEntry) => string): Column<PostingEntry> => ({
    title,
    kind: "text",
    exact,
    shown: (entry) => exact(entry) || "—",
  });
  return [
    {
      title: "Time",
      kind: "text",
      shown: ({ occurredAt }) => dayTimeOf(occurredAt),
      exact: ({ occurredAt }) => isoOf(occurredAt),
      hint: ({ occurredAt }) => exactTimeOf(occurredAt),
    },
    text("Reason", ({ posting }) => REASONS[posting?.reason ?? 0] ?? ""),
    {
      title: "Amount",
      kind: "decimal",
      // A ledger cuts nothing off: its figures add up.
      shown: ({ posting }) => (posting === undefined ? "—" : format(posting.amount, decimalsOf(posting.asset))),
      exact: ({ posting }) => posting?.amount ?? "",
    },
    text("Asset", ({ posting }) => posting?.asset ?? ""),
    text("From", ({ posting }) => BUCKETS[posting?.fromBucket ?? 0] ?? ""),
    text("To", ({ posting }) => BUCKETS[posting?.toBucket ?? 0] ?? ""),
    {
      ...text("Event", ({ eventId }) => eventId),
      hint: ({ eventId, sequence }) =>
        `${eventId}, the event that caused it: number ${sequence} of the account's shard`,
      tone: () => "identifier",
    },
    { ...text("Order", ({ posting }) => posting?.orderId ?? ""), tone: () => "identifier" },
    {
      title: "Sequence",
      kind: "decimal",
      shown: ({ sequence }) => `${sequence}`,
      exact: ({ sequence }) => `${sequence}`,
    },
  ];
}

/** An event moves an amount for a reason between two buckets once. */
export function postingKey({ posting, eventId }: PostingEntry): string {
  const { asset, fromBucket, toBucket, reason, orderId, amount } = posting ?? {};
  return [eventId, asset, fromBucket, toBucket, reason, orderId, amount].join(" ");
}
