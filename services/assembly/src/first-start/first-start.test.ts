import { checkInstrument } from "@atlas/domain/control/check-instrument";
import { notionalMinor } from "@atlas/domain/instrument/instrument";
import { MarketModel } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import { expect, test } from "vitest";
import { type FirstStartCalls, firstStart } from "./first-start.ts";
import { firstInstruments } from "./instruments.ts";

/** Keeps what was asked under its request id; fails before the call of number `failAt`. */
function platform(done: Map<string, unknown>, failAt = Number.MAX_SAFE_INTEGER): FirstStartCalls {
  let calls = 0;
  const take = async (request: { requestId: string }) => {
    calls += 1;
    if (calls >= failAt) throw new Error("interrupted");
    if (!done.has(request.requestId)) done.set(request.requestId, request);
  };
  const ids = () => [...done.keys()].filter((id) => /^first-start-[A-Z]+-[A-Z]+$/.test(id));
  return {
    instrumentIds: async () => ids().map((id) => id.slice("first-start-".length)),
    defineInstrument: take,
    createAccount: take,
    depositFunds: take,
  };
}

test("an interrupted first start is completed by the next, and a complete one adds nothing", async () => {
  const whole = new Map<string, unknown>();
  await firstStart(platform(whole), { recorded: true });
  expect([...whole.keys()].sort()).toEqual([
    "first-start-AAPL-USD",
    "first-start-BTC-USD",
    "first-start-BTC-USDT",
    "first-start-ETH-USD",
    "first-start-EUR-USD",
    "first-start-SOL-USD",
    "first-start-create",
    "first-start-deposit-BTC",
    "first-start-deposit-USD",
    "first-start-deposit-USDT",
  ]);
  for (let failAt = 1; failAt <= 11; failAt++) {
    const done = new Map<string, unknown>();
    await firstStart(platform(done, failAt), { recorded: true }).catch(() => undefined);
    await firstStart(platform(done), { recorded: true });
    expect(new Set(done.keys())).toEqual(new Set(whole.keys()));
  }
});

test("the recorded market comes to a platform that was started without it", async () => {
  const done = new Map<string, unknown>();
  await firstStart(platform(done), { recorded: false });
  expect([done.has("first-start-BTC-USDT"), done.has("first-start-deposit-USDT")]).toEqual([false, false]);
  await firstStart(platform(done), { recorded: true });
  expect([done.has("first-start-BTC-USDT"), done.has("first-start-deposit-USDT")]).toEqual([true, true]);
});

test.each(firstInstruments(true))("$instrumentId is a valid definition whose house has much on both sides", (wire) => {
  const models = { [MarketModel.SIMULATED]: "SIMULATED", [MarketModel.RECORDED]: "RECORDED" } as const;
  const marketModel = models[wire.marketModel as 2 | 3];
  const terms = checkInstrument({ ...wire, marketModel });
  if ("reason" in terms) throw new Error(`${terms.field}: ${terms.rule}`);
  const [base, quote] = terms.houseFunds;
  const price = terms.referencePriceTicks ?? 5_000_000;
  const lots = Number((base?.amountMinor ?? 0n) / BigInt(terms.lotMinor));
  // Twelve levels of 100,000 a side, eighty times over.
  expect(notionalMinor(terms, price, lots) / 100_000_000n).toBeGreaterThan(100_000_000n);
  expect((quote?.amountMinor ?? 0n) / 100_000_000n).toBeGreaterThan(100_000_000n);
});
