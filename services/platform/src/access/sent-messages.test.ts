import { gunzipSync, gzipSync } from "node:zlib";
import { PrincipalSchema, UserSchema } from "@atlas/gen/atlas/identity/v1/identity_pb";
import { Role } from "@atlas/gen/atlas/options/v1/options_pb";
import { OrderSessionService, TradeRequestSchema } from "@atlas/gen/atlas/order/v1/order_session_service_pb";
import { create, toBinary } from "@bufbuild/protobuf";
import type { Compression, UniversalHandler } from "@connectrpc/connect/protocol";
import { expect, test } from "vitest";
import { manualClock } from "../memory/manual-clock.ts";
import { silentJournal } from "../telemetry/journal.ts";
import { CallLimiter } from "./call-limiter.ts";
import type { Caller } from "./caller.ts";
import { createHandlers, serve } from "./create-handlers.ts";

const LIMIT = 10_000;
const gzip: Compression = {
  name: "gzip",
  compress: async (bytes) => new Uint8Array(gzipSync(bytes)),
  decompress: async (bytes) => new Uint8Array(gunzipSync(bytes)),
};
const caller: Caller = {
  principal: create(PrincipalSchema, { userId: "u" }),
  user: create(UserSchema, { userId: "u", grants: [{ accountId: "demo", role: Role.TRADER }] }),
  internal: false,
};
const session = serve(OrderSessionService, {
  async *trade(requests) {
    for await (const { clientSequence } of requests) yield { clientSequence };
  },
});
const [handler] = createHandlers([session], {
  authenticator: { authenticate: () => caller, watch: () => () => {} },
  limiter: new CallLimiter(manualClock()),
  journal: silentJournal,
  messageBytes: LIMIT,
  compression: [gzip],
  shutdown: new AbortController().signal,
}) as [UniversalHandler];

interface Ended {
  readonly heard: string[];
  readonly code: string | undefined;
  readonly field: string | undefined;
  readonly message: string | undefined;
}

/** Sends messages on a session by Connect, the bytes cut into chunks; what was answered, and how it ended. */
async function trade(
  messages: readonly Uint8Array[],
  type: "json" | "proto",
  cut: number,
  packed = false,
): Promise<Ended> {
  const sent = messages.map((message) => envelope(packed ? gzipSync(message) : message, packed));
  const bytes = Buffer.concat(sent);
  const ended = new AbortController();
  const response = await handler({
    ...{ httpVersion: "2.0", method: "POST", url: `http://test${handler.requestPath}` },
    header: new Headers({
      "content-type": `application/connect+${type}`,
      ...(packed ? { "connect-content-encoding": gzip.name } : {}),
    }),
    body: (async function* () {
      for (let at = 0; at < bytes.length; at += cut) yield bytes.subarray(at, at + cut);
    })(),
    signal: ended.signal,
  });
  const chunks: Uint8Array[] = [];
  for await (const chunk of response.body ?? []) chunks.push(chunk);
  ended.abort();
  const answer = Buffer.concat(chunks);
  const heard: string[] = [];
  for (let at = 0; at < answer.length; ) {
    const end = at + 5 + answer.readUInt32BE(at + 1);
    const text = answer.toString("utf8", at + 5, end);
    if (answer[at] === 2) {
      const { error } = JSON.parse(text);
      return { heard, code: error?.code, field: error?.details?.[0]?.debug?.field, message: error?.message };
    }
    heard.push(type === "json" ? JSON.parse(text).clientSequence : text);
    at = end;
  }
  return expect.fail("the stream has no end");
}

function envelope(message: Uint8Array, packed: boolean): Buffer {
  const head = Buffer.alloc(5);
  head[0] = packed ? 1 : 0;
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function json(message: object | string): Uint8Array {
  return new TextEncoder().encode(typeof message === "string" ? message : JSON.stringify(message));
}

const OPEN = json({ clientSequence: "1", open: { accountId: "demo" } });

test.each([
  ["a value of another type", { submit: { order: { quantity: 5 } } }, "submit.order.quantity"],
  ["an unknown value of an enum", { submit: { order: { side: "SIDE_STEAL" } } }, "submit.order.side"],
  ["an unknown key", { submit: { dryRun: true } }, "submit.dryRun"],
  ["half of a message", '{"clientSequence":"2","submit":{"requestId":"x', "submit.request_id"],
  ["a number too large", { clientSequence: "1e400" }, "client_sequence"],
])(
  "JSON on a stream, %s: the error names the field, behind the answers to what came before",
  async (_, wrong, field) => {
    for (const cut of [1, 7, LIMIT]) {
      for (const packed of [false, true]) {
        const ended = await trade([OPEN, OPEN, json(wrong), OPEN], "json", cut, packed);
        expect(ended).toMatchObject({ heard: ["1", "1"], code: "invalid_argument", field });
      }
    }
  },
);

test("binary on a stream: the error names the field", async () => {
  const open = toBinary(TradeRequestSchema, create(TradeRequestSchema, { clientSequence: 1n }));
  const wrong = Uint8Array.of(...open, 0x12, 0x7f);
  const { heard, code, field } = await trade([open, wrong], "proto", 3);
  expect([heard.length, code, field]).toEqual([1, "invalid_argument", "open"]);
});

test("a message above the limit is refused as too large, however it comes; one cut short as broken", async () => {
  const large = json({ submit: { requestId: "x".repeat(2 * LIMIT) } });
  for (const cut of [100, 100_000]) {
    expect(await trade([OPEN, large, OPEN], "json", cut)).toMatchObject({ heard: ["1"], code: "resource_exhausted" });
  }
  expect((await trade([OPEN, json(" ".repeat(LIMIT))], "json", 100)).code).toBe("invalid_argument");
});

test("whole messages pass, however their bytes are cut", async () => {
  const many = Array.from({ length: 40 }, (_, index) => json({ clientSequence: String(index + 1), open: {} }));
  for (const cut of [1, 2, 4, 5, 6, 31, 10_000]) {
    const { heard, code } = await trade(many, "json", cut);
    expect([heard.length, heard.at(-1), code]).toEqual([40, "40", undefined]);
  }
});
