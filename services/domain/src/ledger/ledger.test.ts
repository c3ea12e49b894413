import fc from "fast-check";
import { expect, test } from "vitest";
import { Balance } from "./balance.ts";
import { BrokenInvariant } from "./broken-invariant.ts";
import { type Bucket, Posting } from "./posting.ts";
import { move, moveSigned } from "./postings.ts";
import { LedgerTotals } from "./totals.ts";

const BUCKETS: readonly Bucket[] = ["AVAILABLE", "RESERVED", "CLEARING", "FEES", "EXTERNAL"];

test("I1 D1: debits equal credits after 100,000 random movements", () => {
  const balance = new Balance("USD");
  balance.availableMinor = 10n ** 15n;
  balance.reservedMinor = 10n ** 15n;
  const totals = new LedgerTotals();
  let seed = 7;
  const roll = (bound: number) => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed % bound;
  };
  for (let count = 0; count < 100_000; count++) {
    const from = BUCKETS[roll(5)] as Bucket;
    const posting = new Posting(
      "USD",
      from,
      BUCKETS[(BUCKETS.indexOf(from) + 1 + roll(4)) % 5] as Bucket,
      BigInt(1 + roll(1_000)),
      "RELEASE",
    );
    balance.apply(posting);
    totals.apply(posting, roll(3) === 0 ? 2 : 0);
  }
  const { feesMinor, depositedMinor, withdrawnMinor } = totals.asset("USD");
  const clearing = totals.clearings().reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  const sum = balance.availableMinor + balance.reservedMinor + clearing + feesMinor + withdrawnMinor - depositedMinor;
  expect(sum).toBe(2n * 10n ** 15n);
});

test("I2: a balance below zero is a broken invariant, not a refusal", () => {
  const balance = new Balance("USD");
  balance.availableMinor = 5n;
  expect(() => balance.apply(new Posting("USD", "AVAILABLE", "RESERVED", 6n, "RESERVE"))).toThrow(BrokenInvariant);
  expect(() => balance.apply(new Posting("USD", "RESERVED", "CLEARING", 7n, "TRADE_PAID"))).toThrow(BrokenInvariant);
});

test("a movement of nothing is none, a negative one a broken invariant, a signed one flows back", () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -100n, max: 100n }), (amount) => {
      const postings: Posting[] = [];
      moveSigned(postings, "USD", "AVAILABLE", "FEES", amount, "FEE");
      const [posting] = postings;
      if (amount === 0n) expect(posting).toBeUndefined();
      else
        expect(posting).toMatchObject({
          from: amount > 0n ? "AVAILABLE" : "FEES",
          amountMinor: amount < 0n ? -amount : amount,
        });
    }),
  );
  expect(() => move([], "USD", "AVAILABLE", "FEES", -1n, "FEE")).toThrow(BrokenInvariant);
});
