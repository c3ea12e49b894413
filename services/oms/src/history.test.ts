import { OrderEventCodec } from "@atlas/gen/atlas/log/v1/order_event_codec";
import { OrderEventSchema } from "@atlas/gen/atlas/log/v1/order_event_pb";
import { encode } from "@atlas/gen/codec/codec";
import { create } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { UnstoredHistory } from "./history.ts";

/** No event: who decodes it throws. */
const BROKEN = Uint8Array.of(0xff);
const ANY = Number.MAX_SAFE_INTEGER;

/** Every second sequence is ada's; `readable` are events, and the others do not decode. */
function historyOf(through: number, readable: (sequence: number) => boolean): UnstoredHistory {
  const history = new UnstoredHistory();
  for (let sequence = 1; sequence <= through; sequence++) {
    const accountId = sequence % 2 === 0 ? "ada" : "bob";
    const event = create(OrderEventSchema, { accountId, sequence: BigInt(sequence) });
    history.add(accountId, sequence, readable(sequence) ? encode(OrderEventCodec, event) : BROKEN);
  }
  return history;
}

describe("F6: of what the store lacks, the newest of an account are told, as many as are asked for", () => {
  test.each<[name: string, below: number, limit: number, due: number[], more: boolean]>([
    ["all", ANY, ANY, [2, 4, 6, 8, 10], false],
    ["as many as there are", ANY, 5, [2, 4, 6, 8, 10], false],
    ["fewer", ANY, 2, [8, 10], true],
    ["below one of them", 8, 2, [4, 6], true],
    ["below another account's", 7, 2, [4, 6], true],
    ["the oldest", 6, 2, [2, 4], false],
    ["below the oldest", 2, 2, [], false],
  ])("%s", (_, below, limit, due, more) => {
    const given = historyOf(11, () => true).ofAccount("ada", below, limit);
    expect(given.events.map(({ sequence }) => Number(sequence))).toEqual(due);
    expect(given.more).toBe(more);
  });

  test("those that are stored no longer, and of an account without any none", () => {
    const history = historyOf(11, () => true);
    history.dropThrough(6);
    expect(history.ofAccount("ada", ANY, 2)).toMatchObject({
      events: [{ sequence: 8n }, { sequence: 10n }],
      more: false,
    });
    expect(history.ofAccount("eve", ANY, 2)).toEqual({ events: [], more: false });
  });

  test("and no other is decoded", () => {
    const history = historyOf(100_000, (sequence) => sequence > 60_000 && sequence <= 60_200);
    expect(history.ofAccount("ada", 60_201, 100).events).toHaveLength(100);
  });
});
