import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { EngineProcess } from "./engine-process.ts";
import { fetchOnce } from "./fetch-once.ts";
import { freePort } from "./free-port.ts";
import { runTool } from "./tool.ts";

export const VERSITYGW_VERSION = "v1.8.0";

export interface S3Options {
  readonly folder: string;
  /** Default: a free one. */
  readonly port?: number;
}

/** versitygw: an S3 server with versions and Object Lock. */
export interface S3 {
  readonly endpoint: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly process: EngineProcess;
}

const REGION = "us-east-1";

export async function startS3({ folder, port }: S3Options): Promise<S3> {
  const program = await fetchS3();
  const chosen = port ?? (await freePort());
  for (const name of ["iam", "versions", "data"]) mkdirSync(join(folder, name), { recursive: true });
  const endpoint = `http://127.0.0.1:${chosen}`;
  const accessKeyId = "atlas";
  const secretAccessKey = randomBytes(16).toString("hex");
  const served = ["posix", "--versioning-dir", join(folder, "versions"), join(folder, "data")];
  const process = new EngineProcess({
    name: "versitygw",
    port: chosen,
    program,
    args: [
      "--port",
      `127.0.0.1:${chosen}`,
      "--health",
      "/health",
      "--iam-dir",
      join(folder, "iam"),
      "--quiet",
      ...served,
    ],
    env: { ROOT_ACCESS_KEY_ID: accessKeyId, ROOT_SECRET_ACCESS_KEY: secretAccessKey, VGW_REGION: REGION },
    log: join(folder, "versitygw.log"),
    ready: () => isHealthy(endpoint),
  });
  await process.start();
  return { endpoint, region: REGION, accessKeyId, secretAccessKey, process };
}

/** The program, compiled on this machine. */
export async function fetchS3(): Promise<string> {
  const folder = await fetchOnce(`versitygw-${VERSITYGW_VERSION}`, (unfinished) =>
    runTool("go", ["install", `github.com/versity/versitygw/cmd/versitygw@${VERSITYGW_VERSION}`], {
      env: { GOBIN: unfinished, GOFLAGS: "-buildvcs=false -p=2" },
    }),
  );
  return join(folder, "versitygw");
}

async function isHealthy(endpoint: string): Promise<boolean> {
  const answer = await fetch(`${endpoint}/health`).catch(() => undefined);
  await answer?.body?.cancel();
  return answer?.ok ?? false;
}
