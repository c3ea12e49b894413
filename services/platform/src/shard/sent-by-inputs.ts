import { sleep } from "../ports/clock.ts";
import type { LinkMessage } from "./event-shard.ts";
import type { Channel } from "./event-shard-kind.ts";
import type { OwnerPorts } from "./event-shard-owner.ts";
import { InputLoop } from "./input-loop.ts";
import type { InputShard } from "./input-shard.ts";
import type { FindSent, LinkRange } from "./link-outputs.ts";
import { restoreImage } from "./restore-image.ts";

/** A shard without an event log, to be decided again beside itself. */
interface Inputs<Command, Published> {
  readonly ports: OwnerPorts;
  readonly inputs: Channel<Command>;
  readonly partition: number;
  /** One that has decided nothing. */
  fresh(): InputShard<Command, Published>;
}

type Take = (messages: readonly LinkMessage[]) => Promise<void>;

/** Milliseconds between two pieces of input: the shard itself decides on meanwhile. */
const BREATH = 1;

/**
 * Finds what a shard without an event log has sent by deciding again: from the last image, or from its first input when that image has it
 * behind it.
 */
export function sentByInputs<Command, Published>(shards: Inputs<Command, Published>): FindSent {
  return async (range, take) => {
    let shard = shards.fresh();
    // What there is to tell of its image the shard's own start tells.
    let { nextInput } = await restoreImage({ ...shards.ports, warn: () => undefined }, shard);
    if (shard.sent(range.destination) >= range.from) {
      shard = shards.fresh();
      nextInput = 0;
    }
    await decideAgain(shards, shard, nextInput, range, take);
  };
}

/** From an offset through the range's last message, or the inputs' end. */
async function decideAgain<Command, Published>(
  { ports, inputs, partition }: Inputs<Command, Published>,
  shard: InputShard<Command, Published>,
  offset: number,
  { destination, from, through, refuseStopped }: LinkRange,
  take: Take,
): Promise<void> {
  const topic = inputs.topic.name;
  let { end } = await ports.log.range(topic, partition);
  if (offset >= end) return;
  await new Promise<void>((resolve, reject) => {
    let found: LinkMessage[] = [];
    const settled = async (next: number): Promise<void> => {
      refuseStopped();
      const messages = found;
      found = [];
      if (messages.length > 0) await take(messages);
      if (shard.sent(destination) < through()) {
        // What came since it began may be part of the range, too.
        if (next >= end) end = (await ports.log.range(topic, partition)).end;
        if (next < end) return sleep(ports.clock, BREATH);
      }
      loop.close();
      resolve();
    };
    const failed = (error: Error) => {
      loop.close();
      reject(error);
    };
    // What there is to tell of them was told when they were decided first.
    const loop = new InputLoop<Command>({ ...ports, warn: () => undefined }, { topic, partition }, inputs.codec, {
      link: (source) => shard.link(source),
      arrive: (arrival) => {
        for (const message of shard.decide(arrival).messages) {
          if (message.destination === destination && message.number >= from) found.push(message);
        }
      },
      unreadable: (arrival) => shard.decideUnreadable(arrival),
      missing: () => undefined,
      broken: () => undefined,
      settled: (next) => settled(next).catch(failed),
      failed,
    });
    loop.startAt(offset);
  });
}
