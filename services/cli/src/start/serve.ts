import { statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { systemChance } from "@atlas/adapters/system/system-chance";
import { asyncTraces } from "@atlas/adapters/telemetry/async-traces";
import { pinoJournal } from "@atlas/adapters/telemetry/pino-journal";
import { RECORDED_INSTRUMENT } from "@atlas/assembly/first-start/instruments";
import { ShardLost } from "@atlas/assembly/shard-lost";
import { type RunningPlatform, startPlatform } from "@atlas/assembly/start-platform";
import { playRequest } from "@atlas/platform/recording/recorded-step";
import { type Journal, silentJournal } from "@atlas/platform/telemetry/journal";
import type { Traces } from "@atlas/platform/telemetry/traces";
import { Failure, refused } from "../client/failure.ts";
import type { Io } from "../output/io.ts";
import { paced } from "../recording/pace.ts";
import { readSteps } from "../recording/read-steps.ts";
import { checkSettings, readSettings, type Settings } from "../settings.ts";
import { tellMissing } from "./tell-missing.ts";

const RECORDING = fileURLToPath(
  new URL("../../../../examples/market/binance_spot_btcusdt_20240808.gz", import.meta.url),
);
const CONSOLE = fileURLToPath(new URL("../../../../console/build", import.meta.url));
/** A terminal and a launcher may both hand one signal on; a later one means it. Milliseconds. */
const SAME_SIGNAL = 1_000;
/** Milliseconds for a start that is given up to close what it has opened; what stands there stands a kill. */
const GIVEN_UP = 2_000;

/** Starts a platform and serves until a signal comes, also while it still starts. `engines`: the engine versions that it carries; absent: all of this build. */
export async function serve(io: Io, settings: Settings, engines?: readonly number[]): Promise<void> {
  const stopping = signaled();
  const opening = explained(settings, open(io, settings, engines));
  const platform = await Promise.race([opening, stopping]);
  if (platform === undefined) return giveUp(io, opening);
  const told = tellMissing(io, () => platform.missing());
  const comes = (stage: Promise<void>) =>
    Promise.race([explained(settings, stage).then(() => true), stopping.then(() => false)]);
  try {
    if (await comes(platform.served)) {
      await welcome(io, settings, platform);
      if (await comes(platform.started)) {
        told();
        sayHow(io, settings, platform);
        await stopping;
      }
    }
    io.out("stopping");
  } finally {
    told();
    await platform.stop();
  }
  io.out("stopped");
}

/** Stopped before it answers at its port: it has taken nothing in, and may wait for log or store for minutes. */
async function giveUp(io: Io, opening: Promise<RunningPlatform>): Promise<void> {
  io.out("stopping");
  const closed = opening.then(
    (platform) => platform.stop(),
    () => undefined,
  );
  await Promise.race([closed.then(() => io.out("stopped")), sleep(GIVEN_UP, undefined, { ref: false })]);
  process.exit();
}

/** What cannot be is said in a sentence. */
function explained<Value>(settings: Settings, work: Promise<Value>): Promise<Value> {
  return work.catch((error: Error) => {
    if (settings.logLevel === "debug" || error instanceof Failure) throw error;
    throw refused(error instanceof ShardLost ? `${error.message}. ${remedyOf(settings)}` : error.message);
  });
}

/** What to do about a shard without which nobody is served. */
function remedyOf({ dataFolder, distributed }: Settings): string {
  const look =
    distributed === undefined ? `\`npx atlas doctor --data ${shellWord(dataFolder)}\` says what is broken, ` : "";
  return `Nobody is served without it. Remove nothing: ${look}docs/operations.md ("a shard has stopped") what to do`;
}

async function open(io: Io, settings: Settings, engines?: readonly number[]): Promise<RunningPlatform> {
  const { host, port, dataFolder, consoleFolder = CONSOLE, market, archivePace, distributed } = settings;
  if (!statSync(consoleFolder, { throwIfNoEntry: false })?.isDirectory() && consoleFolder !== CONSOLE) {
    throw refused(`ATLAS_CONSOLE is "${consoleFolder}"; it is a folder with a built console`);
  }
  const traces = asyncTraces(systemChance());
  return startPlatform({
    host,
    port,
    dataFolder,
    consoleFolder,
    archivePace,
    ...(distributed === undefined ? {} : { distributed }),
    ...(engines === undefined ? {} : { engines }),
    ...(market === "recorded" ? { recording } : {}),
    journal: journalOf(settings, traces),
    traces,
    progress: (stage) => io.out(stage),
  });
}

/** The example market, at its own pace. */
async function* recording(signal: AbortSignal) {
  const steps = readSteps(RECORDING, () => undefined);
  for await (const step of paced(steps, 1, signal)) yield playRequest(RECORDED_INSTRUMENT, step);
}

function journalOf({ logLevel }: Settings, traces: Traces): Journal {
  if (logLevel === "silent") return silentJournal;
  return pinoJournal(logLevel, { write: (line) => void process.stderr.write(line) }, traces);
}

/** Who serves clients says how a person gets in as soon as it works, whatever else it still waits for. */
async function welcome(io: Io, settings: Settings, platform: RunningPlatform): Promise<void> {
  if (platform.loginLink === undefined) return;
  io.out(
    [
      "",
      `Atlas is at ${platform.url}, its data in ${settings.dataFolder}. Ctrl-C stops it.`,
      ...(await wayIn(platform, commandOf(settings, platform))),
      "",
    ].join("\n"),
  );
}

function sayHow(io: Io, settings: Settings, platform: RunningPlatform): void {
  const missing = platform.missing();
  if (missing.length > 0) io.out(`not ready yet: ${missing.join("; ")}`);
  if (platform.loginLink === undefined) {
    const roles = settings.distributed?.cluster.roles.join(", ");
    io.out(`A process of Atlas (${roles}) tells how it is at ${platform.url}. Ctrl-C hands over and stops it.`);
    return;
  }
  const command = commandOf(settings, platform);
  const instrument = settings.market === "recorded" ? RECORDED_INSTRUMENT : "BTC-USD";
  io.out(
    [
      "Try in another terminal:",
      `  ${command} watch book trades --instrument ${instrument}`,
      `  ${command} submit buy 0.01 ${instrument} --limit 45000`,
      `  ${command} orders --open`,
      "",
    ].join("\n"),
  );
}

/** How a command reaches this platform from another terminal. */
function commandOf(settings: Settings, platform: RunningPlatform): string {
  const usual = checkSettings(readSettings({}));
  const address = platform.url === usual.url ? "" : `ATLAS_URL=${shellWord(platform.url)} `;
  const folder = settings.dataFolder === usual.dataFolder ? "" : `ATLAS_DATA=${shellWord(settings.dataFolder)} `;
  return `${address}${folder}npx atlas`;
}

/** The text as one word of a command, quoted where a shell would take it apart. */
function shellWord(text: string): string {
  return /^[\w.,:/@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** How a person gets to the console. A platform that can make no link now, such as on a full disk, serves all the same. */
async function wayIn(platform: RunningPlatform, command: string): Promise<string[]> {
  if (!platform.hasConsole) return ["It has no console: npm start builds it."];
  const another = `${command} keys login-link`;
  try {
    const path = await platform.loginLink?.();
    return [
      "Open the console by this link; it works once, for ten minutes:",
      `  ${platform.url}${path}`,
      `For another one: ${another}`,
    ];
  } catch (error) {
    return [`It makes no link to sign in by now: ${(error as Error).message}. Later: ${another}`];
  }
}

/** Resolves at the first SIGINT or SIGTERM; another one, later, ends the process at once. */
function signaled(): Promise<void> {
  return new Promise((resolve) => {
    let first: number | undefined;
    const stop = () => {
      if (first === undefined) {
        first = performance.now();
        resolve();
      } else if (performance.now() - first > SAME_SIGNAL) process.exit(130);
    };
    process.on("SIGINT", stop);
    process.on("SIGTERM", stop);
  });
}
