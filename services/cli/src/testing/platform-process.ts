import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { freePort } from "@atlas/engines/free-port";
import { columnEnvironment } from "./test-column.ts";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));
/** A build that carries the first engine version only (S26). */
export const OLD_BUILD = fileURLToPath(new URL("old-build.ts", import.meta.url));
/** Compiled code is kept where the launcher keeps it: a start takes what it takes a user. */
const COMPILED = fileURLToPath(new URL("../../../../node_modules/.cache/node", import.meta.url));
/** Milliseconds; a machine that is busy with others may give it next to nothing for a while. */
const READY_WITHIN = 150_000;
/** What a process said is kept from its end, in characters. */
const KEPT = 100_000;

/** How a process of `atlas` ended. */
export interface Ended {
  /** `null`: by a signal. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process of `atlas`, by its arguments. */
export interface AtlasProcess {
  readonly process: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What it said so far. */
  said(): { readonly stdout: string; readonly stderr: string };
}

/** A platform in a process of its own. */
export interface PlatformProcess extends AtlasProcess {
  readonly url: string;
  readonly port: number;
  readonly folder: string;
  /** The local key. */
  readonly key: string;
  /** Milliseconds from its start until `/readyz` was green. */
  readonly startMilliseconds: number;
  /** Ends it in order, as Ctrl-C does. */
  stop(): Promise<Ended>;
  /** Ends it as a power cut would. */
  kill(): Promise<Ended>;
}

export interface StartTerms {
  readonly folder: string;
  /** Absent: any free one. */
  readonly port?: number;
  /** Above what `cleanEnvironment` has. */
  readonly environment?: NodeJS.ProcessEnv;
  /** Of `atlas start`. */
  readonly args?: readonly string[];
  /** Of Node, such as `--cpu-prof`. */
  readonly nodeArgs?: readonly string[];
  /** Another build than this one. */
  readonly main?: string;
  /** Milliseconds until it must be ready; absent: a minute. */
  readonly readyWithin?: number;
}

/** A folder of its own, removed by `removeFolder`. */
export function newFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `atlas-${name}-`));
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}

/** This process's environment without settings of Atlas: a developer's own ones change nothing. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const others = Object.entries(process.env).filter(([name]) => !name.startsWith("ATLAS_"));
  return { ...Object.fromEntries(others), NODE_COMPILE_CACHE: COMPILED };
}

/** Runs `atlas` with these arguments. */
export function spawnAtlas(
  args: readonly string[],
  environment: NodeJS.ProcessEnv = {},
  nodeArgs: readonly string[] = [],
  main = MAIN,
): AtlasProcess {
  const child = spawn(process.execPath, [...nodeArgs, main, ...args], {
    env: { ...cleanEnvironment(), ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const texts = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (text: string) => {
      texts[name] = `${texts[name]}${text}`.slice(-KEPT);
    });
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, ...texts }));
  });
  return { process: child, ended, said: () => ({ ...texts }) };
}

/** Starts a platform by `atlas start` and waits until it is ready. Rejects with what it said if it ends before. */
export async function startPlatformProcess(terms: StartTerms): Promise<PlatformProcess> {
  const began = performance.now();
  const port = terms.port ?? (await freePort());
  const atlas = spawnStart({ ...terms, port });
  const url = `http://127.0.0.1:${port}`;
  await untilReady(url, atlas, terms.readyWithin ?? READY_WITHIN);
  const startMilliseconds = performance.now() - began;
  const end = (signal: NodeJS.Signals) => {
    atlas.process.kill(signal);
    return atlas.ended;
  };
  return {
    ...atlas,
    url,
    port,
    folder: terms.folder,
    key: readFileSync(join(terms.folder, "cli.key"), "utf8").trim(),
    startMilliseconds,
    stop: () => end("SIGINT"),
    kill: () => end("SIGKILL"),
  };
}

/** Starts a platform and does not wait. */
export function spawnStart(terms: StartTerms & { readonly port: number }): AtlasProcess {
  const { folder, port, environment, args, nodeArgs, main } = terms;
  const own = { ATLAS_PORT: `${port}`, ATLAS_DATA: folder, ATLAS_LOG_LEVEL: "warn" };
  const settings = { ...columnEnvironment(folder), ...own, ...environment };
  return spawnAtlas(["start", ...(args ?? [])], settings, nodeArgs, main);
}

async function untilReady(url: string, atlas: AtlasProcess, patience: number): Promise<void> {
  const deadline = performance.now() + patience;
  let end: Ended | undefined;
  void atlas.ended.then((ended) => {
    end = ended;
  });
  while (performance.now() < deadline) {
    if (end !== undefined) throw new Error(`the platform ended with ${end.code}: ${end.stdout}${end.stderr}`);
    const ready = await fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return;
    await sleep(20);
  }
  atlas.process.kill("SIGKILL");
  throw new Error(`the platform was not ready within ${patience / 1_000} s: ${JSON.stringify(atlas.said())}`);
}
