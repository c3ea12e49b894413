import { IdentityEventCodec } from "@atlas/gen/atlas/log/v1/identity_record_codec";
import {
  type IdentityCommand,
  IdentityCommandSchema,
  type IdentityEvent,
} from "@atlas/gen/atlas/log/v1/identity_record_pb";
import { Role } from "@atlas/gen/atlas/options/v1/options_pb";
import { decode, encode } from "@atlas/gen/codec/codec";
import type { Arrival } from "@atlas/platform/shard/arrival";
import { timestampOf } from "@atlas/platform/wire/time";
import { create, type MessageInitShape } from "@bufbuild/protobuf";
import fc from "fast-check";
import { expect, test } from "vitest";
import { IdentityShard } from "./identity-shard.ts";

type Body = MessageInitShape<typeof IdentityCommandSchema>["command"];

const START = 1_700_000_000_000;

function hash(name: string): Uint8Array {
  return new Uint8Array(32)
    .fill(name.length)
    .map((value, index) => value ^ (name.charCodeAt(index % name.length) + index));
}

function arrival(number: number, command: Body, appendTime = START + number): Arrival<IdentityCommand> {
  return {
    position: { offset: number, index: 0 },
    appendTime,
    link: { source: "gAAAAAAAAAAA", number, chain: 0n },
    command: create(IdentityCommandSchema, { commandId: `c${number}`, command }),
  };
}

/** Every slab, to compare states by. */
function slabs(shard: IdentityShard): Record<string, string> {
  return Object.fromEntries(shard.slabs.keys().map((key) => [key, Buffer.from(shard.slabs.copy(key)).toString("hex")]));
}

/** As it stands on the log and comes back. */
function logged(event: IdentityEvent): IdentityEvent {
  return decode(IdentityEventCodec, encode(IdentityEventCodec, event));
}

const names = fc.constantFrom("ann", "bob", "eve");
const ids = fc.constantFrom("1", "2", "3", "4");
const grant = fc.record({ accountId: fc.constantFrom("a1", "a2"), role: fc.constantFrom(Role.VIEWER, Role.TRADER) });
const roles = fc.subarray([Role.ADMIN, Role.OPERATOR, Role.AUDITOR]);
const expireTime = fc.integer({ min: 0, max: 60 }).map((after) => timestampOf(START + after));

const bodies: fc.Arbitrary<Body> = fc.oneof(
  fc.record({ userId: names, roles }).map((value) => ({ case: "createUser" as const, value })),
  fc.record({ userId: names, roles }).map((value) => ({ case: "setRoles" as const, value })),
  fc.record({ userId: names, grant }).map((value) => ({ case: "grantAccount" as const, value })),
  fc.record({ userId: names, grant }).map((value) => ({ case: "revokeGrant" as const, value })),
  fc.record({ keyId: ids, userId: names }).map(({ keyId, userId }) => ({
    case: "createApiKey" as const,
    value: { apiKey: { keyId, userId }, secretHash: hash(keyId) },
  })),
  fc.record({ keyId: ids }).map((value) => ({ case: "revokeApiKey" as const, value })),
  fc.record({ userId: names, tokenHash: ids.map(hash), expireTime }).map((value) => ({
    case: "createLoginLink" as const,
    value,
  })),
  fc
    .record({ tokenHash: ids.map(hash), sessionId: ids, refreshHash: ids.map((id) => hash(`r${id}`)), expireTime })
    .map((value) => ({ case: "redeemLoginLink" as const, value })),
  fc
    .record({ refreshHash: ids.map((id) => hash(`r${id}`)), nextHash: ids.map((id) => hash(`n${id}`)), expireTime })
    .map((value) => ({ case: "rotateRefreshToken" as const, value })),
  fc.record({ sessionId: ids }).map((value) => ({ case: "endSession" as const, value })),
  fc.constant({ case: undefined }),
);

test("I10: replay of its events, and every mixture of image slabs and events, give the live shard's state", () => {
  fc.assert(
    fc.property(fc.array(bodies, { maxLength: 60 }), fc.nat(), (commands, seed) => {
      const live = new IdentityShard();
      const events: IdentityEvent[] = [];
      const images: { sequence: number; slabs: Map<string, Uint8Array> }[] = [];
      commands.forEach((command, index) => {
        events.push(...live.decide(arrival(index + 1, command)));
        if (index % 7 === 0) {
          const copied = live.slabs.keys().map((key) => [key, live.slabs.copy(key)] as const);
          images.push({ sequence: live.sequence, slabs: new Map(copied) });
        }
      });
      expect(events).toHaveLength(commands.length);
      const restored = new IdentityShard();
      for (const key of live.slabs.keys()) restored.slabs.restore(key, live.sequence, live.slabs.copy(key));
      restored.slabs.clear();
      expect(slabs(restored)).toEqual(slabs(new IdentityShard()));
      restored.slabs.keys().forEach((key, index) => {
        const image = images[(seed + index) % Math.max(1, images.length)];
        if (image !== undefined) restored.slabs.restore(key, image.sequence, image.slabs.get(key) as Uint8Array);
      });
      for (const event of events) restored.evolve(logged(event));
      expect(slabs(restored)).toEqual(slabs(live));
      expect(restored.link("gAAAAAAAAAAA")).toEqual(live.link("gAAAAAAAAAAA"));
    }),
    { numRuns: 100 },
  );
});

test("I18: every command has one event that cites it, refused or not", () => {
  const shard = new IdentityShard();
  const unknown: Body = { case: "setRoles", value: { userId: "nobody", roles: [Role.ADMIN] } };
  const [event] = shard.decide(arrival(1, unknown));
  expect(event).toMatchObject({ sequence: 1n, commandId: "c1", eventId: "identity/0:1", event: { case: "answered" } });
  const [malformed] = shard.decide(arrival(2, { case: "setRoles", value: { userId: "x", roles: [Role.VIEWER] } }));
  expect(malformed?.event).toMatchObject({ case: "answered", value: { refusal: { message: expect.any(String) } } });
});

test("F13: an input that cannot be read is counted and leaves no other trace", () => {
  const shard = new IdentityShard();
  const [event] = shard.decideUnreadable({ position: { offset: 0, index: 0 }, appendTime: START, reason: "torn" });
  expect(event?.event).toEqual({ case: "unreadable", value: "torn" });
  expect(shard.anomalies).toBe(1);
  expect(shard.cause).toEqual({ offset: 0, index: 0 });
});

test("S4: a gateway's link is forgotten a minute of log time after its last input", () => {
  const shard = new IdentityShard();
  const later = { case: "endSession", value: { sessionId: "s" } } as const;
  shard.decide(arrival(1, later));
  shard.decide({ ...arrival(2, later, START + 60_002), link: { source: "gBBBBBBBBBBB", number: 1, chain: 0n } });
  expect(shard.link("gAAAAAAAAAAA")).toBeUndefined();
  expect(shard.link("gBBBBBBBBBBB")).toEqual({ number: 1, chain: 0n, lastTime: START + 60_002 });
});

test("S8: log time never runs backwards", () => {
  const shard = new IdentityShard();
  const body = { case: "endSession", value: { sessionId: "s" } } as const;
  shard.decide(arrival(1, body, START + 500));
  shard.decide(arrival(2, body, START));
  expect(shard.logTime).toBe(START + 500);
});
