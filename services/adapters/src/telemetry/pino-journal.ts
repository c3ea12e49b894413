import type { Journal, JournalFacts } from "@atlas/platform/telemetry/journal";
import { noTraces, type Traces } from "@atlas/platform/telemetry/traces";
import { type DestinationStream, pino } from "pino";

/** From the least to the most: what is below the level is not written. */
export const journalLevels = ["debug", "info", "warn", "error"] as const;
export type JournalLevel = (typeof journalLevels)[number];

/** Facts of these names never reach a line, whoever passes them by mistake. */
const SECRETS = ["secret", "token", "password", "authorization", "accessToken", "refreshToken", "cookie"];

export interface PinoJournal extends Journal {
  /** Everything that was said is written when this returns. */
  flush(): void;
}

/**
 * One JSON line for each thing said, with the trace of the call in which it is; `destination` is a stream of pino's: its default
 * writes to stdout.
 */
export function pinoJournal(
  level: JournalLevel,
  destination: DestinationStream,
  traces: Pick<Traces, "current"> = noTraces,
): PinoJournal {
  const logger = pino(
    {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.isoTime,
      mixin: () => {
        const trace = traces.current();
        return trace === undefined ? {} : { traceId: trace.traceId };
      },
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRETS.flatMap((name) => [name, `*.${name}`]), censor: "[redacted]" },
    },
    destination,
  );
  return {
    debugs: logger.isLevelEnabled("debug"),
    debug: (message, facts) => logger.debug(plain(facts), message),
    info: (message, facts) => logger.info(plain(facts), message),
    warn: (message, facts) => logger.warn(plain(facts), message),
    error: (message, facts, cause) => logger.error({ ...plain(facts), ...causeOf(cause) }, message),
    flush: () => {
      if ("flushSync" in destination && typeof destination.flushSync === "function") destination.flushSync();
    },
  };
}

/** JSON has no bigint. */
function plain(facts: JournalFacts): Record<string, string | number | boolean | undefined> {
  const entries = Object.entries(facts).map(([name, fact]) => [name, typeof fact === "bigint" ? String(fact) : fact]);
  return Object.fromEntries(entries);
}

function causeOf(cause: unknown): { problem?: string; stack?: string | undefined } {
  if (cause === undefined) return {};
  return cause instanceof Error ? { problem: cause.message, stack: cause.stack } : { problem: String(cause) };
}
