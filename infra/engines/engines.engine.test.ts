import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { getPriority, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ROOT } from "../scripts/root.ts";
import { startDynamodb } from "./dynamodb.ts";
import { startS3 } from "./s3.ts";

const MAIN = join(ROOT, "infra", "engines", "main.ts");

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "atlas-engines-test-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function run(args: readonly string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
  return spawn(process.execPath, [MAIN, ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function answers(url: string): Promise<boolean> {
  const answer = await fetch(url).catch(() => undefined);
  await answer?.body?.cancel();
  return answer !== undefined;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}

test.each(["SIGINT", "SIGTERM", "SIGKILL"] as const)("%s ends what npm run engines has started", async (signal) => {
  const child = run(["--only", "s3", "--json"], { TMPDIR: folder });
  const [line] = await once(child.stdout!, "data");
  const { s3, data } = JSON.parse(`${line}`);
  expect(await answers(s3.endpoint)).toBe(true);
  child.kill(signal);
  await once(child, "exit");
  await until(async () => !(await answers(s3.endpoint)));
  // Killed hard, it cannot clean up behind itself.
  expect(existsSync(data)).toBe(signal === "SIGKILL");
});

test("a machine without Java is told what to install, in one sentence", async () => {
  const cache = process.env.XDG_CACHE_HOME ?? join(process.env.HOME ?? "", ".cache");
  const child = run(["--only", "dynamodb"], { PATH: dirname(process.execPath), XDG_CACHE_HOME: cache });
  let said = "";
  child.stderr!.on("data", (chunk) => (said += chunk));
  expect(await once(child, "close")).toEqual([1, null]);
  expect(said.split("\n")).toHaveLength(2);
  expect(said).toContain("install a Java runtime");
});

test("an engine can be killed, started again with what it held, paused and resumed", async () => {
  const { endpoint, process: engine } = await startDynamodb({ folder, niceness: 3 });
  expect(getPriority(engine.pid)).toBe(3);
  await engine.kill();
  expect(await answers(endpoint)).toBe(false);
  await engine.start();
  expect(await answers(endpoint)).toBe(true);
  await engine.pause();
  let heard = false;
  const asked = answers(endpoint).then((answer) => (heard = answer));
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(heard).toBe(false);
  engine.resume();
  expect(await asked).toBe(true);
  await engine.stop();
  expect(await answers(endpoint)).toBe(false);
});

test("an engine whose port is taken says so instead of seeming to serve", async () => {
  const first = await startS3({ folder: join(folder, "first") });
  const port = Number(new URL(first.endpoint).port);
  const second = startS3({ folder: join(folder, "second"), port });
  await expect(second).rejects.toThrow(`versitygw cannot have port ${port}`);
  await first.process.kill();
});
