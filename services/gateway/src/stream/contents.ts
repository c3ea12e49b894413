import type { Contents } from "@atlas/gen/atlas/stream/v1/stream_service_pb";

/** Contents with some fields filled. */
export function contentsOf(fields: Partial<Omit<Contents, "$typeName">>): Contents {
  return { ...NOTHING, ...fields };
}

const NOTHING: Contents = {
  $typeName: "atlas.stream.v1.Contents",
  orders: [],
  fills: [],
  balances: [],
  positions: [],
  trades: [],
  candles: [],
  notices: [],
};

/** Bytes that contents take at about, for bounds: nothing is encoded to learn it. */
export function weightOf(contents: Contents): number {
  const levels = contents.book === undefined ? 0 : contents.book.bids.length + contents.book.asks.length;
  return (
    100 +
    48 * levels +
    500 * contents.orders.length +
    200 * (contents.fills.length + contents.trades.length + contents.candles.length) +
    100 * (contents.balances.length + contents.positions.length) +
    600 * contents.notices.length
  );
}
