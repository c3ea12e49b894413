import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AccountService } from "@atlas/gen/atlas/account/v1/account_service_pb";
import { IdentityService } from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import { InstrumentService } from "@atlas/gen/atlas/instrument/v1/instrument_service_pb";
import { MarketService } from "@atlas/gen/atlas/market/v1/market_service_pb";
import { OperationsService } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import { Role } from "@atlas/gen/atlas/options/v1/options_pb";
import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { TradeRequestSchema } from "@atlas/gen/atlas/order/v1/order_session_service_pb";
import { silentJournal } from "@atlas/platform/telemetry/journal";
import {
  create,
  type DescMessage,
  type DescMethodUnary,
  fromJson,
  fromJsonString,
  type MessageInitShape,
  type MessageShape,
  toBinary,
  toJsonString,
} from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningPlatform, startPlatform } from "../start-platform.ts";
import { binaryRequests } from "../testing/hostile/binary-requests.ts";
import {
  type Example,
  examples,
  RECORDED_INSTRUMENT,
  recordingExample,
  sessionExamples,
} from "../testing/hostile/examples.ts";
import { HostileStreams } from "../testing/hostile/hostile-streams.ts";
import { type HostileRequest, jsonPairs, jsonRequests } from "../testing/hostile/json-requests.ts";
import { sendHostile, type Verdict } from "../testing/hostile/send-hostile.ts";

const AT_ONCE = 32;
const PAIRS = 50;
const LEAST = 10_000;

let folder = "";
let platform: RunningPlatform;
let localKey = "";
let traderKey = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "atlas-hostile-"));
  const archivePace = { bytes: 4_194_304, milliseconds: 600_000 };
  const quiet = { journal: silentJournal, progress: () => undefined };
  const options = { host: "127.0.0.1", port: 0, dataFolder: folder, archivePace, ...quiet };
  platform = await startPlatform(options);
  await platform.started;
  localKey = `Bearer ${(await readFile(join(folder, "cli.key"), "utf8")).trim()}`;
  const { createUser, grantAccount, createApiKey } = IdentityService.method;
  await call(createUser, { userId: "trader" });
  await call(grantAccount, { userId: "trader", grant: { accountId: "demo", role: Role.TRADER } });
  const { defineInstrument } = InstrumentService.method;
  await call(defineInstrument, { requestId: "recorded", instrument: RECORDED_INSTRUMENT });
  traderKey = `Bearer ${(await call(createApiKey, { requestId: "trader", userId: "trader" })).secret}`;
});

afterAll(async () => {
  await platform.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Calls a method by JSON, as the owner of the data folder. */
async function call<I extends DescMessage, O extends DescMessage>(
  method: DescMethodUnary<I, O>,
  request: MessageInitShape<I> = {} as MessageInitShape<I>,
): Promise<MessageShape<O>> {
  const response = await fetch(`${platform.url}/${method.parent.typeName}/${method.name}`, {
    method: "POST",
    headers: { authorization: localKey, "content-type": "application/json" },
    body: toJsonString(method.input, create(method.input, request)),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method.name}: ${text}`);
  return fromJsonString(method.output, text);
}

/** Everything that a request could have changed. */
async function state() {
  const { shards } = await call(OperationsService.method.getSystemState);
  const settled = shards.filter(({ shard }) => !shard.startsWith("venue/"));
  const account = { accountId: "demo" };
  return {
    totals: settled.map(({ shard, totals, accounts, openOrders }) => ({ shard, totals, accounts, openOrders })),
    balances: (await call(AccountService.method.listBalances, account)).balances,
    limits: (await call(AccountService.method.getLimits, account)).limits,
    orders: (await call(OrderService.method.listOrders, account)).orders,
    instruments: (await call(InstrumentService.method.listInstruments)).instruments,
    users: (await call(IdentityService.method.listUsers)).users,
    keys: (await call(IdentityService.method.listApiKeys, { userId: "local" })).apiKeys,
  };
}

/** What is wrong with an answer; `undefined`: it is a refusal as it should be. */
function fault({ fields, example, what }: HostileRequest, { code, refusal }: Verdict): string | undefined {
  const named = refusal?.field ?? "";
  const said = `${example.method.name}: ${what}: ${code}, field "${named}" (${refusal?.message})`;
  // Whose account it is comes before what is asked of it (I26).
  if (code === "not_found" && named === "account_id" && fields.includes(named)) return undefined;
  if (code !== "invalid_argument" || refusal === undefined) return said;
  const steps = named.replace(/\[\d+\]/g, "").split(".");
  return fields.length === 0 || fields.some((field) => steps.includes(field)) ? undefined : said;
}

type Send = (request: HostileRequest) => Promise<Verdict>;

async function sendAll(requests: readonly HostileRequest[], send: Send): Promise<string[]> {
  const faults: string[] = [];
  let next = 0;
  const worker = async () => {
    for (let request = requests[next++]; request !== undefined; request = requests[next++]) {
      const found = fault(request, await send(request));
      if (found !== undefined) faults.push(found);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return faults;
}

const keyFor = ({ method }: Example) => (method.parent.name === "OrderService" ? traderKey : localKey);

/** The same numbers in every run (xorshift32). */
function seeded(seed: number): (below: number) => number {
  let held = seed;
  return (below) => {
    held ^= held << 13;
    held ^= held >>> 17;
    held ^= held << 5;
    return (held >>> 0) % below;
  };
}

describe("bad input (D3)", () => {
  test("there is an example of every method that changes something", () => {
    const named = [...examples, recordingExample].map(({ method }) => `${method.parent.typeName}/${method.name}`);
    const services = [OrderService, AccountService, InstrumentService, IdentityService, MarketService];
    const changing = services.flatMap((service) => service.methods.filter((method) => method.idempotency !== 1));
    const fieldless = changing.filter((method) => method.input.fields.length === 0).map((method) => method.name);
    expect(fieldless).toEqual(["LogOut"]);
    const wanted = changing.filter((method) => method.input.fields.length > 0);
    expect(named.toSorted()).toEqual(wanted.map((method) => `${method.parent.typeName}/${method.name}`).toSorted());
    const onSessions = sessionExamples().map(({ method }) => method.input.typeName);
    const others = ["atlas.order.v1.OpenSession", "atlas.order.v1.Heartbeat"];
    const taken = TradeRequestSchema.fields
      .map(({ message }) => message?.typeName)
      .filter((name) => name !== undefined);
    expect([...onSessions, ...others].toSorted()).toEqual(taken.toSorted());
  });

  test("every field of every such method, holding all it must not, by JSON, binary and streams: refused by name, nothing changed", async () => {
    const before = await state();
    const calls = examples.flatMap((example) => [...jsonRequests(example), ...binaryRequests(example)]);
    const onSessions = sessionExamples().flatMap(binaryRequests);
    const recordings = binaryRequests(recordingExample);
    const changing = () =>
      [...calls, ...onSessions, ...recordings].filter(({ example }) => example.method.name !== "PreviewOrder");
    const pick = seeded(20_261_121);
    while (changing().length < LEAST) calls.push(...examples.flatMap((example) => jsonPairs(example, PAIRS, pick)));
    expect(changing().length).toBeGreaterThanOrEqual(LEAST);

    const [trader, local] = [new HostileStreams(platform.url, traderKey), new HostileStreams(platform.url, localKey)];
    const faults = [
      ...(await sendAll(calls, (request) => sendHostile(platform.url, keyFor(request.example), request))),
      ...(await sendAll(onSessions, trader.onSession)),
      ...(await sendAll(recordings, local.asRecording)),
    ];
    trader.close();
    local.close();
    expect(faults.slice(0, 40)).toEqual([]);
    expect(faults).toHaveLength(0);
    expect(await state()).toEqual(before);
    expect(platform.missing()).toEqual([]);
    expect((await fetch(`${platform.url}/livez`)).status).toBe(200);
  });

  test("the examples themselves are not refused for their form", async () => {
    for (const example of examples) {
      const body = JSON.stringify(example.request);
      const request = { example, contentType: "application/json", body, fields: [], what: "as it is" } as const;
      const { code, refusal } = await sendHostile(platform.url, keyFor(example), request);
      expect(code, `${example.method.name}: ${refusal?.message}`).not.toBe("invalid_argument");
    }
    const streams = new HostileStreams(platform.url, localKey);
    const { input } = recordingExample.method;
    const body = toBinary(input, fromJson(input, recordingExample.request));
    const request = {
      example: recordingExample,
      contentType: "application/proto",
      body,
      fields: [],
      what: "",
    } as const;
    expect(await streams.asRecording(request)).toEqual({ code: "ok", refusal: undefined });
    streams.close();
  });
});
