import fc from "fast-check";
import { expect, test } from "vitest";
import type { Side } from "../instrument/terms.ts";
import { publishDelta } from "../venue/publish.ts";
import { INSTRUMENT, Scenario } from "../venue/testing/scenario.ts";
import type { Turn } from "../venue/turn.ts";
import { deskOf } from "../venue/venue-desk.ts";
import { snapshotVenue } from "../venue/venue-snapshot.ts";
import type { VenueBook } from "../venue/venue-state.ts";
import type { HouseDesk } from "./house-desk.ts";
import { actOnTick, type SimulatedMarket } from "./simulated-market.ts";

const USD = 100_000_000n;
const REFERENCE = 10_000;
const SPACING = 2;
/** What 1 lot costs at the reference: 100 USD. */
const SMALL = { ...INSTRUMENT, tickMinor: 1_000_000, lotMinor: 100_000_000 };

type Step =
  | { readonly kind: "TICK" }
  | { readonly kind: "PLACE"; readonly side: Side; readonly quantity: number; readonly price: number }
  | { readonly kind: "PULL"; readonly order: number }
  | { readonly kind: "PULL_LAST" };

const side = fc.constantFrom<Side>("BUY", "SELL");
const tick = { kind: "TICK" } as const;

/** Orders near and far, and more than the house takes in a tick, there and gone again. */
const steps: fc.Arbitrary<readonly Step[]> = fc
  .array(
    fc.oneof(
      fc.constant([tick]),
      fc.nat(20).map((order) => [{ kind: "PULL" as const, order }]),
      fc
        .record({ side, quantity: fc.constantFrom(1, 500, 5_000), off: fc.integer({ min: -150, max: 150 }) })
        .map(({ off, ...terms }) => [{ kind: "PLACE" as const, ...terms, price: REFERENCE + off }]),
      fc.tuple(side, fc.integer({ min: 40, max: 300 })).map(([own, off]) => {
        const price = own === "BUY" ? REFERENCE + off : REFERENCE - off;
        return [
          { kind: "PLACE" as const, side: own, quantity: 20_000, price },
          tick,
          { kind: "PULL_LAST" as const },
          tick,
        ];
      }),
    ),
    { minLength: 3, maxLength: 16 },
  )
  .map((parts) => parts.flat());
const funds = fc.constantFrom(0n, 60_000n, 400_000n, 3_000_000n);

function smallMarket(baseWorth: bigint, quote: bigint): Scenario {
  const venue = new Scenario();
  venue.define({ kind: "SIMULATED", seed: 3, referencePriceTicks: REFERENCE }, SMALL);
  const amounts = { baseMinor: (baseWorth / 100n) * USD, quoteMinor: quote * USD };
  venue.decide({ kind: "ALLOT_TO_VENUE", instrumentId: "X-USD", accountId: "house-X-USD", ...amounts });
  return venue;
}

/** A tick of the participants alone, at the desk that they are given. */
function act(venue: Scenario, number: number, at: (desk: HouseDesk, market: SimulatedMarket) => HouseDesk) {
  const time = { appendTime: venue.now, logTime: venue.now };
  const turn: Turn = { state: venue.state, time, reports: [], market: [] };
  const venueBook = venue.state.books[0] as VenueBook;
  const market = venueBook.simulated as SimulatedMarket;
  actOnTick(market, number, at(deskOf(turn, venueBook), market));
  publishDelta(turn, venueBook, true);
  return { reports: turn.reports, market: turn.market };
}

/** Looks at every price where the house may have a quote, from the outermost on. */
function naiveDesk(desk: HouseDesk, market: SimulatedMarket): HouseDesk {
  const withdrawBeyond = (side: Side, priceTicks: number) => {
    const inwards = side === "SELL" ? -SPACING : SPACING;
    const last = (side === "SELL" ? market.highestAsk : market.lowestBid) * SPACING;
    for (let price = last; price !== priceTicks; price += inwards) desk.withdraw(side, price);
  };
  return { ...desk, withdrawBeyond };
}

test("I10: quotes that lie too far out go as if every price were looked at, in the same order, with the same image", () => {
  let trimmed = 0;
  fc.assert(
    fc.property(steps, funds, funds, (flow, base, quote) => {
      const venue = smallMarket(base, quote);
      const naive = smallMarket(base, quote);
      const counted = (desk: HouseDesk): HouseDesk => {
        const withdrawBeyond = (side: Side, priceTicks: number) => {
          const before = handlesOf(venue).length;
          desk.withdrawBeyond(side, priceTicks);
          if (handlesOf(venue).length < before - 1) trimmed++;
        };
        return { ...desk, withdrawBeyond };
      };
      let orders = 0;
      let ticks = 0;
      for (const one of flow) {
        if (one.kind === "TICK") {
          expect(act(venue, ++ticks, counted)).toEqual(act(naive, ticks, naiveDesk));
          expect(handlesOf(venue)).toEqual(handlesOf(naive));
        } else if (one.kind === "PLACE") {
          const orderId = `order-${orders++}`;
          for (const each of [venue, naive]) each.place(orderId, `${one.side} ${one.quantity} @ ${one.price}`);
        } else {
          const order = one.kind === "PULL" ? one.order : orders - 1;
          for (const each of [venue, naive]) each.pull(`order-${order}`);
        }
      }
      expect(snapshotVenue(venue.state)).toEqual(snapshotVenue(naive.state));
    }),
    { numRuns: 200 },
  );
  expect(trimmed).toBeGreaterThan(50);
});

/** Handles of the house by price. The book gives the one that was freed last to the next order: they tell who went when. */
function handlesOf(venue: Scenario): readonly (readonly [number, number])[] {
  const { house } = venue.state.books[0] as VenueBook;
  return [...house.bids, ...house.asks];
}
