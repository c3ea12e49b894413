import { OperationsService } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import { encodeFrame } from "@atlas/platform/wire/codec/frame";
import { beforeEach, describe, expect, test } from "vitest";
import { MemoryPlatform } from "../simulated/memory-platform.ts";
import { Desk, statusOf } from "../testing/desk.ts";

let platform: MemoryPlatform;
let desk: Desk;

beforeEach(async () => {
  platform = await new MemoryPlatform({ partitions: { oms: 2, venue: 1 } }).start();
  desk = new Desk(platform, await platform.account("ada", { USD: "100000", ETH: "50" }));
});

const PARTITION = 0;
/** A field that no version knows: number 1,023, a varint. */
const UNKNOWN = Uint8Array.of(0xf8, 0x3f, 1);
/** A message that breaks off. */
const TORN = Uint8Array.of(0x0a, 0x7f, 1);

function put(topic: string, bytes: Uint8Array, partition = PARTITION): Promise<unknown> {
  return platform.run(platform.world.log.append(topic, partition, bytes));
}

function frame(message: Uint8Array, source: string): Uint8Array {
  return encodeFrame({ source, writer: source, firstNumber: 1n }, [message], platform.world.digest);
}

async function anomalies(shard: string): Promise<number> {
  const { shards } = await platform.run(platform.client(OperationsService).getSystemState({ shard }));
  return Number(shards.find((one) => one.shard === shard)?.anomalies ?? 0n);
}

/** The accounts' shard still takes orders, and so does a successor that reads everything anew. */
async function goesOn(): Promise<void> {
  const { orderId } = await platform.run(desk.submit());
  await platform.clock.advance(1_500);
  expect(statusOf(await platform.run(desk.read(orderId)))).toBe("LIVE");
  platform.living().at(-1)?.process.kill();
  await platform.startOwner();
  await platform.startGateway();
  const after = await platform.run(desk.submit());
  await platform.clock.advance(1_500);
  expect(statusOf(await platform.run(desk.read(after.orderId)))).toBe("LIVE");
  expect(platform.failures).toEqual([]);
}

const INPUTS = [
  ["orders.commands", "oms/0"],
  ["venue.orders", "venue/0"],
  ["control.commands", "control/0"],
  ["identity.commands", "identity/0"],
] as const;

describe("F13, S26: an input that cannot be read is counted, and the shard goes on", () => {
  test.each(INPUTS)("%s: bytes that are no frame", async (topic, shard) => {
    const before = await anomalies(shard);
    await put(topic, Uint8Array.of(9, 9, 9, 9));
    await platform.clock.advance(100);
    expect(await anomalies(shard)).toBe(before + 1);
    await goesOn();
  });

  test.each(INPUTS)("%s: a frame with a flipped bit", async (topic, shard) => {
    const before = await anomalies(shard);
    const bytes = frame(UNKNOWN, "gFLIPPED");
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await put(topic, bytes);
    await platform.clock.advance(100);
    expect(await anomalies(shard)).toBe(before + 1);
    await goesOn();
  });

  test.each(INPUTS)("%s: a message that does not decode, in a frame that is whole", async (topic, shard) => {
    const before = await anomalies(shard);
    await put(topic, frame(TORN, "gTORN"));
    await platform.clock.advance(100);
    expect(await anomalies(shard)).toBe(before + 1);
    await goesOn();
  });
});

test.each(INPUTS)(
  "F13, S26: %s: a field that this version does not know stops the shard, loudly",
  async (topic, shard) => {
    await put(topic, frame(UNKNOWN, "gNEWER"));
    await platform.clock.advance(100);
    expect(platform.failures.map((text) => text.split(":")[0])).toEqual([`owner-1 ${shard}`]);
    expect(platform.failures[0]).toContain("1023");
  },
);

test("F13, S26: one order shard stops, the others and the venue go on", async () => {
  const { oms } = platform.leader()?.inside.shards ?? { oms: [] };
  const stopped = oms.findIndex(({ shard }) => shard.state.accounts.has("ada")) === 0 ? 1 : 0;
  await put("orders.commands", frame(UNKNOWN, "gNEWER"), stopped);
  await platform.clock.advance(100);
  expect(platform.failures.length).toBe(1);
  const { orderId } = await platform.run(desk.submit());
  await platform.clock.advance(500);
  expect(statusOf(await platform.run(desk.read(orderId)))).toBe("LIVE");
});

describe("F13: a record that cannot be read, among what shards have said, keeps nobody from going on", () => {
  test.each(["orders.events", "exec.reports", "market.data", "control.events", "identity.events"])(
    "%s",
    async (topic) => {
      for (let partition = 0; partition < 2; partition++) {
        if (partition > 0 && !/^(orders|exec)/.test(topic)) continue;
        await put(topic, Uint8Array.of(9, 9, 9, 9), partition);
      }
      await platform.clock.advance(7_000);
      await goesOn();
    },
  );
});
