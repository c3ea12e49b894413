import { crc32 } from "node:zlib";
import { OrderCommandCodec, OrderCommandFrameCodec } from "@atlas/gen/atlas/log/v1/order_command_codec";
import {
  type OrderCommand,
  OrderCommandFrameSchema,
  OrderCommandSchema,
} from "@atlas/gen/atlas/log/v1/order_command_pb";
import { decode, encode } from "@atlas/gen/codec/codec";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import type { Digest } from "../../ports/digest.ts";
import {
  encodeFrame,
  encodeFrameOf,
  type FrameFields,
  messageBytes,
  openFrame,
  readMessage,
  readMessages,
} from "./frame.ts";

const digest: Digest = {
  sha256: () => {
    throw new Error("not used");
  },
  crc32: (content) => crc32(content),
};
const fields: FrameFields = { source: "gateway-1", writer: "process-7", firstNumber: 41n };

function commands(count: number): OrderCommand[] {
  return Array.from({ length: count }, (_, index) =>
    create(OrderCommandSchema, {
      commandId: `c${index}`,
      accountId: "demo",
      command: { case: "cancel", value: { orderId: "x".repeat(index) } },
    }),
  );
}

describe("a frame", () => {
  test.each([0, 1, 3, 300])("S1: of %i messages reads back, one by one and as the message of the contract", (count) => {
    const messages = commands(count);
    const record = encodeFrameOf(OrderCommandCodec, fields, messages, digest);
    const frame = openFrame(record, digest);
    expect(frame.header).toMatchObject({ source: "gateway-1", writer: "process-7", firstNumber: 41n, chain: 0n });
    expect(readMessages(frame, OrderCommandCodec)).toEqual(messages);
    expect(fromBinary(OrderCommandFrameSchema, record)).toEqual(decode(OrderCommandFrameCodec, record));
    expect(
      Buffer.from(toBinary(OrderCommandFrameSchema, fromBinary(OrderCommandFrameSchema, record))).equals(record),
    ).toBe(true);
  });

  test("of encoded messages is the same record", () => {
    const messages = commands(5);
    const encoded = messages.map((message) => encode(OrderCommandCodec, message));
    const record = encodeFrame(fields, encoded, digest);
    expect(Buffer.from(record).equals(encodeFrameOf(OrderCommandCodec, fields, messages, digest))).toBe(true);
    const frame = openFrame(record, digest);
    expect(Buffer.from(messageBytes(frame, 3)).equals(encoded[3] as Uint8Array)).toBe(true);
  });

  test("F14: no flipped bit and no torn end goes unnoticed", () => {
    const record = encodeFrameOf(OrderCommandCodec, fields, commands(2), digest);
    const intact = openFrame(record, digest);
    for (let index = 0; index < record.length; index++) {
      expect(() => openFrame(record.subarray(0, index), digest), `cut at ${index}`).toThrow();
      const flipped = record.slice();
      flipped[index] = (flipped[index] as number) ^ 0x04;
      const inHeader = index < (intact.spans[0] as number) - 2;
      if (!inHeader) expect(() => openFrame(flipped, digest), `flipped at ${index}`).toThrow("checksum");
    }
  });

  test("S26: a message that does not decode spoils no other", () => {
    const good = encode(OrderCommandCodec, commands(1)[0] as OrderCommand);
    const frame = openFrame(encodeFrame(fields, [good, Uint8Array.of(0x0a, 0x7f), good], digest), digest);
    expect(frame.count).toBe(3);
    expect(readMessage(frame, 2, OrderCommandCodec).commandId).toBe("c0");
    expect(() => readMessage(frame, 1, OrderCommandCodec)).toThrow(expect.objectContaining({ name: "MalformedError" }));
  });

  test("S26: an unknown field of the frame or its header is an error of its own", () => {
    const record = encodeFrameOf(OrderCommandCodec, fields, [], digest);
    const message = fromBinary(OrderCommandFrameSchema, record);
    if (message.header === undefined) throw new Error("no header");
    message.header.$unknown = [{ no: 99, wireType: 0, data: Uint8Array.of(1) }];
    expect(() => openFrame(toBinary(OrderCommandFrameSchema, message), digest)).toThrow(
      expect.objectContaining({ name: "UnknownFieldError", typeName: "atlas.log.v1.FrameHeader", fieldNumber: 99 }),
    );
  });
});
