import type { Position } from "@atlas/domain/account/position";
import type { Balance } from "@atlas/domain/ledger/balance";
import { printAmount } from "@atlas/domain/money/amount";
import { averagePriceMinor } from "@atlas/domain/money/average-price";
import type { Balance as WireBalance, Position as WirePosition } from "@atlas/gen/atlas/account/v1/account_pb";
import { minorOf } from "./decimals.ts";

export function wireBalance({ asset, availableMinor, reservedMinor }: Omit<Balance, "apply">): WireBalance {
  return {
    $typeName: "atlas.account.v1.Balance",
    asset,
    available: printAmount(availableMinor),
    reserved: printAmount(reservedMinor),
  };
}

export function wirePosition(position: Position): WirePosition {
  const { quantityMinor, costMinor } = position;
  const held = quantityMinor < 0n ? -quantityMinor : quantityMinor;
  return {
    $typeName: "atlas.account.v1.Position",
    instrumentId: position.instrumentId,
    quantity: printAmount(quantityMinor),
    averagePrice: held === 0n ? "" : printAmount(averagePriceMinor(costMinor, held)),
    realizedProfit: printAmount(position.realizedMinor),
    fees: printAmount(position.feesMinor),
    cost: printAmount(costMinor),
  };
}

export function positionOf(wire: WirePosition): Position {
  return {
    instrumentId: wire.instrumentId,
    quantityMinor: minorOf(wire.quantity),
    costMinor: minorOf(wire.cost),
    realizedMinor: minorOf(wire.realizedProfit),
    feesMinor: minorOf(wire.fees),
  };
}
