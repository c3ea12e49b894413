import type { AtlasClient } from "@atlas/cli/client/atlas-client";
import { repeat } from "@atlas/cli/client/repeat";
import { requestId } from "@atlas/cli/client/request-id";
import { InstrumentSchema, MarketModel } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { create } from "@bufbuild/protobuf";

/** Where nobody but the run's own clients trade: both sides of each trade are theirs. */
export const OWN_INSTRUMENTS = ["CHAOS", "CALM", "STORM"].map((baseAsset) =>
  create(InstrumentSchema, {
    ...{ instrumentId: `${baseAsset}-USD`, baseAsset, quoteAsset: "USD" },
    ...{ tick: "0.1", lot: "1", minimumNotional: "1", maximumNotional: "100000000000" },
    ...{ defaultMaximumQuantity: "100000000", makerFee: "0.0002", takerFee: "0.0005", collar: "0.05" },
    marketModel: MarketModel.NONE,
  }),
);

/** What every account gets at first, in whole units. */
export const FIRST_FUNDS: Readonly<Record<string, number>> = {
  USD: 50_000_000,
  BTC: 1_000,
  CHAOS: 100_000,
  CALM: 100_000,
  STORM: 100_000,
};

/** Above what a run does, so that no limit shapes it. */
const LIMITS = {
  maximumNotional: "1000000000000",
  maximumOpenOrders: 1_000_000,
  ordersPerSecond: 1_000_000,
  orderBurst: 1_000_000,
};
const PATIENCE = 60_000;

/** Makes a run's instruments and accounts; their first funds are the traders' business. */
export async function prepareAccounts(atlas: AtlasClient, count: number): Promise<string[]> {
  const again = <T>(call: (id: string) => Promise<T>): Promise<T> => {
    const id = requestId();
    return repeat(PATIENCE, () => call(id), false);
  };
  for (const instrument of OWN_INSTRUMENTS) {
    await again((id) => atlas.instruments.defineInstrument({ requestId: id, instrument }));
  }
  const ids = Array.from({ length: count }, (_, number) => `chaos-${number}`);
  await Promise.all(
    ids.map(async (accountId) => {
      await again((id) => atlas.accounts.createAccount({ requestId: id, accountId, ownerId: accountId }));
      await again((id) => atlas.accounts.setLimits({ requestId: id, accountId, limits: LIMITS }));
    }),
  );
  return ids;
}
