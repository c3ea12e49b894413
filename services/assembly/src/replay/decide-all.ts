import type { Codec } from "@atlas/gen/codec/codec";
import { InputLoop, type InputReceiver } from "@atlas/platform/shard/input-loop";
import type { DecidePorts } from "./replay-shard.ts";

/** Where a shard's inputs stand. */
export interface InputPlace {
  readonly topic: string;
  readonly partition: number;
  /** The first offset that is not to be read any more. */
  readonly end: number;
}

/**
 * Hands a shard every input from where `begin` starts the loop up to the end, as its owner would. `settled`: what was handed over is decided;
 * the next inputs wait for the answer, if there is one.
 */
export function decideAll<Command>(
  ports: DecidePorts,
  place: InputPlace,
  codec: Codec<Command>,
  shard: Pick<InputReceiver<Command>, "link" | "arrive" | "unreadable">,
  begin: (loop: InputLoop<Command>) => void,
  settled: () => Promise<void> | undefined,
): Promise<void> {
  if (place.end === 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const loop = new InputLoop(ports, place, codec, {
      ...shard,
      missing: () => undefined,
      broken: () => undefined,
      settled: async (offset) => {
        await settled();
        if (offset < place.end) return;
        loop.close();
        resolve();
      },
      failed: reject,
    });
    begin(loop);
  });
}
