import { InstrumentSchema } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { create } from "@bufbuild/protobuf";
import type { AtlasClient } from "../client/atlas-client.ts";
import { repeat } from "../client/repeat.ts";
import { requestId } from "../client/request-id.ts";
import { loadInstrument, loadPrice } from "./load-terms.ts";

/** Above what any run does, so that the account's limits do not shape the measurement. */
const LIMITS = {
  maximumNotional: "1000000000",
  maximumOpenOrders: 1_000_000,
  ordersPerSecond: 1_000_000,
  orderBurst: 1_000_000,
};

/** Makes a run's instrument, if there is none, and an account for each of `orders`, with funds for so many of either side. */
export async function prepareAccounts(
  atlas: AtlasClient,
  orders: readonly number[],
  retryFor: number,
): Promise<string[]> {
  const again = <T>(call: (id: string) => Promise<T>): Promise<T> => {
    const id = requestId();
    return repeat(Math.max(retryFor, 10_000), () => call(id));
  };
  const instrument = create(InstrumentSchema, loadInstrument);
  await again((id) => atlas.instruments.defineInstrument({ requestId: id, instrument }));
  const run = requestId().slice(-12);
  const ids = orders.map((_, number) => `load-${run}-${number}`);
  for (const [number, accountId] of ids.entries()) {
    await again((id) => atlas.accounts.createAccount({ requestId: id, accountId, ownerId: `load-${run}` }));
    await Promise.all([
      again((id) => atlas.accounts.setLimits({ requestId: id, accountId, limits: LIMITS })),
      ...fundsFor(orders[number] as number).map((amount) =>
        again((id) => atlas.accounts.depositFunds({ requestId: id, accountId, amount })),
      ),
    ]);
  }
  return ids;
}

/** What is paid into each account: enough if all its orders were of one side, fees and all. */
export function fundsFor(orders: number): { asset: string; amount: string }[] {
  return [
    { asset: loadInstrument.baseAsset, amount: String(orders) },
    { asset: loadInstrument.quoteAsset, amount: String(orders * (Number(loadPrice) + 1)) },
  ];
}
