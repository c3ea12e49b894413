import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, join } from "node:path";
import { setTimeout as sleep, setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));
const READY_WITHIN = 60_000;
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

/** A platform is ready within this, or its test fails; milliseconds. */
const READY_WITHIN = 60_000;

/** A platform in a process of its own, on a data folder and a port that it keeps over restarts. */
export class PlatformProcess {
  readonly folder: string;
  readonly port: number;
  /** Milliseconds from each start until `/readyz` was green. */
  readonly startMilliseconds: number[] = [];
  #running: RunningCommand | undefined;

  constructor(folder: string, port: number) {
    this.folder = folder;
    this.port = port;
  }

  static async at(folder: string): Promise<PlatformProcess> {
    return new PlatformProcess(folder, await freePort());
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The local key; there once it was ready. */
  get key(): string {
    return readFileSync(join(this.folder, "cli.key"), "utf8").trim();
  }

  /** What a command needs to find it. */
  get variables(): Record<string, string> {
    return { ATLAS_URL: this.url, ATLAS_DATA: this.folder };
  }

  /** Resolves when it is ready. Rejects with what it said when it ends before. */
  async start(...options: readonly string[]): Promise<void> {
    const began = performance.now();
    const running = this.begin(...options);
    let end: Ended | undefined;
    void running.ended.then((ended) => {
      end = ended;
    });
    while (!(await this.#isReady())) {
      if (end !== undefined) throw new Error(`the platform ended with ${end.code}: ${end.out}${end.err}`);
      if (performance.now() - began > READY_WITHIN) throw new Error(`the platform is not ready after ${READY_WITHIN} ms`);
      await sleep(20);
    }
    this.startMilliseconds.push(performance.now() - began);
  }

  /** Starts it and does not wait. */
  begin(...options: readonly string[]): RunningCommand {
    this.#running = command(["start", "--data", this.folder, "--port", String(this.port), ...options]);
    return this.#running;
  }

  /** As if the power failed, for this process. */
  async kill(): Promise<void> {
    this.#running?.child.kill("SIGKILL");
    await this.#running?.ended;
  }

  /** As by Ctrl-C. */
  async stop(): Promise<Ended | undefined> {
    this.#running?.child.kill("SIGINT");
    return this.#running?.ended;
  }

  #isReady(): Promise<boolean> {
    return fetch(`${this.url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  }
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
