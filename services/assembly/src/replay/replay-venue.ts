import type { VenueSettings } from "@atlas/domain/venue/venue-state";
import { MarketEventCodec } from "@atlas/gen/atlas/market/v1/market_codec";
import type { MarketEvent } from "@atlas/gen/atlas/market/v1/market_pb";
import { VenueCommandCodec } from "@atlas/gen/atlas/venue/v1/venue_codec";
import { ImageIncomplete, ImageStore } from "@atlas/platform/shard/image-store";
import { shardName } from "@atlas/platform/shard/shard-name";
import { stateHashOf } from "@atlas/platform/shard/state-hash";
import { topics } from "@atlas/platform/topic/topics";
import { VenueShard } from "@atlas/venue/venue-shard";
import { Comparison } from "./comparison.ts";
import { decideAll, type InputPlace } from "./decide-all.ts";
import type { DecidePorts, Redecided, Replayed, ReplayPorts } from "./replay-shard.ts";

/** The same of a venue shard, which has no event log: its market events are compared (S12, S20). */
export async function replayVenue(ports: ReplayPorts, settings: VenueSettings): Promise<Replayed> {
  const partition = settings.shard;
  const { start, end } = await ports.log.range(topics.venueOrders.name, partition);
  const place: InputPlace = { topic: topics.venueOrders.name, partition, end };
  let recoveredHash = "";
  let problem: string | undefined;
  try {
    const recovered = await restored(ports, settings);
    await decideOn(ports, recovered.shard, place, recovered.nextInput);
    recoveredHash = stateHashOf(recovered.shard.copy(), ports.digest);
  } catch (error) {
    problem = (error as Error).message;
  }
  const shard = shardName("venue", partition);
  if (start > 0) {
    const nothing = { compared: 0, differences: [], missing: 0 };
    return { ...nothing, shard, stateHash: recoveredHash, recoveredHash, problem, trimmed: true };
  }
  return { ...(await redecideVenue(ports, settings, end)), shard, recoveredHash, problem, trimmed: false };
}

/** Decides a venue shard's inputs below an offset, from the first on. */
export async function redecideVenue(ports: DecidePorts, settings: VenueSettings, end: number): Promise<Redecided> {
  const partition = settings.shard;
  const fresh = new VenueShard(settings);
  const comparison = new Comparison(ports, { topic: topics.marketData.name, partition, codec: MarketEventCodec });
  const place: InputPlace = { topic: topics.venueOrders.name, partition, end };
  await decideOn(ports, fresh, place, 0, comparison);
  const { compared, differences, missing } = comparison;
  return { compared, differences, missing, stateHash: stateHashOf(fresh.copy(), ports.digest) };
}

async function restored(
  ports: ReplayPorts,
  settings: VenueSettings,
): Promise<{ shard: VenueShard; nextInput: number }> {
  const shard = new VenueShard(settings);
  const images = new ImageStore(ports.store, shard.name, "replay");
  const manifest = await images.manifest();
  if (manifest?.nextInput === undefined) return { shard, nextInput: 0 };
  try {
    const parts = [];
    for (const entry of manifest.slabs) parts.push({ key: entry.key, bytes: await images.slab(entry) });
    shard.restore(parts);
    return { shard, nextInput: Number(manifest.nextInput.offset) };
  } catch (error) {
    if (!(error instanceof ImageIncomplete)) throw error;
    return { shard: new VenueShard(settings), nextInput: 0 };
  }
}

async function decideOn(
  ports: DecidePorts,
  shard: VenueShard,
  place: InputPlace,
  from: number,
  comparison?: Comparison<MarketEvent>,
): Promise<void> {
  if (from >= place.end) return;
  await decideAll(
    ports,
    place,
    VenueCommandCodec,
    {
      link: (source) => shard.link(source),
      arrive: (arrival) => {
        for (const event of shard.decide(arrival).published) comparison?.take(Number(event.shardSequence), event);
      },
      unreadable: () => shard.decideUnreadable(),
    },
    (loop) => loop.startAt(from),
    () => comparison?.settle(),
  );
}
