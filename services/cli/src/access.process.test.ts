import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { Role } from "@atlas/gen/atlas/options/v1/options_pb";
import { Channel } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { contractFiles } from "@atlas/platform/access/testing/contract-files";
import {
  EVERY_ROLE,
  expectedReason,
  FOREIGN,
  GRANTED,
  OWN,
  ROLE_TABLE,
  type WAYS,
} from "@atlas/platform/access/testing/role-table";
import { refusalOf } from "@atlas/platform/refusal/refusal-error";
import { create, type DescMethod, type Message, type MessageInitShape } from "@bufbuild/protobuf";
import { Code, ConnectError, type Transport } from "@connectrpc/connect";
import { createAsyncIterable } from "@connectrpc/connect/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type AtlasClient, atlasClient } from "./client/atlas-client.ts";
import { requestId } from "./client/request-id.ts";
import { newFolder, type PlatformProcess, removeFolder, startPlatformProcess } from "./testing/platform-process.ts";
import { openRoads, type Roads } from "./testing/roads.ts";
import { expired, makeKey, makeUser, signInByLink, until } from "./testing/users.ts";

const folder = newFolder("access");
const methods = new Map<string, DescMethod>();
/** By caller; `undefined`: none. */
const credentials = new Map<string, string | undefined>();
let platform: PlatformProcess;
let atlas: AtlasClient;
let roads: Roads;

/** Callers whose credential is not worth anything any more, though they have every right. */
const GONE = ["no credential", "disabled user", "revoked key", "expired key", "expired token", "ended session"];
const CALLERS = [...EVERY_ROLE.map(nameOf), ...GONE];
const REFUSED_FOR_ACCESS: readonly (Reason | undefined)[] = [
  Reason.NOT_SIGNED_IN,
  Reason.NOT_ALLOWED,
  Reason.UNKNOWN_ACCOUNT,
];

beforeAll(async () => {
  platform = await startPlatformProcess({ folder });
  atlas = atlasClient(platform.url, platform.key);
  roads = openRoads(platform.url);
  for (const file of await contractFiles()) {
    for (const service of file.services) {
      for (const method of service.methods)
        methods.set(`${service.typeName.replace(/^atlas\./, "")}/${method.name}`, method);
    }
  }
  for (const accountId of [OWN, FOREIGN]) await atlas.accounts.createAccount({ requestId: requestId(), accountId });
  for (const role of EVERY_ROLE) {
    const isGranted = role !== undefined && GRANTED.includes(role);
    const grants = isGranted ? [{ accountId: OWN, role }] : [];
    const made = await makeUser(atlas, `user ${nameOf(role)}`, isGranted || role === undefined ? [] : [role], grants);
    credentials.set(nameOf(role), made.secret);
  }
  await makeGone();
});

afterAll(async () => {
  roads?.close();
  atlas?.close();
  await platform?.stop();
  removeFolder(folder);
});

function nameOf(role: Role | undefined): string {
  return Object.entries(Role).find(([, value]) => value === role)?.[0] ?? "no role";
}

async function makeGone(): Promise<void> {
  const everything = [Role.ADMIN, Role.OPERATOR];
  const grants = [{ accountId: OWN, role: Role.TRADER }];
  const disabled = await makeUser(atlas, "disabled", everything, grants);
  await atlas.identity.disableUser({ userId: "disabled" });
  await makeUser(atlas, "gone", everything, grants);
  const revoked = await makeKey(atlas, "gone");
  await atlas.identity.revokeApiKey({ keyId: revoked.keyId });
  const brief = await makeKey(atlas, "gone", 1_500);
  const token = await signInByLink(atlas, "gone");
  const ended = await signInByLink(atlas, "gone");
  const session = atlasClient(platform.url, ended);
  await session.identity.logOut({});
  session.close();
  credentials.set("no credential", undefined);
  credentials.set("disabled user", disabled.secret);
  credentials.set("revoked key", revoked.secret);
  credentials.set("expired key", brief.secret);
  credentials.set("expired token", expired(token, folder));
  credentials.set("ended session", ended);
  await until("a key expires", async () => {
    const client = atlasClient(platform.url, brief.secret);
    const answer = await client.identity.whoAmI({}).catch(ConnectError.from);
    client.close();
    return answer instanceof ConnectError;
  });
}

/** What became of a call: why it was refused, or that access was given, whatever else was wrong with it. */
async function outcomeOf(
  method: DescMethod,
  transport: Transport,
  accountId: string,
): Promise<Reason | "access" | "absent"> {
  const message = create(method.input, requestOf(method, accountId) as MessageInitShape<typeof method.input>);
  const abort = new AbortController();
  try {
    if (method.methodKind === "unary") {
      await transport.unary(method as never, abort.signal, 20_000, undefined, message as never);
    } else {
      const input = endless(message, method.methodKind === "bidi_streaming", abort.signal);
      const response = await transport.stream(method as never, abort.signal, 20_000, undefined, input as never);
      await response.message[Symbol.asyncIterator]().next();
    }
    return "access";
  } catch (error) {
    const { code } = ConnectError.from(error);
    const reason = refusalOf(error)?.reason;
    if (code === Code.Unimplemented) return "absent";
    if (reason === undefined || code === Code.Internal) throw error;
    return REFUSED_FOR_ACCESS.includes(reason) ? reason : "access";
  } finally {
    abort.abort();
  }
}

/** A request that names the account and otherwise changes nothing: it is empty, or reads. */
function requestOf(method: DescMethod, accountId: string): object {
  if (method.name === "Trade") return { clientSequence: 1n, request: { case: "open", value: { accountId } } };
  if (method.name === "Subscribe") {
    return { subscriptions: [{ subscriptionId: "s", channel: Channel.BALANCES, accountId }] };
  }
  return method.input.fields.some((field) => field.name === "account_id") ? { accountId } : {};
}

async function* endless(message: Message, isOpen: boolean, signal: AbortSignal): AsyncIterable<Message> {
  yield* createAsyncIterable([message]);
  if (isOpen) await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
}

function expectationOf(
  caller: string,
  way: keyof typeof WAYS,
  account: string,
  accountId: string,
): Reason | "access" | "absent" {
  if (way === "PLATFORM") return "absent";
  if (way === "ANYBODY") return "access";
  if (GONE.includes(caller)) return Reason.NOT_SIGNED_IN;
  const role = EVERY_ROLE.find((one) => nameOf(one) === caller);
  return expectedReason(way, account, role, accountId) ?? "access";
}

describe("I26: every method x role x own and foreign account, over sockets, by every protocol", () => {
  test.each(CALLERS)("%s", async (caller) => {
    const differences: string[] = [];
    for (const [index, [name, way, account = ""]] of ROLE_TABLE.entries()) {
      const method = methods.get(name) as DescMethod;
      const usable = method.methodKind === "bidi_streaming" ? roads.duplex : roads.all;
      for (const accountId of account === "" ? [OWN] : [OWN, FOREIGN]) {
        // Each caller takes the roads in another order: together they try every method on every one.
        const road = usable[(index + CALLERS.indexOf(caller)) % usable.length] as Roads["all"][number];
        const outcome = await outcomeOf(method, road.transport(credentials.get(caller)), accountId);
        const expected = expectationOf(caller, way, account, accountId);
        if (outcome !== expected)
          differences.push(`${name} of ${accountId} by ${road.name}: ${outcome}, not ${expected}`);
      }
    }
    expect(differences).toEqual([]);
  });

  test("the platform is up, and said nothing of a defect", async () => {
    expect((await fetch(`${platform.url}/readyz`)).status).toBe(200);
    expect(platform.said().stderr).toBe("");
  });
});
