import type { Owned, TallyPlatform } from "./tally-platform.ts";

/** The owner is gone, at once: what it has not said it never says. */
export async function kill(platform: TallyPlatform, { owner }: Owned): Promise<void> {
  const dead = owner.stop(0);
  await platform.clock.advance(1);
  await dead;
}

/** A standby takes over. */
export async function serve(platform: TallyPlatform, { owner }: Owned): Promise<void> {
  const serving = owner.serve();
  await platform.clock.settle();
  await serving;
}
