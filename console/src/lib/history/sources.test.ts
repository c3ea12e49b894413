import { type Order, OrderSchema, OrderStatus, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { create } from "@bufbuild/protobuf";
import { timestampMs } from "@bufbuild/protobuf/wkt";
import { afterEach, expect, test, vi } from "vitest";
import type { Clients } from "../rpc/clients.ts";
import { EVERYTHING, type HistoryFilter } from "./history-filter.ts";
import { fillSource, orderSource, postingSource } from "./sources.ts";

const NOW = 1_800_000_000_000;
const { signal } = new AbortController();
const SOURCES = { orders: orderSource, fills: fillSource, postings: postingSource };

afterEach(() => vi.useRealTimers());

/** What a history asks the platform for, page by page. */
async function asked(history: keyof typeof SOURCES, chosen: Partial<HistoryFilter>) {
  vi.useFakeTimers({ now: NOW });
  const requests: Record<string, unknown>[] = [];
  const answer = async (request: Record<string, unknown>) => {
    requests.push(request);
    return { orders: [], fills: [], postings: [], nextPageToken: "" };
  };
  const clients = { orders: { listOrders: answer, listFills: answer }, accounts: { listPostings: answer } };
  const source = SOURCES[history](clients as unknown as Clients, "demo", { ...EVERYTHING, ...chosen });
  await source.read("", 200, signal);
  vi.setSystemTime(NOW + 3_600_000);
  await source.read("page 2", 200, signal);
  return requests.map(({ startTime, ...rest }) => {
    return { ...rest, since: startTime === undefined ? undefined : NOW - timestampMs(startTime as never) };
  });
}

// Fails when the instrument is left to the browser, which sees only the pages that it has read.
test.each(["orders", "fills"] as const)("the platform chooses %s by instrument", async (history) => {
  const [first, second] = await asked(history, { instrumentId: "ETH-USD" });
  expect(first).toMatchObject({ accountId: "demo", instrumentId: "ETH-USD", pageToken: "", pageSize: 200 });
  expect(second).toMatchObject({ instrumentId: "ETH-USD", pageToken: "page 2" });
  expect((await asked(history, {}))[0]).toMatchObject({ instrumentId: "" });
});

const HOUR = 3_600_000;
const periods: readonly [HistoryFilter["period"], number | undefined][] = [
  ["ever", undefined],
  ["hour", HOUR],
  ["day", 24 * HOUR],
  ["week", 7 * 24 * HOUR],
  ["month", 30 * 24 * HOUR],
];
// Fails when the start of a period moves with the clock: a page's token is of the request that it was told for.
test.each(periods)("of the last %s, in every history and all its pages", async (period, since) => {
  for (const history of ["orders", "fills", "postings"] as const) {
    expect((await asked(history, { period })).map((request) => request.since)).toEqual([since, since]);
  }
});

test("the platform chooses orders by status and postings by asset; the side is looked at here", async () => {
  expect((await asked("orders", { status: "cancelled" }))[0]).toMatchObject({ statuses: [OrderStatus.CANCELED] });
  expect((await asked("postings", { asset: "BTC" }))[0]).toMatchObject({ asset: "BTC" });
  const source = orderSource({} as Clients, "demo", { ...EVERYTHING, side: Side.SELL, status: "filled" });
  const order = (side: Side, status: OrderStatus): Order => create(OrderSchema, { side, status });
  expect(source.matches(order(Side.SELL, OrderStatus.FILLED))).toBe(true);
  expect(source.matches(order(Side.BUY, OrderStatus.FILLED))).toBe(false);
  // The stream may tell of an order that is one of these no more.
  expect(source.matches(order(Side.SELL, OrderStatus.LIVE))).toBe(false);
});
