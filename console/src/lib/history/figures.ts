import type { Instrument } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { type Timestamp, timestampDate } from "@bufbuild/protobuf/wkt";
import { decimalsOf, format } from "../decimal/decimal.ts";
import type { Column } from "./column.ts";

/** Decimals of an instrument's prices and quantities. */
export interface Decimals {
  readonly price: number;
  readonly quantity: number;
}

export function instrumentDecimals(instrument: Instrument | undefined): Decimals {
  if (instrument === undefined) return { price: 0, quantity: 0 };
  return { price: decimalsOf(instrument.tick), quantity: decimalsOf(instrument.lot) };
}

/** What an asset's own quantities need; quote assets are shown in hundredths. */
export function assetDecimals(instruments: readonly Instrument[], asset: string): number {
  const lots = instruments.filter(({ baseAsset }) => baseAsset === asset).map(({ lot }) => decimalsOf(lot));
  return lots.length === 0 ? 2 : Math.max(...lots);
}

/** With so many decimals, the rest cut off; a dash if there is nothing. */
export function shownOf(value: string, decimals: number): string {
  return value === "" ? "—" : format(value, decimals, decimals);
}

/** With all its decimals, for tooltips. */
export function exactOf(value: string): string {
  return value === "" ? "" : format(value);
}

/** In UTC, as exports say it; empty if there is none. */
export function isoOf(time: Timestamp | undefined): string {
  return time === undefined ? "" : timestampDate(time).toISOString();
}

export function sideColumn<Row>(sideOf: (row: Row) => Side): Column<Row> {
  return {
    title: "Side",
    kind: "text",
    shown: (row) => (sideOf(row) === Side.BUY ? "▲ Buy" : "▼ Sell"),
    exact: (row) => (sideOf(row) === Side.BUY ? "buy" : "sell"),
    tone: (row) => (sideOf(row) === Side.BUY ? "up" : "down"),
  };
}
