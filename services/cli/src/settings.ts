import type { DistributedTerms } from "@atlas/assembly/start-platform";
import { distributedDefaults, distributedTerms } from "./distributed-settings.ts";
import { addressOf, oneOf, portOf, type RawSettings, SettingsError, textOf, wholeBetween } from "./setting.ts";

/** Where a platform runs and how, or where a command finds it. */
export interface Settings {
  /** `ATLAS_PORT`: of the edge. */
  readonly port: number;
  /** `ATLAS_HOST`: the address that the edge listens on. */
  readonly host: string;
  /** `ATLAS_DATA`: the data folder. */
  readonly dataFolder: string;
  /** `ATLAS_CONSOLE`: the folder of a built console; `undefined`: that of this project. */
  readonly consoleFolder: string | undefined;
  /** `ATLAS_MARKET`: who trades besides clients. */
  readonly market: "simulated" | "recorded";
  /** `ATLAS_ARCHIVE_BYTES`, `ATLAS_ARCHIVE_SECONDS`: when records are archived. */
  readonly archivePace: { readonly bytes: number; readonly milliseconds: number };
  /** `ATLAS_LOG_LEVEL`: what the log on stderr says, at least. */
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** `ATLAS_ENGINES` and what belongs to it; `undefined`: everything in one process, on the data folder. */
  readonly distributed: DistributedTerms | undefined;
  /** `ATLAS_URL`: the platform's address for commands; else made of host and port. */
  readonly url: string;
  /** `ATLAS_KEY`: a key for commands; else the data folder's `cli.key`. */
  readonly key: string | undefined;
}

const LOG_LEVELS = ["debug", "info", "warn", "error", "silent"] as const;
const MARKETS = ["simulated", "recorded"] as const;

const DEFAULTS: RawSettings = {
  ATLAS_PORT: "8080",
  ATLAS_HOST: "127.0.0.1",
  ATLAS_DATA: ".atlas",
  ATLAS_CONSOLE: "",
  ATLAS_MARKET: "simulated",
  ATLAS_ARCHIVE_BYTES: "4194304",
  ATLAS_ARCHIVE_SECONDS: "3600",
  ATLAS_LOG_LEVEL: "warn",
  ...distributedDefaults,
  ATLAS_URL: "",
  ATLAS_KEY: "",
};

/** What the process was started with. */
export function environment(): NodeJS.ProcessEnv {
  return process.env;
}

/** The settings of an environment, with those that the command line gives above them. */
export function readSettings(
  variables: NodeJS.ProcessEnv,
  given: Readonly<Record<string, string | undefined>> = {},
): RawSettings {
  return { ...DEFAULTS, ...ours(variables), ...ours(given) };
}

/** Throws `SettingsError` for a value that cannot be, and for a variable that does not exist (D26). */
export function checkSettings(raw: RawSettings): Settings {
  for (const name of Object.keys(raw)) {
    if (!(name in DEFAULTS)) {
      throw new SettingsError(`${name} is no setting; there are ${Object.keys(DEFAULTS).join(", ")}`);
    }
  }
  const port = portOf("ATLAS_PORT", raw);
  const host = textOf("ATLAS_HOST", raw);
  return {
    port,
    host,
    dataFolder: textOf("ATLAS_DATA", raw),
    consoleFolder: raw.ATLAS_CONSOLE || undefined,
    market: oneOf("ATLAS_MARKET", raw, MARKETS),
    archivePace: {
      bytes: wholeBetween("ATLAS_ARCHIVE_BYTES", raw, 1_024, 33_554_432),
      milliseconds: 1_000 * wholeBetween("ATLAS_ARCHIVE_SECONDS", raw, 1, 86_400),
    },
    logLevel: oneOf("ATLAS_LOG_LEVEL", raw, LOG_LEVELS),
    distributed: distributedTerms(raw),
    url: urlOf(raw, host, port),
    key: raw.ATLAS_KEY || undefined,
  };
}

function ours(variables: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const set = Object.entries(variables).filter(([name, value]) => name.startsWith("ATLAS_") && value !== undefined);
  return Object.fromEntries(set) as Record<string, string>;
}

function urlOf(raw: RawSettings, host: string, port: number): string {
  if (raw.ATLAS_URL) return addressOf("ATLAS_URL", raw);
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
