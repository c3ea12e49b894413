import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "@atlas/engines/free-port";

const MAIN = fileURLToPath(new URL("../../../services/cli/src/main.ts", import.meta.url));
const READY_WITHIN = 60_000;

/** A platform in a process of its own, on a data folder of its own unless one is given. */
export interface StartedPlatform {
  readonly url: string;
  readonly folder: string;
  readonly process: ChildProcess;
  /** The local key. */
  readonly key: string;
  /** Milliseconds from its start until `/readyz` was green. */
  readonly startMilliseconds: number;
  /** Ends it in order and, if the folder is its own, removes that. */
  stop(): Promise<void>;
  /** Ends it as a power cut would; the folder stays. */
  kill(): Promise<void>;
}

/** Arguments for the platform's Node: those that the launcher starts one with, and others such as `--cpu-prof`. */
const NODE_ARGUMENTS = [process.env.BENCH_SERVER_FLAGS, process.env.BENCH_NODE_ARGUMENTS].flatMap(
  (flags) => flags?.split(" ") ?? [],
);

/** Starts a platform by `atlas start` and waits until it is ready. Rejects with what it said if it ends before. */
export async function startPlatform(folder?: string, args: readonly string[] = []): Promise<StartedPlatform> {
  const port = await freePort();
  const path = folder ?? mkdtempSync(join(tmpdir(), "atlas-bench-"));
  const began = performance.now();
  const environment = { ...process.env, ATLAS_PORT: `${port}`, ATLAS_DATA: path, ATLAS_LOG_LEVEL: "warn" };
  const child = spawn(process.execPath, [...NODE_ARGUMENTS, MAIN, "start", ...args], {
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stdout?.on("data", (text) => (said = `${said}${text}`.slice(-4_000)));
  child.stderr?.on("data", (text) => (said = `${said}${text}`.slice(-4_000)));
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const url = `http://127.0.0.1:${port}`;
  await untilReady(url, child, () => said);
  return {
    url,
    folder: path,
    process: child,
    key: readFileSync(join(path, "cli.key"), "utf8").trim(),
    startMilliseconds: performance.now() - began,
    stop: async () => {
      child.kill("SIGTERM");
      await ended;
      if (folder === undefined) rmSync(path, { recursive: true, force: true });
    },
    kill: async () => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}

async function untilReady(url: string, child: ChildProcess, said: () => string): Promise<void> {
  const deadline = performance.now() + READY_WITHIN;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the platform ended with ${child.exitCode}: ${said()}`);
    const ready = await fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  child.kill("SIGKILL");
  throw new Error(`the platform was not ready within ${READY_WITHIN / 1000} s: ${said()}`);
}
