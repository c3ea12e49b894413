import type { EventShard } from "@atlas/platform/shard/event-shard";
import type { EventShardKind } from "@atlas/platform/shard/event-shard-kind";
import { ImageWriter } from "@atlas/platform/shard/image-writer";
import { recoverEvents } from "@atlas/platform/shard/recovery";
import { stateHash } from "@atlas/platform/shard/state-hash";
import { Comparison } from "./comparison.ts";
import { decideAll, type InputPlace } from "./decide-all.ts";
import type { DecidePorts, Redecided, Replayed, ReplayPorts } from "./replay-shard.ts";

/** Everything has left: recovery is to keep no events for their outputs. */
const ALL_EMITTED = { sequence: Number.MAX_SAFE_INTEGER, offset: Number.MAX_SAFE_INTEGER };

/**
 * Decides a shard's inputs once more, from the first on, and recovers another from image and log: what is decided must be
 * what stands on the log, and both states the same (I10, I21). `empty` makes the shard without any state.
 */
export async function replayEventShard<Command, Event, Report>(
  ports: ReplayPorts,
  kind: EventShardKind<Command, Event, Report>,
  empty: () => EventShard<Command, Event>,
  partition: number,
): Promise<Replayed> {
  const { topic } = kind.inputs;
  const { start, end } = await ports.log.range(topic.name, partition);
  const place: InputPlace = { topic: topic.name, partition, end };
  const recovered = empty();
  const images = new ImageWriter({ ...ports, writer: "replay" }, recovered.name, recovered.slabs);
  const problem = await recoverEvents(ports, kind, recovered, partition, images, ALL_EMITTED)
    .then(async ({ unreadable }) => {
      await decideOn(ports, kind, recovered, place);
      return unreadable;
    })
    .catch((error: Error) => error.message);
  const recoveredHash = problem === undefined ? stateHash(recovered.slabs, ports.digest) : "";
  const shard = recovered.name;
  if (start > 0) {
    const nothing = { compared: 0, differences: [], missing: 0 };
    return { ...nothing, shard, stateHash: recoveredHash, recoveredHash, problem, trimmed: true };
  }
  const redecided = await redecideEventShard(ports, kind, empty(), partition, end);
  return { ...redecided, shard, recoveredHash, problem, trimmed: false };
}

/** Decides a shard's inputs below an offset, from the first on; `fresh` is the shard without any state. */
export async function redecideEventShard<Command, Event, Report>(
  ports: DecidePorts,
  kind: EventShardKind<Command, Event, Report>,
  fresh: EventShard<Command, Event>,
  partition: number,
  end: number,
): Promise<Redecided> {
  const { topic, codec } = kind.events;
  const comparison = new Comparison(ports, { topic: topic.name, partition, codec });
  const place: InputPlace = { topic: kind.inputs.topic.name, partition, end };
  await decideOn(ports, kind, fresh, place, comparison);
  const { compared, differences, missing } = comparison;
  return { compared, differences, missing, stateHash: stateHash(fresh.slabs, ports.digest) };
}

/** Goes on deciding behind the last event's cause, in slices as its owner does (S13). */
async function decideOn<Command, Event, Report>(
  ports: DecidePorts,
  kind: EventShardKind<Command, Event, Report>,
  shard: EventShard<Command, Event>,
  place: InputPlace,
  comparison?: Comparison<Event>,
): Promise<undefined> {
  const decided = (event: Event) => comparison?.take(kind.sequenceOf(event), event);
  const take = (events: readonly Event[]) => {
    for (const event of events) decided(event);
    while (shard.workOpen) for (const event of shard.advance()) decided(event);
  };
  take([]);
  await decideAll(
    ports,
    place,
    kind.inputs.codec,
    {
      link: (source) => shard.link(source),
      arrive: (arrival) => take(shard.decide(arrival)),
      unreadable: (arrival) => take(shard.decideUnreadable(arrival)),
    },
    (loop) => loop.start(shard.cause),
    () => comparison?.settle(),
  );
  return undefined;
}
