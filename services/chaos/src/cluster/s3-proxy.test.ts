import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { LoopbackServer } from "@atlas/adapters/http/testing/loopback-server";
import { openS3Archive, type S3Archive } from "@atlas/adapters/s3/s3-archive";
import { FakeS3 } from "@atlas/adapters/s3/testing/fake-s3";
import { ArchiveUnavailable } from "@atlas/platform/ports/archive";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { S3Proxy } from "./s3-proxy.ts";

/** Tells what came, as it came. */
class Mirror extends LoopbackServer {
  asked = 0;

  protected serve({ method, url, headers }: IncomingMessage, body: Buffer, response: ServerResponse): void {
    this.asked += 1;
    const { host, authorization } = headers;
    response
      .writeHead(207, { "x-mirror": "yes" })
      .end(JSON.stringify({ method, url, host, authorization, body: `${body}` }));
  }
}

let proxy: S3Proxy;

beforeEach(async () => {
  proxy = await new S3Proxy().listen();
});
afterEach(() => proxy.close());

describe("a proxy before S3", () => {
  let mirror: Mirror;

  beforeEach(async () => {
    mirror = await new Mirror().listen();
    proxy.standBefore(mirror.endpoint);
  });
  afterEach(() => mirror.close());

  test("passes on what was asked, the host that its signature names among it, and what was answered", async () => {
    const answer = await fetch(`${proxy.endpoint}/b/a%201?versions`, {
      ...{ method: "PUT", body: "content", headers: { authorization: "signed" } },
    });
    expect([answer.status, answer.headers.get("x-mirror")]).toEqual([207, "yes"]);
    const host = new URL(proxy.endpoint).host;
    const came = { method: "PUT", url: "/b/a%201?versions", host, authorization: "signed", body: "content" };
    expect(await answer.json()).toEqual(came);
    expect(proxy.befallen.size).toBe(0);
  });

  test.each([
    ["SlowDown", 503],
    ["AccessDenied", 403],
  ] as const)("refuses with %s, status %i, and S3 hears nothing of it", async (fault, status) => {
    proxy.fault = () => fault;
    const answer = await fetch(`${proxy.endpoint}/b/a`, { method: "PUT", body: "content" });
    expect([answer.status, await answer.text()]).toEqual([status, expect.stringContaining(`<Code>${fault}</Code>`)]);
    expect([mirror.asked, proxy.befallen.get(fault)]).toEqual([0, 1]);
  });
});

test("who is gone in the middle of an upload is gone for S3, too", async () => {
  const s3 = createServer().listen(0, "127.0.0.1");
  await once(s3, "listening");
  proxy.standBefore(`http://127.0.0.1:${(s3.address() as AddressInfo).port}`);
  const client = connect(Number(new URL(proxy.endpoint).port), "127.0.0.1");
  client.write("PUT /b/a HTTP/1.1\r\nHost: s3\r\nContent-Length: 100\r\n\r\nhalf");
  const [taken] = (await once(s3, "connection")) as [Socket];
  const isGone = once(taken.resume(), "close");
  client.destroy();
  await isGone;
  s3.close();
});

describe("an archive behind a proxy", () => {
  let s3: FakeS3;
  let archive: S3Archive;

  beforeEach(async () => {
    s3 = await new FakeS3().listen();
    proxy.standBefore(s3.endpoint);
    const credentials = { accessKeyId: "id", secretAccessKey: "secret" };
    const server = { endpoint: proxy.endpoint, region: "eu-central-1", credentials };
    archive = await openS3Archive({ ...server, bucket: "atlas", retentionDays: 1 });
  });
  afterEach(() => {
    archive.close();
    s3.close();
  });

  test("F18: an object whose answer is lost stands, and is found to be the own one when it is stored again", async () => {
    let lost = 1;
    proxy.fault = (method) => (method === "PUT" && lost-- > 0 ? "answer lost" : undefined);
    expect(await archive.create("a/1", Uint8Array.of(1))).toBe(true);
    expect(s3.asked.filter((asked) => asked === "PUT a/1")).toHaveLength(2);
    expect(proxy.befallen).toEqual(new Map([["answer lost", 1]]));
  });

  test("F18: whose answers are all lost is away, though the object stands", async () => {
    proxy.fault = (method) => (method === "PUT" ? "answer lost" : undefined);
    await expect(archive.create("a/1", Uint8Array.of(1))).rejects.toThrow(ArchiveUnavailable);
    expect(await archive.read("a/1")).toEqual(Uint8Array.of(1));
  });

  test("F18: it is away while its server is", async () => {
    s3.close();
    await expect(archive.read("a/1")).rejects.toThrow(ArchiveUnavailable);
  });
});
