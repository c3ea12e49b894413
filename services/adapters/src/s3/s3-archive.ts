import {
  type Archive,
  type ArchiveList,
  ArchiveUnavailable,
  checkName,
  checkObject,
  LIST_NAMES,
} from "@atlas/platform/ports/archive";
import {
  CreateBucketCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from "@aws-sdk/client-s3";

export interface S3ArchiveOptions {
  readonly bucket: string;
  /** Days for which nobody can remove an object or shorten this. */
  readonly retentionDays: number;
  /** Of a server that is not Amazon's. */
  readonly endpoint?: string;
  /** Absent, like the credentials: found as the AWS SDK does, by environment, profile, role of the machine. */
  readonly region?: string;
  readonly credentials?: S3ClientConfig["credentials"];
  /** In front of every name, with its slash; default none. */
  readonly prefix?: string;
}

export interface S3Archive extends Archive {
  close(): void;
}

/** A bucket that would let objects be changed or removed. */
export class BucketUnfit extends Error {
  override name = "BucketUnfit";
}

/** Milliseconds that a request may take: an object may have many megabytes. */
const REQUEST = 60_000;
const ATTEMPTS = 3;
const DAY = 86_400_000;

/**
 * Opens the archive in a bucket with versions and Object Lock, which is made when it is missing. Rejects with `BucketUnfit`
 * when one stands without them, and with `ArchiveUnavailable`.
 */
export async function openS3Archive(options: S3ArchiveOptions): Promise<S3Archive> {
  const client = clientOf(options);
  try {
    await prepareBucket(client, options.bucket);
  } catch (error) {
    client.destroy();
    throw error instanceof BucketUnfit ? error : unavailable(error);
  }
  return new BucketArchive(client, options);
}

/** The archive in a bucket as it is, to read only: nothing is asked of the bucket but its objects. */
export function readS3Archive(options: Omit<S3ArchiveOptions, "retentionDays">): S3Archive {
  return new BucketArchive(clientOf(options), { ...options, retentionDays: 1 });
}

function clientOf({ endpoint, region, credentials }: Omit<S3ArchiveOptions, "retentionDays">): S3Client {
  return new S3Client({
    endpoint,
    region,
    credentials,
    forcePathStyle: endpoint !== undefined,
    maxAttempts: ATTEMPTS,
  });
}

/** Makes the bucket if there is none; who may not make any can use one that stands. */
async function prepareBucket(client: S3Client, bucket: string): Promise<void> {
  const inTime = () => ({ abortSignal: AbortSignal.timeout(REQUEST) });
  const askLock = () => client.send(new GetObjectLockConfigurationCommand({ Bucket: bucket }), inTime());
  const lock = await askLock()
    .catch(async (error: Error) => {
      if (error.name !== "NoSuchBucket") throw error;
      await makeBucket(client, bucket);
      return askLock();
    })
    .catch((error: Error) => {
      if (error.name === "ObjectLockConfigurationNotFoundError") return undefined;
      throw error;
    });
  if (lock?.ObjectLockConfiguration?.ObjectLockEnabled !== "Enabled") {
    throw new BucketUnfit(`bucket ${bucket} has no Object Lock: it can only be switched on when a bucket is made`);
  }
  const versioning = await client.send(new GetBucketVersioningCommand({ Bucket: bucket }), inTime());
  if (versioning.Status !== "Enabled") throw new BucketUnfit(`bucket ${bucket} keeps no versions`);
}

/** Another process may have made it meanwhile. */
async function makeBucket(client: S3Client, bucket: string): Promise<void> {
  const command = new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: true });
  await client.send(command, { abortSignal: AbortSignal.timeout(REQUEST) }).catch((error: Error) => {
    if (!["BucketAlreadyOwnedByYou", "BucketAlreadyExists"].includes(error.name)) throw error;
  });
}

class BucketArchive implements S3Archive {
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #retention: number;

  constructor(client: S3Client, { bucket, retentionDays, prefix = "" }: S3ArchiveOptions) {
    this.#client = client;
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#retention = retentionDays * DAY;
  }

  async create(name: string, content: Uint8Array): Promise<boolean> {
    checkObject(name, content);
    try {
      await this.#client.send(
        new PutObjectCommand({
          Bucket: this.#bucket,
          Key: this.#prefix + name,
          Body: content,
          IfNoneMatch: "*",
          ObjectLockMode: "COMPLIANCE",
          ObjectLockRetainUntilDate: new Date(Date.now() + this.#retention),
        }),
        { abortSignal: AbortSignal.timeout(REQUEST) },
      );
    } catch (error) {
      if ((error as Error).name !== "PreconditionFailed") throw unavailable(error);
    }
    // One stands: this one, an earlier one, or one that somebody hid behind a mark of deletion. The first counts.
    const standing = await this.read(name);
    return standing !== undefined && Buffer.compare(standing, content) === 0;
  }

  async read(name: string): Promise<Uint8Array | undefined> {
    checkName(name);
    try {
      const VersionId = await this.#firstVersion(this.#prefix + name);
      if (VersionId === undefined) return undefined;
      const found = await this.#client.send(
        new GetObjectCommand({ Bucket: this.#bucket, Key: this.#prefix + name, VersionId }),
        { abortSignal: AbortSignal.timeout(REQUEST) },
      );
      return await found.Body?.transformToByteArray();
    } catch (error) {
      throw unavailable(error);
    }
  }

  /** By versions: a mark of deletion hides an object from every other list, and removes nothing. */
  async list({ prefix, after, limit }: ArchiveList): Promise<readonly string[]> {
    const names = new Set<string>();
    try {
      let marker = after === undefined ? undefined : this.#prefix + after;
      let version: string | undefined;
      for (let isMore = true; isMore && names.size < limit; ) {
        const page = await this.#versions(this.#prefix + prefix, marker, version);
        for (const { Key = "" } of page.Versions ?? []) {
          const name = Key.slice(this.#prefix.length);
          // Some servers begin with the marker itself.
          if (names.size < limit && name > (after ?? "")) names.add(name);
        }
        isMore = page.IsTruncated ?? false;
        [marker, version] = [page.NextKeyMarker, page.NextVersionIdMarker];
      }
    } catch (error) {
      throw unavailable(error);
    }
    return [...names];
  }

  close(): void {
    this.#client.destroy();
  }

  /** The oldest: versions of a key come newest first. */
  async #firstVersion(key: string): Promise<string | undefined> {
    let first: string | undefined;
    let [marker, version]: (string | undefined)[] = [];
    for (;;) {
      const page = await this.#versions(key, marker, version);
      const own = (page.Versions ?? []).filter(({ Key }) => Key === key);
      first = own.at(-1)?.VersionId ?? first;
      if (!page.IsTruncated || page.NextKeyMarker !== key) return first;
      marker = page.NextKeyMarker;
      version = page.NextVersionIdMarker;
    }
  }

  #versions(prefix: string, marker: string | undefined, version: string | undefined) {
    return this.#client.send(
      new ListObjectVersionsCommand({
        Bucket: this.#bucket,
        Prefix: prefix,
        KeyMarker: marker,
        VersionIdMarker: version,
        MaxKeys: LIST_NAMES,
      }),
      { abortSignal: AbortSignal.timeout(REQUEST) },
    );
  }
}

function unavailable(error: unknown): ArchiveUnavailable {
  const { name, message } = error as Error;
  return new ArchiveUnavailable(`${name}: ${message}`);
}
