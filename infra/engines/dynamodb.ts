import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { EngineProcess } from "./engine-process.ts";
import { freePort } from "./free-port.ts";
import { JVM } from "./jvm.ts";
import { mavenJars } from "./maven-jars.ts";

export const DYNAMODB_VERSION = "2.6.1";
const PACKAGES = [{ group: "com.amazonaws", artifact: "DynamoDBLocal", version: DYNAMODB_VERSION }];

export interface DynamodbOptions {
  readonly folder: string;
  /** Default: a free one. */
  readonly port?: number;
  /**
   * Whether a restart finds what was there; default: yes. Much faster without. Killed hard, DynamoDB Local forgets what it
   * acknowledged last, as the real one never does: only an orderly end keeps everything.
   */
  readonly keeps?: boolean;
  /** How much it lets others go first, 0 (not at all, default) to 19. */
  readonly niceness?: number;
}

/** DynamoDB Local. Takes any credentials, and one region is as good as another. */
export interface Dynamodb {
  readonly endpoint: string;
  readonly process: EngineProcess;
}

/** The folder with its jars. */
export function fetchDynamodb(): Promise<string> {
  return mavenJars(`dynamodb-local-${DYNAMODB_VERSION}`, PACKAGES);
}

export async function startDynamodb({ folder, port, keeps = true, niceness = 0 }: DynamodbOptions): Promise<Dynamodb> {
  const jars = await fetchDynamodb();
  const chosen = port ?? (await freePort());
  mkdirSync(folder, { recursive: true });
  const endpoint = `http://127.0.0.1:${chosen}`;
  const kept = keeps ? ["-dbPath", folder] : ["-inMemory"];
  const server = ["com.amazonaws.services.dynamodbv2.local.main.ServerRunner", "-port", `${chosen}`];
  const process = new EngineProcess({
    name: "DynamoDB Local",
    port: chosen,
    program: "java",
    args: [
      ...JVM,
      `-Djava.library.path=${jars}`,
      "-cp",
      join(jars, "*"),
      ...server,
      "-sharedDb",
      "-disableTelemetry",
      ...kept,
    ],
    log: join(folder, "dynamodb.log"),
    niceness,
    ready: () => answers(endpoint),
  });
  await process.start();
  return { endpoint, process };
}

/** Any answer shows that it serves: without a signature it is a refusal. */
async function answers(url: string): Promise<boolean> {
  const answer = await fetch(url).catch(() => undefined);
  await answer?.body?.cancel();
  return answer !== undefined;
}
