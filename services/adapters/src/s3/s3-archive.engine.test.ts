import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type S3, startS3 } from "@atlas/engines/s3";
import { archiveSuite } from "@atlas/platform/contract-suite/archive-suite";
import { ArchiveUnavailable } from "@atlas/platform/ports/archive";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectRetentionCommand,
  ListObjectVersionsCommand,
  type ObjectLockRetentionMode,
  PutObjectCommand,
  PutObjectRetentionCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { BucketUnfit, openS3Archive, readS3Archive, type S3Archive } from "./s3-archive.ts";

const folder = mkdtempSync(join(tmpdir(), "atlas-s3-"));
let s3: S3;
let opened = 0;
const archives: S3Archive[] = [];

beforeAll(async () => {
  s3 = await startS3({ folder });
});
afterAll(async () => {
  for (const archive of archives) archive.close();
  await s3?.process.kill();
  rmSync(folder, { recursive: true, force: true });
});

function access() {
  const { endpoint, region, accessKeyId, secretAccessKey } = s3;
  return { endpoint, region, credentials: { accessKeyId, secretAccessKey } };
}

async function openArchive(bucket: string): Promise<S3Archive> {
  const archive = await openS3Archive({ ...access(), bucket, retentionDays: 1, prefix: "platform/" });
  archives.push(archive);
  return archive;
}

archiveSuite("S3", () => {
  opened += 1;
  return openArchive(`suite-${opened}`);
});

test("a bucket that stands is not made again: who may not make any can use it", async () => {
  await openArchive("standing");
  const sent = vi.spyOn(S3Client.prototype, "send");
  await openArchive("standing");
  expect(sent.mock.calls.filter(([command]) => command instanceof CreateBucketCommand)).toEqual([]);
  sent.mockRestore();
  await Promise.all(["both", "both", "both"].map(openArchive));
});

test("I24: what is kept is locked: neither removed nor hidden nor replaced, whatever an administrator does", async () => {
  const archive = await openArchive("locked");
  const [Bucket, Key] = ["locked", "platform/a/1"];
  await archive.create("a/1", Uint8Array.of(1));
  const administrator = new S3Client({ ...access(), forcePathStyle: true });
  const { Versions } = await administrator.send(new ListObjectVersionsCommand({ Bucket }));
  const remove = new DeleteObjectCommand({
    Bucket,
    Key,
    VersionId: Versions?.[0]?.VersionId,
    BypassGovernanceRetention: true,
  });
  await expect(administrator.send(remove)).rejects.toThrow();
  await administrator.send(new PutObjectCommand({ Bucket, Key, Body: Uint8Array.of(2) }));
  expect(await archive.read("a/1")).toEqual(Uint8Array.of(1));
  await administrator.send(new DeleteObjectCommand({ Bucket, Key }));
  expect(await archive.read("a/1")).toEqual(Uint8Array.of(1));
  expect(await archive.list({ prefix: "", limit: 10 })).toEqual(["a/1"]);
  expect(await archive.create("a/1", Uint8Array.of(3))).toBe(false);
  expect(await archive.create("a/1", Uint8Array.of(1))).toBe(true);
  administrator.destroy();
});

test("I24: an object's retention is neither shortened nor loosened, by who may pass over rules either", async () => {
  const archive = await openArchive("retained");
  const [Bucket, Key] = ["retained", "platform/a/1"];
  await archive.create("a/1", Uint8Array.of(1));
  const administrator = new S3Client({ ...access(), forcePathStyle: true });
  const { Versions } = await administrator.send(new ListObjectVersionsCommand({ Bucket }));
  const object = { Bucket, Key, VersionId: Versions?.[0]?.VersionId };
  const put = (Mode: ObjectLockRetentionMode, hours: number) => {
    const Retention = { Mode, RetainUntilDate: new Date(Date.now() + hours * 3_600_000) };
    return administrator.send(new PutObjectRetentionCommand({ ...object, Retention, BypassGovernanceRetention: true }));
  };
  const before = await administrator.send(new GetObjectRetentionCommand(object));
  expect(before.Retention?.Mode).toBe("COMPLIANCE");
  await expect(put("COMPLIANCE", 1)).rejects.toThrow();
  await expect(put("GOVERNANCE", 48)).rejects.toThrow();
  const after = await administrator.send(new GetObjectRetentionCommand(object));
  expect(after.Retention).toEqual(before.Retention);
  expect(await archive.read("a/1")).toEqual(Uint8Array.of(1));
  administrator.destroy();
});

test("an archive that is only read makes no bucket", async () => {
  const { endpoint, region, credentials } = access();
  const archive = readS3Archive({ endpoint, region, credentials, bucket: "nowhere" });
  archives.push(archive);
  await expect(archive.list({ prefix: "", limit: 1 })).rejects.toThrow(ArchiveUnavailable);
  await openArchive("somewhere");
  const other = readS3Archive({ endpoint, region, credentials, bucket: "somewhere", prefix: "platform/" });
  archives.push(other);
  expect(await other.list({ prefix: "", limit: 1 })).toEqual([]);
});

test("a bucket without Object Lock is refused", async () => {
  const administrator = new S3Client({ ...access(), forcePathStyle: true });
  await administrator.send(new CreateBucketCommand({ Bucket: "plain" }));
  administrator.destroy();
  await expect(openArchive("plain")).rejects.toThrow(BucketUnfit);
});

test("while the server is away everything says so; killed hard it has lost nothing that was acknowledged", async () => {
  const archive = await openArchive("away");
  for (let number = 0; number < 20; number += 1) await archive.create(`a/${number}`, Uint8Array.of(number));
  await s3.process.kill();
  await expect(archive.create("a/21", Uint8Array.of(1))).rejects.toThrow(ArchiveUnavailable);
  await expect(archive.read("a/1")).rejects.toThrow(ArchiveUnavailable);
  await expect(archive.list({ prefix: "", limit: 1 })).rejects.toThrow(ArchiveUnavailable);
  await expect(openArchive("away")).rejects.toThrow(ArchiveUnavailable);
  await s3.process.start();
  for (let number = 0; number < 20; number += 1)
    expect(await archive.read(`a/${number}`)).toEqual(Uint8Array.of(number));
});
