import { partitionOf } from "@atlas/domain/partition/partition";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { CandleInterval } from "@atlas/gen/atlas/market/v1/market_pb";
import { OrderType, Side } from "@atlas/gen/atlas/order/v1/order_pb";
import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { Channel } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { topics } from "@atlas/platform/topic/topics";
import { expect, test } from "vitest";
import { PARTITIONS } from "../platform-terms.ts";
import { GatewayPlatform } from "../testing/gateway-platform.ts";
import { TestStream } from "../testing/test-stream.ts";

const BTC = { instrumentId: "BTC-USD" };
const MARKET = topics.marketData.name;

/** What its next read of the partition would bring is trimmed while the view looks away for a while. */
async function trimAhead({ log, clock }: GatewayPlatform, milliseconds: number): Promise<void> {
  const partition = partitionOf(BTC.instrumentId, PARTITIONS.venue);
  const read = log.read.bind(log);
  log.read = async (topic, number, from, maxBytes) => {
    if (topic === MARKET && number === partition) {
      log.read = read;
      await new Promise<void>((resolve) => void clock.after(milliseconds, resolve));
      await log.trim(topic, number, (await log.range(topic, number)).end);
    }
    return read(topic, number, from, maxBytes);
  };
  await clock.advance(milliseconds + 3_000);
}

test("S15, S28: streams of a market of which a part was trimmed begin anew, by what is known of it", async () => {
  const platform = await new GatewayPlatform(100).start();
  const stream = new TestStream(platform, [
    { subscriptionId: "book", channel: Channel.BOOK, ...BTC },
    { subscriptionId: "trades", channel: Channel.TRADES, ...BTC },
    { subscriptionId: "candles", channel: Channel.CANDLES, ...BTC, candleInterval: CandleInterval.SECOND },
    { subscriptionId: "ticker", channel: Channel.TICKER, ...BTC, maxUpdatesPerSecond: 5 },
    { subscriptionId: "state", channel: Channel.MARKET_STATE, ...BTC },
  ]);
  await platform.clock.advance(3_000);
  await trimAhead(platform, 5_000);
  await platform.clock.advance(10_000);
  for (const id of ["book", "trades", "candles", "ticker", "state"]) {
    const kinds = stream.kinds(id);
    expect(kinds.filter((kind) => kind === "resync")).toHaveLength(1);
    expect(kinds.slice(kinds.indexOf("resync")).slice(0, 2)).toEqual(["resync", "snapshot"]);
  }
  const [, anew] = stream.snapshots("book");
  expect(anew?.book).toMatchObject({ bids: [], asks: [] });
  expect(stream.snapshots("ticker")[1]?.ticker).toMatchObject({ bid: "", ask: "" });
  expect(stream.snapshots("state").map(({ marketState }) => marketState?.instrumentId)).toEqual(["BTC-USD", undefined]);
  const accountId = await platform.account({ USD: "100000" });
  const order = { ...BTC, side: Side.BUY, type: OrderType.MARKET, quantity: "0.1" };
  const preview = await platform.run(platform.client(OrderService).previewOrder({ accountId, order }));
  expect([preview.refusal?.reason, preview.averagePrice]).toEqual([Reason.NO_LIQUIDITY, ""]);
  const numbers = stream.updates("trades").flatMap(({ trades }) => trades.map(({ sequence }) => Number(sequence)));
  expect(numbers).toEqual([...new Set(numbers)].sort((left, right) => left - right));
  expect(platform.failures).toEqual([]);
});
