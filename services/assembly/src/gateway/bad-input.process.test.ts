import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AccountService } from "@atlas/gen/atlas/account/v1/account_service_pb";
import { IdentityService } from "@atlas/gen/atlas/identity/v1/identity_service_pb";
import { InstrumentService } from "@atlas/gen/atlas/instrument/v1/instrument_service_pb";
import { OperationsService } from "@atlas/gen/atlas/operations/v1/operations_service_pb";
import { Role } from "@atlas/gen/atlas/options/v1/options_pb";
import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { silentJournal } from "@atlas/platform/telemetry/journal";
import {
  create,
  type DescMessage,
  type DescMethodUnary,
  fromJsonString,
  type MessageInitShape,
  type MessageShape,
  toJsonString,
} from "@bufbuild/protobuf";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RunningPlatform, startPlatform } from "../start-platform.ts";
import { binaryRequests } from "../testing/hostile/binary-requests.ts";
import { examples } from "../testing/hostile/examples.ts";
import { type HostileRequest, jsonPairs, jsonRequests } from "../testing/hostile/json-requests.ts";
import { sendHostile, type Verdict } from "../testing/hostile/send-hostile.ts";

const AT_ONCE = 32;
const PAIRS = 250;
const LEAST = 10_000;

let folder = "";
let platform: RunningPlatform;
let localKey = "";
let traderKey = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "atlas-hostile-"));
  const options = { host: "127.0.0.1", port: 0, dataFolder: folder, journal: silentJournal, progress: () => undefined };
  platform = await startPlatform(options);
  localKey = `Bearer ${(await readFile(join(folder, "cli.key"), "utf8")).trim()}`;
  const { createUser, grantAccount, createApiKey } = IdentityService.method;
  await call(createUser, { userId: "trader" });
  await call(grantAccount, { userId: "trader", grant: { accountId: "demo", role: Role.TRADER } });
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
function fault({ field, example, what }: HostileRequest, { code, refusal }: Verdict): string | undefined {
  const named = refusal?.field ?? "";
  const said = `${example.method.name}: ${what}: ${code}, field "${named}" (${refusal?.message})`;
  // Whose account it is comes before what is asked of it (I26).
  if (code === "not_found" && named === "account_id") return undefined;
  if (code !== "invalid_argument") return said;
  if (refusal === undefined) return said;
  if (field === undefined) return undefined;
  const last = named
    .split(".")
    .at(-1)
    ?.replace(/\[\d+\]$/, "");
  return last === field || named.includes(field) ? undefined : said;
}

async function sendAll(requests: readonly HostileRequest[]): Promise<string[]> {
  const faults: string[] = [];
  let next = 0;
  const worker = async () => {
    for (let request = requests[next++]; request !== undefined; request = requests[next++]) {
      const key = request.example.method.parent.name === "OrderService" ? traderKey : localKey;
      const found = fault(request, await sendHostile(platform.url, key, request));
      if (found !== undefined) faults.push(found);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return faults;
}

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
    const named = examples.map(({ method }) => `${method.parent.typeName}/${method.name}`);
    const services = [OrderService, AccountService, InstrumentService, IdentityService];
    const changing = services.flatMap((service) => service.methods.filter((method) => method.idempotency !== 1));
    const fieldless = changing.filter((method) => method.input.fields.length === 0).map((method) => method.name);
    expect(fieldless).toEqual(["LogOut"]);
    const wanted = changing.filter((method) => method.input.fields.length > 0);
    expect(named.toSorted()).toEqual(wanted.map((method) => `${method.parent.typeName}/${method.name}`).toSorted());
  });

  test("every field of every such method, holding all it must not, by JSON and binary: refused by name, nothing changed", async () => {
    const before = await state();
    const requests = examples.flatMap((example) => [...jsonRequests(example), ...binaryRequests(example)]);
    const pick = seeded(20_261_121);
    while (requests.length < LEAST) requests.push(...examples.flatMap((example) => jsonPairs(example, PAIRS, pick)));
    const faults = await sendAll(requests);
    expect(faults.slice(0, 40)).toEqual([]);
    expect(faults).toHaveLength(0);
    expect(requests.length).toBeGreaterThanOrEqual(LEAST);
    expect(await state()).toEqual(before);
    expect(platform.missing()).toEqual([]);
    expect((await fetch(`${platform.url}/livez`)).status).toBe(200);
  });

  test("the examples themselves are not refused for their form", async () => {
    for (const example of examples) {
      const body = JSON.stringify(example.request);
      const request = { example, contentType: "application/json", body, field: undefined, what: "as it is" } as const;
      const key = example.method.parent.name === "OrderService" ? traderKey : localKey;
      const { code, refusal } = await sendHostile(platform.url, key, request);
      expect(code, `${example.method.name}: ${refusal?.message}`).not.toBe("invalid_argument");
    }
  });
});
