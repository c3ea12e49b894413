import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { Reason, RefusalSchema } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { fromBinary } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSubscription } from "./testing/open-streams.ts";
import {
  newFolder,
  type PlatformProcess,
  removeFolder,
  spawnAtlas,
  startPlatformProcess,
} from "./testing/platform-process.ts";
import { type RawAnswer, rawCall, rawCall2 } from "./testing/raw-call.ts";
import { openRoads, type Road } from "./testing/roads.ts";
import { until } from "./testing/users.ts";

const SERVICE = "/atlas.identity.v1.IdentityService/";
const PAGE = '<!doctype html><title>Atlas</title><script src="/_app/immutable/start.x1.js"></script>\n';
const START = "/_app/immutable/start.x1.js";
const PERSON = { accept: "text/html" };
const COOKIE =
  /^atlas_refresh_\d+=(s[\w-]{22}\.[\w-]{43}); Path=\/atlas\.identity\.v1\.IdentityService\/; Max-Age=604800; HttpOnly; SameSite=Strict$/;
const CLEARED =
  /^atlas_refresh_\d+=; Path=\/atlas\.identity\.v1\.IdentityService\/; Max-Age=0; HttpOnly; SameSite=Strict$/;

const folder = newFolder("way-in");
const site = join(folder, "site");
let platform: PlatformProcess;

beforeAll(async () => {
  mkdirSync(join(site, "_app", "immutable"), { recursive: true });
  writeFileSync(join(site, "index.html"), PAGE);
  writeFileSync(join(site, START), "document.title = 'Desk';\n");
  platform = await startPlatformProcess({ folder: join(folder, "data"), args: ["--console", site] });
});

afterAll(async () => {
  await platform.kill();
  removeFolder(folder);
});

interface Sent {
  readonly body?: object;
  readonly cookie?: string;
  /** Absent: the platform's own page. `""`: none. */
  readonly origin?: string;
  readonly accessToken?: string;
  readonly http2?: boolean;
}

/** Calls as a page does. */
function call(method: string, { body = {}, cookie, origin = platform.url, accessToken, http2 }: Sent = {}) {
  const header = {
    "content-type": "application/json",
    ...(origin === "" ? {} : { origin }),
    ...(cookie === undefined ? {} : { cookie: `theme=dark; atlas_refresh_${platform.port}=${cookie}` }),
    ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
  };
  const send = http2 === true ? rawCall2 : rawCall;
  return send({ url: platform.url, path: `${SERVICE}${method}`, header, body: JSON.stringify(body) });
}

function get(path: string, header: Record<string, string> = {}) {
  return rawCall({ url: platform.url, path, method: "GET", header });
}

interface Tokens {
  readonly accessToken: string;
  readonly accessExpireTime: string;
  readonly refreshExpireTime: string;
  readonly refreshToken?: string;
}

function tokensOf(answer: RawAnswer): Tokens {
  expect(answer.status, answer.body.toString()).toBe(200);
  return JSON.parse(answer.body.toString()).tokens;
}

/** Why it was refused, and with which status of HTTP. */
function refusedWith({ status, body }: RawAnswer): [number, Reason] {
  const [detail] = JSON.parse(body.toString()).details;
  return [status, fromBinary(RefusalSchema, Buffer.from(detail.value, "base64")).reason];
}

function cookieOf({ header }: RawAnswer): string {
  expect(header["set-cookie"]).toMatch(COOKIE);
  return COOKIE.exec(header["set-cookie"] ?? "")?.[1] ?? "";
}

async function newLink(): Promise<string> {
  const answer = await call("CreateLoginLink", { accessToken: platform.key, origin: "" });
  return JSON.parse(answer.body.toString()).token;
}

const redeem = (token: string, sent: Sent = {}) =>
  call("RedeemLoginLink", { ...sent, body: { token, refreshCookie: true } });

async function signIn() {
  const answer = await redeem(await newLink());
  return { cookie: cookieOf(answer), accessToken: tokensOf(answer).accessToken };
}

/** Everything that comes back for a path sent as it is: a client would tidy it. */
async function rawPath(path: string): Promise<string> {
  const socket = connect(platform.port, "127.0.0.1");
  socket.end(`GET ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
  return text(socket);
}

const whoAmI = async (accessToken: string) => (await call("WhoAmI", { accessToken })).status;

describe("the way in", () => {
  test("atlas start prints a link that signs in once", async () => {
    const link = () => /^ {2}(http:\S+)\/login#([\w-]{43})$/m.exec(platform.said().stdout);
    await until("the link is printed", () => link() !== null);
    const [, address, token = ""] = link() ?? [];
    expect(address).toBe(platform.url);
    expect((await get("/login", PERSON)).body.toString()).toBe(PAGE);
    const answer = await redeem(token);
    const tokens = tokensOf(answer);
    expect(await whoAmI(tokens.accessToken)).toBe(200);
    const again = await redeem(token);
    expect(refusedWith(again)).toEqual([400, Reason.SPENT]);
    expect(again.header["set-cookie"]).toBeUndefined();
  });

  test("atlas keys login-link prints another", async () => {
    const settings = { ATLAS_URL: platform.url, ATLAS_DATA: platform.folder };
    const { code, stdout } = await spawnAtlas(["keys", "login-link"], settings).ended;
    expect(code).toBe(0);
    const [, token = ""] = /\/login#([\w-]{43})\b/.exec(stdout) ?? [];
    expect(stdout).toContain(`${platform.url}/login#${token}`);
    tokensOf(await redeem(token));
  });

  test("the refresh token is in the cookie and nowhere else; without being asked, in the answer and no cookie", async () => {
    const answer = await redeem(await newLink());
    const cookie = cookieOf(answer);
    expect(Object.keys(tokensOf(answer)).sort()).toEqual(["accessExpireTime", "accessToken", "refreshExpireTime"]);
    expect(answer.body.toString()).not.toContain(cookie);
    expect(answer.header["cache-control"]).toBe("no-store");
    const asked = await call("RedeemLoginLink", { body: { token: await newLink() }, origin: "" });
    expect(tokensOf(asked).refreshToken).toMatch(/^[\w-]{43}$/);
    expect(asked.header["set-cookie"]).toBeUndefined();
  });

  test("behind https the cookie goes no other way", async () => {
    const body = JSON.stringify({ token: await newLink(), refreshCookie: true });
    const header = { "content-type": "application/json", host: "atlas.example", origin: "https://atlas.example" };
    const answer = await rawCall({ url: platform.url, path: `${SERVICE}RedeemLoginLink`, header, body });
    expect(answer.header["set-cookie"]).toMatch(/; HttpOnly; SameSite=Strict; Secure$/);
  });
});

describe.each([
  ["HTTP/1.1", false],
  ["HTTP/2", true],
])("a cookie that no page of ours sends, by %s", (_version, http2) => {
  test.each(["", "null", "https://evil.example", "http://127.0.0.1:1"])("origin %j is refused", async (origin) => {
    const [link, { cookie }] = [await newLink(), await signIn()];
    const foreign = { origin, http2 };
    expect(refusedWith(await redeem(link, foreign))).toEqual([403, Reason.FOREIGN_ORIGIN]);
    const refused = await call("RefreshToken", { ...foreign, cookie });
    expect(refusedWith(refused)).toEqual([403, Reason.FOREIGN_ORIGIN]);
    expect(refused.header["set-cookie"]).toBeUndefined();
    tokensOf(await call("RefreshToken", { cookie, http2 }));
    tokensOf(await redeem(link, { http2 }));
  });
});

describe("refreshing", () => {
  test("by GET is refused", async () => {
    const { cookie } = await signIn();
    const header = { origin: platform.url, cookie: `atlas_refresh_${platform.port}=${cookie}` };
    const query = "?connect=v1&encoding=json&message=%7B%7D";
    const answer = await get(`${SERVICE}RefreshToken${query}`, header);
    expect([answer.status, answer.header["set-cookie"]]).toEqual([405, undefined]);
    tokensOf(await call("RefreshToken", { cookie }));
  });

  test("needs the cookie", async () => {
    expect(refusedWith(await call("RefreshToken"))).toEqual([401, Reason.NOT_SIGNED_IN]);
  });

  test("rotates: each cookie works once, for the next pair", async () => {
    let { cookie } = await signIn();
    const seen = new Set([cookie]);
    for (let turn = 0; turn < 5; turn++) {
      const answer = await call("RefreshToken", { cookie });
      const tokens = tokensOf(answer);
      expect(tokens.refreshToken).toBeUndefined();
      expect(await whoAmI(tokens.accessToken)).toBe(200);
      cookie = cookieOf(answer);
      seen.add(cookie);
    }
    expect(seen.size).toBe(6);
  });

  test("D23: a spent cookie ends the family: the one in use, its access token, and that token's stream", async () => {
    const { cookie: spent } = await signIn();
    const answer = await call("RefreshToken", { cookie: spent });
    const { accessToken } = tokensOf(answer);
    const roads = openRoads(platform.url);
    const [road] = roads.all as [Road];
    const stream = openSubscription("desk", road.transport(accessToken), "demo");
    await until("the stream is open", () => stream.messages.length > 0);
    const reused = await call("RefreshToken", { cookie: spent });
    expect(refusedWith(reused)).toEqual([401, Reason.TOKEN_REUSED]);
    expect(reused.header["set-cookie"]).toMatch(CLEARED);
    await until("the stream has ended", () => stream.ended !== undefined);
    roads.close();
    expect(stream.ended?.code).toBe(Code.Unauthenticated);
    expect(await whoAmI(accessToken)).toBe(401);
    const rest = await call("RefreshToken", { cookie: cookieOf(answer) });
    expect(refusedWith(rest)).toEqual([401, Reason.NOT_SIGNED_IN]);
    expect(rest.header["set-cookie"]).toMatch(CLEARED);
  });
});

test("logging out ends the session and clears the cookie", async () => {
  const { cookie, accessToken } = await signIn();
  const answer = await call("LogOut", { accessToken, cookie });
  expect([answer.status, answer.header["set-cookie"]]).toEqual([200, expect.stringMatching(CLEARED)]);
  expect(await whoAmI(accessToken)).toBe(401);
  expect(refusedWith(await call("RefreshToken", { cookie }))).toEqual([401, Reason.NOT_SIGNED_IN]);
});

describe("the console at /", () => {
  test("comes with a policy that lets it run and call what is here, and nothing else", async () => {
    const { status, header, body } = await get("/", PERSON);
    expect([status, body.toString()]).toEqual([200, PAGE]);
    expect(header).toMatchObject({
      "content-security-policy":
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
        "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      "x-content-type-options": "nosniff",
      "cache-control": "no-cache",
    });
  });

  test("is asked for again only where it may have changed", async () => {
    expect((await get(START)).header["cache-control"]).toBe("public, max-age=31536000, immutable");
    const { header } = await get("/");
    const again = await get("/", { "if-none-match": header.etag ?? "" });
    expect([again.status, again.body.length]).toEqual([304, 0]);
  });

  test("answers every address of a person, and gives nothing from outside its folder", async () => {
    expect((await get("/trade/BTC-USD", PERSON)).body.toString()).toBe(PAGE);
    expect((await get("/old.js")).status).toBe(404);
    expect((await get("/_app/immutable/old.js", PERSON)).status).toBe(404);
    for (const path of ["/../data/cli.key", "/%2e%2e/data/cli.key", "/..%2fdata/cli.key", "//data/cli.key"]) {
      const answer = await rawPath(path);
      expect([answer.includes(platform.key), answer.slice(0, 12)], path).toEqual([false, "HTTP/1.1 404"]);
    }
  });
});

test("a cookie outlives a restart; a platform without a console says how to build it", async () => {
  const { cookie } = await signIn();
  await platform.stop();
  rmSync(join(site, "index.html"));
  const args = ["--console", site];
  platform = await startPlatformProcess({ folder: platform.folder, port: platform.port, args });
  tokensOf(await call("RefreshToken", { cookie }));
  const answer = await get("/login", PERSON);
  expect([answer.status, answer.body.toString()]).toEqual([
    404,
    "The console is not built here: stop Atlas and start it by npm start, which builds it.\n",
  ]);
  await until("the start says so", () => platform.said().stdout.includes("It has no console"));
});
