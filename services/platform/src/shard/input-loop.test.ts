import { OrderCommandCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import { OrderCommandSchema } from "@atlas/gen/atlas/log/v1/order_command_pb";
import { encode } from "@atlas/gen/codec/codec";
import { create } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { manualClock } from "../memory/manual-clock.ts";
import { memoryLog } from "../memory/memory-log.ts";
import { encodeFrame } from "../wire/codec/frame.ts";
import { timestampOf } from "../wire/time.ts";
import { InputLoop } from "./input-loop.ts";
import { digest } from "./testing/tally-platform.ts";

const TOPIC = "orders.commands";
const THEN = 1_600_000_000_123;

/** What a shard hears of frames: `undefined` is a frame that was first written here, a number the offset of the original. */
async function heard(originals: readonly (number | undefined)[]) {
  const clock = manualClock();
  const log = memoryLog({ clock });
  const message = encode(OrderCommandCodec, create(OrderCommandSchema, { command: { case: "cancelMany", value: {} } }));
  for (const [index, offset] of originals.entries()) {
    const original =
      offset === undefined
        ? undefined
        : { $typeName: "atlas.log.v1.Original", offset: BigInt(offset), appendTime: timestampOf(THEN + index) };
    const fields = { source: "g-1", writer: "g-1", firstNumber: BigInt(index + 1) };
    const appended = log.append(TOPIC, 0, encodeFrame({ ...fields, original } as never, [message], digest));
    await clock.advance(1);
    await appended;
  }
  const inputs: { offset: number; appendTime: number }[] = [];
  let settled: readonly number[] = [];
  const failures: string[] = [];
  const loop = new InputLoop(
    { log, digest, warn: () => undefined },
    { topic: TOPIC, partition: 0 },
    OrderCommandCodec,
    {
      link: () => undefined,
      arrive: ({ position, appendTime }) => void inputs.push({ offset: position.offset, appendTime }),
      unreadable: () => undefined,
      missing: () => undefined,
      broken: () => undefined,
      settled: (...through) => {
        settled = through;
      },
      failed: (error) => void failures.push(error.message),
    },
  );
  loop.start(undefined);
  await clock.advance(1);
  loop.close();
  return { inputs, settled, failures, now: clock.now() };
}

test("S1, S8: a copied frame is decided, and log time goes on, by when its original was appended", async () => {
  const { inputs, settled, failures } = await heard([0, 1]);
  expect(inputs).toEqual([
    { offset: 0, appendTime: THEN },
    { offset: 1, appendTime: THEN + 1 },
  ]);
  expect([settled, failures]).toEqual([[2, THEN + 1], []]);
});

test("S8: what is appended behind copies has the log's own time again", async () => {
  const { inputs, settled, now } = await heard([0, undefined]);
  expect(inputs.map(({ appendTime }) => appendTime)).toEqual([THEN, now - 2]);
  expect(settled).toEqual([2, now - 2]);
});

test("S20: a copy that stands elsewhere than its original stops the shard: positions would name other inputs", async () => {
  const { inputs, failures } = await heard([0, 7]);
  expect(inputs).toHaveLength(1);
  expect(failures).toEqual(["a copy stands at offset 1, its original stood at 7"]);
});
