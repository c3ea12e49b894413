import { allCodecs } from "@atlas/gen/codec/all";
import { type Codec, decode, encode } from "@atlas/gen/codec/codec";
import { type DescMessage, fromBinary, type Message, toBinary } from "@bufbuild/protobuf";
import { expect, test } from "vitest";
import { hotMessages } from "./hot-messages.ts";
import { randomMessage, seeded } from "./random-message.ts";

const rows = (allCodecs as { schema: DescMessage; codec: Codec<Message> }[]).map(({ schema, codec }) => ({
  name: schema.typeName,
  schema,
  codec,
}));

test.each(rows)("S29: $name is written and read as protobuf-es does", ({ schema, codec }) => {
  for (let seed = 1; seed <= 12; seed++) {
    const message = randomMessage(schema, seeded(seed));
    const bytes = toBinary(schema, message);
    expect(Buffer.from(encode(codec, message)).equals(bytes), `seed ${seed}`).toBe(true);
    expect(decode(codec, bytes), `seed ${seed}`).toEqual(fromBinary(schema, bytes));
  }
});

test("every hot message has a codec", () => {
  expect(rows.map((row) => row.name)).toEqual(expect.arrayContaining([...hotMessages]));
});
