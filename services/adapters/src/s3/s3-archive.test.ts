import { ArchiveUnavailable } from "@atlas/platform/ports/archive";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openS3Archive, type S3Archive } from "./s3-archive.ts";
import { FakeS3 } from "./testing/fake-s3.ts";

let s3: FakeS3;
let archive: S3Archive;

beforeEach(async () => {
  s3 = await new FakeS3().listen();
  const credentials = { accessKeyId: "id", secretAccessKey: "secret" };
  const server = { endpoint: s3.endpoint, region: "eu-central-1", credentials };
  archive = await openS3Archive({ ...server, bucket: "atlas", retentionDays: 1, prefix: "platform/" });
});
afterEach(() => {
  archive.close();
  s3.close();
});

function putsOf(key: string): number {
  return s3.asked.filter((asked) => asked === `PUT ${key}`).length;
}

test("F18: a 503 SlowDown in between is asked again, and nobody hears of it", async () => {
  let left = 1;
  s3.fault = (method) => (method === "PUT" && left-- > 0 ? "SlowDown" : undefined);
  expect(await archive.create("a/1", Uint8Array.of(1))).toBe(true);
  expect(await archive.read("a/1")).toEqual(Uint8Array.of(1));
  expect(putsOf("platform/a/1")).toBe(2);
});

test("F18: a server that goes on answering 503 SlowDown is away, by that name, and later is not", async () => {
  s3.fault = () => "SlowDown";
  const refused = [
    archive.create("a/1", Uint8Array.of(1)),
    archive.read("a/1"),
    archive.list({ prefix: "a/", limit: 1 }),
  ];
  for (const { reason } of (await Promise.allSettled(refused)) as PromiseRejectedResult[]) {
    expect(reason).toBeInstanceOf(ArchiveUnavailable);
    expect(reason.message).toContain("SlowDown");
  }
  expect(putsOf("platform/a/1")).toBe(3);
  s3.fault = () => undefined;
  expect(await archive.create("a/1", Uint8Array.of(1))).toBe(true);
  expect(await archive.list({ prefix: "a/", limit: 1 })).toEqual(["a/1"]);
});

test("F18: AccessDenied on one object is told by that name, is not asked again at once, and says nothing of the others", async () => {
  s3.fault = (method, key) => (method === "PUT" && key === "platform/a/1" ? "AccessDenied" : undefined);
  const denied = await archive.create("a/1", Uint8Array.of(1)).catch((error: Error) => error);
  expect(denied).toBeInstanceOf(ArchiveUnavailable);
  expect((denied as Error).message).toContain("AccessDenied");
  expect(putsOf("platform/a/1")).toBe(1);
  expect(await archive.create("a/2", Uint8Array.of(2))).toBe(true);
});
