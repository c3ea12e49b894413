import { describe, expect, test } from "vitest";
import {
  baseMinor,
  defineInstrument,
  type Instrument,
  type InstrumentDefinition,
  notionalMinor,
} from "./instrument.ts";
import { parsePrice, parseQuantity, printPrice, printQuantity } from "./step.ts";

const BTC_USD: InstrumentDefinition = {
  instrumentId: "BTC-USD",
  baseAsset: "BTC",
  quoteAsset: "USD",
  tickMinor: 1_000_000,
  lotMinor: 10_000,
};
const btcUsd = defineInstrument(BTC_USD) as Instrument;

describe("defineInstrument", () => {
  test("takes tick x lot that is a multiple of the quote's smallest unit", () => {
    expect(btcUsd.notionalPerTickLot).toBe(100n);
    expect(defineInstrument({ ...BTC_USD, tickMinor: 1, lotMinor: 100_000_000 })).toMatchObject({
      notionalPerTickLot: 1n,
    });
  });

  const refused: readonly [Partial<InstrumentDefinition>, string][] = [
    [{ tickMinor: 0 }, "TICK_OUT_OF_RANGE"],
    [{ tickMinor: -1 }, "TICK_OUT_OF_RANGE"],
    [{ tickMinor: 1.5 }, "TICK_OUT_OF_RANGE"],
    [{ tickMinor: 2 ** 53 }, "TICK_OUT_OF_RANGE"],
    [{ lotMinor: 0 }, "LOT_OUT_OF_RANGE"],
    [{ lotMinor: Number.NaN }, "LOT_OUT_OF_RANGE"],
    [{ quoteAsset: "BTC" }, "SAME_ASSETS"],
    [{ lotMinor: 1 }, "NOTIONAL_NOT_EXACT"],
    [{ tickMinor: 1, lotMinor: 10_000 }, "NOTIONAL_NOT_EXACT"],
  ];
  test.each(refused)("refuses %o: %s", (change, reason) => {
    expect(defineInstrument({ ...BTC_USD, ...change })).toMatchObject({ reason });
  });
});

describe("prices and quantities", () => {
  const rows: readonly [string, number | string][] = [
    ["0.01", 1],
    ["50000", 5_000_000],
    ["50000.250", 5_000_025],
    ["0.001", "OFF_STEP"],
    ["50000.001", "OFF_STEP"],
    ["0.000000001", "OFF_STEP"],
    ["0", "NOT_POSITIVE"],
    ["-1", "NOT_POSITIVE"],
    ["-999999999999999999", "NOT_POSITIVE"],
    ["1e5", "NOT_A_DECIMAL"],
    ["1234567890123456789", "TOO_MANY_DIGITS"],
    ["90071992547409.91", Number.MAX_SAFE_INTEGER],
    ["90071992547409.92", "TOO_LARGE"],
    ["999999999999999999", "TOO_LARGE"],
    ["999999999999999999.001", "OFF_STEP"],
  ];
  test.each(rows)("price %s with a tick of 0.01 is %s", (text, expected) => {
    const price = parsePrice(btcUsd, text);
    if (typeof expected === "number") expect(price).toBe(expected);
    else expect(price).toMatchObject({ reason: expected });
  });

  test("print what they parse, canonically", () => {
    expect(printPrice(btcUsd, 5_000_025)).toBe("50000.25");
    expect(printPrice(btcUsd, Number.MAX_SAFE_INTEGER)).toBe("90071992547409.91");
    expect(printQuantity(btcUsd, 1)).toBe("0.0001");
    expect(parseQuantity(btcUsd, printQuantity(btcUsd, 12_345))).toBe(12_345);
  });
});

test("notional and base quantity are exact beyond the safe integers", () => {
  expect(notionalMinor(btcUsd, 5_000_000, 10_000)).toBe(5_000_000_000_000n);
  expect(notionalMinor(btcUsd, Number.MAX_SAFE_INTEGER, 3)).toBe(BigInt(Number.MAX_SAFE_INTEGER) * 300n);
  expect(baseMinor(btcUsd, 10_000)).toBe(100_000_000n);
  expect(baseMinor(btcUsd, Number.MAX_SAFE_INTEGER)).toBe(BigInt(Number.MAX_SAFE_INTEGER) * 10_000n);
});
