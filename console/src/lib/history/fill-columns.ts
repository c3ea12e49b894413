import { type Fill, Liquidity } from "@atlas/gen/atlas/order/v1/order_pb";
import { format, multiply } from "../decimal/decimal.ts";
import { dayTimeOf, exactTimeOf } from "../form/moment.ts";
import type { Column } from "./column.ts";
import { type Decimals, exactOf, isoOf, shownOf, sideColumn } from "./figures.ts";

const LIQUIDITY: Partial<Record<Liquidity, string>> = {
  [Liquidity.MAKER]: "Maker",
  [Liquidity.TAKER]: "Taker",
  [Liquidity.AUCTION]: "Auction",
};

export function fillColumns(decimalsOf: (instrumentId: string) => Decimals): readonly Column<Fill>[] {
  const worth = ({ price, quantity }: Fill): string => multiply(price, quantity);
  return [
    {
      title: "Time",
      kind: "text",
      shown: ({ occurredAt }) => dayTimeOf(occurredAt),
      exact: ({ occurredAt }) => isoOf(occurredAt),
      hint: ({ occurredAt }) => exactTimeOf(occurredAt),
    },
    { title: "Instrument", kind: "text", shown: (fill) => fill.instrumentId, exact: (fill) => fill.instrumentId },
    sideColumn(({ side }) => side),
    {
      title: "Price",
      kind: "decimal",
      shown: ({ price, instrumentId }) => shownOf(price, decimalsOf(instrumentId).price),
      exact: ({ price }) => price,
      hint: ({ price }) => exactOf(price),
    },
    {
      title: "Quantity",
      kind: "decimal",
      shown: ({ quantity, instrumentId }) => shownOf(quantity, decimalsOf(instrumentId).quantity),
      exact: ({ quantity }) => quantity,
      hint: ({ quantity }) => exactOf(quantity),
    },
    {
      title: "Value",
      kind: "decimal",
      shown: (fill) => shownOf(worth(fill), 2),
      exact: worth,
      hint: (fill) => `${exactOf(worth(fill))}: price times quantity`,
    },
    {
      title: "Fee",
      kind: "decimal",
      shown: ({ fee }) => (fee === undefined ? "—" : format(fee.amount, 2)),
      exact: ({ fee }) => fee?.amount ?? "",
      hint: ({ fee }) => (fee === undefined ? "" : `${exactOf(fee.amount)} ${fee.asset}`),
    },
    { title: "Fee in", kind: "text", shown: ({ fee }) => fee?.asset ?? "—", exact: ({ fee }) => fee?.asset ?? "" },
    {
      title: "As",
      kind: "text",
      shown: ({ liquidity }) => LIQUIDITY[liquidity] ?? "—",
      exact: ({ liquidity }) => LIQUIDITY[liquidity] ?? "",
    },
    {
      title: "Order",
      kind: "text",
      shown: (fill) => fill.orderId,
      exact: (fill) => fill.orderId,
      tone: () => "identifier",
    },
    {
      title: "Trade",
      kind: "text",
      shown: (fill) => fill.matchId,
      exact: (fill) => fill.matchId,
      tone: () => "identifier",
    },
    {
      title: "Execution",
      kind: "text",
      shown: (fill) => fill.executionId,
      exact: (fill) => fill.executionId,
      tone: () => "identifier",
    },
  ];
}
