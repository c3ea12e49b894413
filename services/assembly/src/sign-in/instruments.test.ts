import type { SignIn } from "@atlas/gateway/identity/open-sign-in";
import { defineInstrument } from "@atlas/gateway/instrument/define-instrument";
import { getInstrument, listInstruments } from "@atlas/gateway/instrument/read-instruments";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import type { Instrument } from "@atlas/gen/atlas/instrument/v1/instrument_pb";
import {
  DefineInstrumentRequestSchema,
  GetInstrumentRequestSchema,
  ListInstrumentsRequestSchema,
} from "@atlas/gen/atlas/instrument/v1/instrument_service_pb";
import type { RefusalError } from "@atlas/platform/refusal/refusal-error";
import { topics } from "@atlas/platform/topic/topics";
import { create } from "@bufbuild/protobuf";
import { beforeEach, expect, test } from "vitest";
import { firstInstruments } from "../first-start/instruments.ts";
import { SignInPlatform } from "../testing/sign-in-platform.ts";

let platform: SignInPlatform;
let gateway: SignIn;

beforeEach(async () => {
  platform = new SignInPlatform();
  await platform.start();
  gateway = await platform.gateway();
});

async function call() {
  const header = new Headers({ authorization: `Bearer ${platform.files.get("cli.key")}` });
  const caller = await platform.run(gateway.authenticator.authenticate(header, "here"));
  return { ...caller, deadline: platform.clock.monotonic() + 2_000, source: "here" };
}

const [BTC_USD] = firstInstruments(false) as [Instrument];

async function define(change: Partial<Instrument> = {}, requestId = "r1") {
  const request = create(DefineInstrumentRequestSchema, { requestId, instrument: { ...BTC_USD, ...change } });
  return platform.run(defineInstrument(request, await call(), gateway.instruments));
}

async function refused(promise: Promise<unknown>): Promise<RefusalError["refusal"]> {
  return promise.then(
    () => Promise.reject(new Error("it was not refused")),
    (error: RefusalError) => error.refusal ?? Promise.reject(error),
  );
}

test("S6: a definition answers when every order shard and its venue have it; a repeat adds nothing", async () => {
  const { instrument } = await define();
  expect(instrument).toMatchObject({ instrumentId: "BTC-USD", tick: "0.01", version: 1n });
  const ends = await Promise.all(
    Array.from({ length: 16 }, (_, partition) => platform.log.range(topics.orderCommands.name, partition)),
  );
  expect(ends.every(({ end }) => end > 0)).toBe(true);
  expect((await define({ tick: "0.010" })).instrument).toEqual(instrument);
  expect((await define({}, "r2")).instrument).toEqual(instrument);
  const again = await Promise.all(ends.map((_, partition) => platform.log.range(topics.orderCommands.name, partition)));
  expect(again).toEqual(ends);
});

test("S6: a time-out names the shards that are missing; asked again when they are back, it completes", async () => {
  platform.away.add("oms/3").add("venue/4");
  for (let venue = 0; venue < 8; venue++) platform.away.add(`venue/${venue}`);
  const { reason, facts } = await refused(define());
  expect(reason).toBe(Reason.OUTCOME_UNKNOWN);
  expect(facts.missing).toMatch(/^oms\/3,venue\/[0-7]$/);
  platform.away.clear();
  expect((await define()).instrument?.version).toBe(1n);
});

const refusals: readonly [string, Partial<Instrument>, string, Reason, string][] = [
  ["other content under the same id", { takerFee: "0.001" }, "r1", Reason.REQUEST_ID_REUSED, "request_id"],
  ["another tick", { tick: "0.02" }, "r2", Reason.UNSUPPORTED, "instrument.tick"],
  ["a bad fee", { takerFee: "5" }, "r2", Reason.INVALID_FIELD, "instrument.taker_fee"],
  ["a version", { version: 3n }, "r2", Reason.INVALID_FIELD, "instrument.version"],
];
test.each(refusals)("refuses %s", async (_name, change, requestId, reason, field) => {
  await define();
  expect(await refused(define(change, requestId))).toMatchObject({ reason, field });
});

test("fees change for what exists", async () => {
  await define();
  expect((await define({ takerFee: "0.001" }, "r2")).instrument).toMatchObject({ takerFee: "0.001", version: 2n });
});

test("instruments are read by id and in pages, and at or after a position", async () => {
  for (const instrument of firstInstruments(true)) await define(instrument, `r-${instrument.instrumentId}`);
  const { directory } = gateway.instruments;
  const got = await platform.run(
    getInstrument(create(GetInstrumentRequestSchema, { instrumentId: "EUR-USD" }), await call(), { directory }),
  );
  expect(got.instrument?.tick).toBe("0.00001");
  expect(got.cursor).toBe("control/0:6");
  const first = create(ListInstrumentsRequestSchema, { pageSize: 4, notBefore: got.cursor });
  const page = await platform.run(listInstruments(first, await call(), { directory }));
  const rest = create(ListInstrumentsRequestSchema, { pageSize: 4, pageToken: page.nextPageToken });
  const last = await platform.run(listInstruments(rest, await call(), { directory }));
  const ids = [...page.instruments, ...last.instruments].map(({ instrumentId }) => instrumentId);
  expect(ids).toEqual(["AAPL-USD", "BTC-USD", "BTC-USDT", "ETH-USD", "EUR-USD", "SOL-USD"]);
  expect(last.nextPageToken).toBe("");
  const unknown = create(GetInstrumentRequestSchema, { instrumentId: "XXX-YYY" });
  expect(await refused(platform.run(getInstrument(unknown, await call(), { directory })))).toMatchObject({
    reason: Reason.UNKNOWN_INSTRUMENT,
  });
  const wrong = create(GetInstrumentRequestSchema, { instrumentId: "EUR-USD", notBefore: "oms/3:1" });
  expect(await refused(platform.run(getInstrument(wrong, await call(), { directory })))).toMatchObject({
    field: "not_before",
  });
});
