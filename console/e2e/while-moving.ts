import { CandleInterval } from "@atlas/gen/atlas/market/v1/market_pb";
import type { Page } from "@playwright/test";
import { DeskPage } from "./desk-page.ts";
import { Follower } from "./follower.ts";
import { MovingMarket, seeded } from "./moving-market.ts";
import type { Stage } from "./platform.ts";
import { ACCOUNT } from "./server-truth.ts";
import { StillMarket } from "./still-market.ts";

/** Another one each time; the one of a failure is given back by `TRUTH_SEED`. */
export const SEED = Number(process.env.TRUTH_SEED ?? Date.now() % 1_000_000);

/** A market that moves, and what is told of it. */
interface Moving {
  readonly market: MovingMarket;
  readonly follower: Follower;
  /** Resolves after a number of steps that the seed draws. */
  next(): Promise<void>;
}

/** A desk on a market that moves until `run` is done. */
export async function whileMoving(
  page: Page,
  stage: Stage,
  base: string,
  run: (moving: Moving) => Promise<void>,
): Promise<void> {
  console.log(`truth: seed ${SEED}`);
  const still = new StillMarket(base, () => stage.atlas);
  const { instrumentId } = still;
  await still.define();
  const follower = await Follower.of(stage.atlas, {
    ...{ instrumentId, interval: CandleInterval.SECOND },
    accountId: ACCOUNT,
  });
  const draw = seeded(SEED);
  const market = await MovingMarket.start(still, stage.atlas, seeded(draw(2 ** 30)));
  try {
    await new DeskPage(page).openOn(stage, instrumentId);
    const next = () => market.reach(market.steps + 5 + draw(30));
    await run({ market, follower, next });
  } finally {
    await market.stop();
    follower.stop();
  }
}
