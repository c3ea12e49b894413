import fc from "fast-check";
import { expect, test } from "vitest";
import { feeOfFill, feeReserveMinor, roundUpE16 } from "./fee.ts";

test.each([
  [0n, 0n],
  [1n, 1n],
  [100_000_000n, 1n],
  [100_000_001n, 2n],
  [-1n, 0n],
  [-100_000_000n, -1n],
  [-100_000_001n, -1n],
])("%s of 1e-16 is %s, rounded up", (value, rounded) => {
  expect(roundUpE16(value)).toBe(rounded);
});

test("D1: any number of fills costs what one would, and never more than was reserved", () => {
  const parts = fc.array(fc.bigInt({ min: 1n, max: 10n ** 12n }), { minLength: 1, maxLength: 20 });
  const rates = fc.tuple(fc.bigInt({ min: -50_000n, max: 100_000n }), fc.bigInt({ min: -50_000n, max: 100_000n }));
  fc.assert(
    fc.property(
      parts,
      rates,
      fc.array(fc.boolean(), { minLength: 20, maxLength: 20 }),
      (notionals, [maker, taker], makes) => {
        const worst = [maker, taker, 0n].reduce((most, rate) => (rate > most ? rate : most));
        let leaves = notionals.reduce((sum, part) => sum + part, 0n);
        const reservedFirst = feeReserveMinor(0n, 0n, worst, leaves);
        let accrued = 0n;
        let charged = 0n;
        let reserve = reservedFirst;
        notionals.forEach((notional, index) => {
          accrued += (makes[index] ? maker : taker) * notional;
          const fee = feeOfFill(accrued, charged);
          charged += fee;
          leaves -= notional;
          const after = feeReserveMinor(accrued, charged, worst, leaves);
          expect(reserve - fee - after >= 0n).toBe(true);
          reserve = after;
        });
        expect(charged).toBe(roundUpE16(accrued));
        expect(reserve).toBe(0n);
        expect(charged <= reservedFirst).toBe(true);
      },
    ),
  );
});
