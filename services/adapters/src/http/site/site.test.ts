import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type HttpEdge, openHttpEdge } from "../edge.ts";
import { absentSite, readSite, type Site } from "./site.ts";

const PAGE = "<!doctype html><title>Desk</title><script src=/_app/immutable/start.Ab12.js></script>\n";
const SCRIPT = `${"export const price = '50000.00';\n".repeat(100)}`;
const HTML = { accept: "text/html,application/xhtml+xml,*/*;q=0.8" };
const START = "/_app/immutable/start.Ab12.js";

const parent = mkdtempSync(join(tmpdir(), "atlas-site-"));
const folder = join(parent, "build");
let edge: HttpEdge;

beforeAll(async () => {
  write("index.html", PAGE);
  write("_app/immutable/start.Ab12.js", SCRIPT);
  write("_app/version.json", "{}");
  write("theme.js", SCRIPT);
  write("font.woff2", SCRIPT);
  write("strange.zzz", SCRIPT);
  writeFileSync(join(parent, "cli.key"), "secret");
  symlinkSync(join(parent, "cli.key"), join(folder, "linked.txt"));
  symlinkSync(parent, join(folder, "linked"));
  edge = await open(readSite(folder) as Site);
});

afterAll(async () => {
  await edge.close(0);
  rmSync(parent, { recursive: true, force: true });
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

function open(site: Site): Promise<HttpEdge> {
  const plain = { "/livez": () => ({ status: 200, contentType: "text/plain", body: "alive\n" }) };
  return openHttpEdge({ host: "127.0.0.1", port: 0, handlers: [], plain, site });
}

interface Got {
  readonly status: number;
  readonly header: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** Sends the path as it is: `fetch` would tidy it. */
function get(path: string, headers: Record<string, string> = {}, method = "GET", from = edge): Promise<Got> {
  return new Promise((resolve, reject) => {
    const call = httpRequest(
      { host: "127.0.0.1", port: from.port, path, method, headers, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, header: response.headers, body: Buffer.concat(chunks) }),
        );
      },
    );
    call.on("error", reject);
    call.end();
  });
}

describe("a file", () => {
  const files: readonly [path: string, type: string, cache: string][] = [
    ["/", "text/html; charset=utf-8", "no-cache"],
    ["/?from=link", "text/html; charset=utf-8", "no-cache"],
    ["/index.html", "text/html; charset=utf-8", "no-cache"],
    [START, "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"],
    ["/theme.js", "text/javascript; charset=utf-8", "no-cache"],
    ["/_app/version.json", "application/json", "no-cache"],
    ["/font.woff2", "font/woff2", "no-cache"],
    ["/strange.zzz", "application/octet-stream", "no-cache"],
  ];
  test.each(files)(
    "%s is %s, kept as %s, and may do nothing but what a page of ours does",
    async (path, type, cache) => {
      const { status, header } = await get(path);
      expect(status).toBe(200);
      expect(header).toMatchObject({
        "content-type": type,
        "cache-control": cache,
        "content-security-policy":
          "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
          "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
      });
    },
  );

  test("HEAD tells of it what GET does, without it", async () => {
    const [whole, head] = [await get(START), await get(START, {}, "HEAD")];
    expect(head.body.length).toBe(0);
    expect({ ...head.header, date: "" }).toEqual({ ...whole.header, date: "" });
  });

  test("takes no POST", async () => {
    expect((await get("/", {}, "POST")).status).toBe(405);
    expect((await get("/nowhere", {}, "POST")).status).toBe(404);
  });

  test("stands behind what is not of the site", async () => {
    expect((await get("/livez", HTML)).body.toString()).toBe("alive\n");
  });
});

describe("compression", () => {
  const rows: readonly [accepts: string, path: string, encoding: string | undefined][] = [
    ["gzip, deflate, br, zstd", START, "br"],
    ["BR", START, "br"],
    ["gzip", START, "gzip"],
    ["br;q=0, gzip;q=0.5", START, "gzip"],
    ["br;q=0.0", START, undefined],
    ["deflate", START, undefined],
    ["", START, undefined],
    ["br", "/", undefined],
    ["br", "/font.woff2", undefined],
  ];
  test.each(rows)("%j of %s: %s", async (accepts, path, encoding) => {
    const { header, body } = await get(path, { "accept-encoding": accepts });
    expect([header["content-encoding"], header.vary]).toEqual([encoding, "accept-encoding"]);
    expect(header["content-length"]).toBe(String(body.length));
    if (encoding === "br") expect(brotliDecompressSync(body).toString()).toBe(SCRIPT);
    if (encoding === "gzip") expect(gunzipSync(body).toString()).toBe(SCRIPT);
  });
});

describe("who has a file already", () => {
  test("is not sent it again; another encoding, or another content, is another file", async () => {
    const etag = async (accepts: string, path = START) => {
      const { header } = await get(path, { "accept-encoding": accepts });
      return String(header.etag);
    };
    const etags = [await etag(""), await etag("br"), await etag("gzip"), await etag("", "/")];
    expect(new Set(etags).size).toBe(4);
    const rows: readonly [held: string, accepts: string, status: number][] = [
      [etags[1] as string, "br", 304],
      [`W/${etags[1]}`, "br", 304],
      [`"other", ${etags[1]}`, "br", 304],
      ["*", "br", 304],
      [etags[0] as string, "br", 200],
      [etags[1] as string, "", 200],
      ['"other"', "br", 200],
    ];
    for (const [held, accepts, status] of rows) {
      const got = await get(START, { "if-none-match": held, "accept-encoding": accepts });
      expect([got.status, got.body.length === 0], held).toEqual([status, status === 304]);
      expect(got.header["content-security-policy"]).toBeDefined();
    }
  });
});

describe("what is not there", () => {
  const pages = [
    "/login",
    "/trade/BTC-USD",
    "/a.b",
    "/../cli.key",
    "/%2e%2e/cli.key",
    "/linked.txt",
    "/linked/cli.key",
  ];
  test.each(pages)("%s: a person gets the page, whose script tells what to show", async (path) => {
    const { status, body, header } = await get(path, HTML);
    expect([status, body.toString(), header["cache-control"]]).toEqual([200, PAGE, "no-cache"]);
  });

  const nothing: readonly [string, Record<string, string>][] = [
    ["/login", {}],
    ["/old.js", { accept: "*/*" }],
    ["/_app/immutable/old.js", HTML],
    ["/../cli.key", {}],
    ["/_app/../../cli.key", {}],
    ["/%2e%2e%2fcli.key", {}],
    ["/..\\cli.key", {}],
    ["//cli.key", {}],
    [join(parent, "cli.key"), {}],
    ["/linked.txt", {}],
    ["/linked/cli.key", {}],
    ["/index.html/", {}],
    ["/constructor", {}],
  ];
  test.each(nothing)("%s %o: a program gets 404", async (path, header) => {
    const { status, body } = await get(path, header);
    expect([status, body.toString()]).toEqual([404, "nothing here\n"]);
  });

  test("without a site, a person is told so wherever it looks", async () => {
    expect(readSite(join(parent, "nowhere"))).toBeUndefined();
    const empty = await open(absentSite("Build it."));
    for (const [path, header] of [
      ["/", {}],
      ["/", HTML],
      ["/login", HTML],
    ] as const) {
      const { status, body, header: answered } = await get(path, header, "GET", empty);
      expect([status, body.toString()]).toEqual([404, "Build it.\n"]);
      expect(answered["content-type"]).toBe("text/plain; charset=utf-8");
    }
    expect((await get("/x.js", {}, "GET", empty)).body.toString()).toBe("nothing here\n");
    await empty.close(0);
  });
});
