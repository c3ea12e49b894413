import { LogDamaged, LogUnavailable } from "@atlas/platform/ports/log";

/** An error as it crosses from one thread to another, which keeps no class. */
export interface Failure {
  readonly damaged: boolean;
  readonly reason: string;
}

const SQLITE_ERROR = 1;
const SQLITE_BUSY = 5;
const SQLITE_CORRUPT = 11;
const SQLITE_FULL = 13;
const SQLITE_NOT_A_DATABASE = 26;

export function failureOf(error: unknown): Failure {
  const code = primaryCode(error);
  const damaged = error instanceof LogDamaged || code === SQLITE_CORRUPT || code === SQLITE_NOT_A_DATABASE;
  return { damaged, reason: error instanceof Error ? error.message : String(error) };
}

/**
 * Runs `action`, whose statements are known to be right, on a file that Atlas wrote: when SQLite finds no such table, or
 * a value is not of the kind that was written, the file has changed. Such errors become what `damaged` makes of them.
 */
export function onOwnFile<T>(damaged: (what: string) => Error, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError || primaryCode(error) === SQLITE_ERROR) {
      throw damaged(error instanceof Error ? error.message : "unreadable");
    }
    throw failureOf(error).damaged ? damaged((error as Error).message) : error;
  }
}

/** As an error of the log port. */
export function logError({ damaged, reason }: Failure): Error {
  return damaged ? new LogDamaged(reason) : new LogUnavailable(reason);
}

/** Whether a COMMIT that failed with this has certainly not taken effect: nothing was left to be synced. */
export function isCertainlyUndone(error: unknown): boolean {
  const code = primaryCode(error);
  return code === SQLITE_FULL || code === SQLITE_BUSY;
}

/** SQLite's result code without its extension; `undefined` for other errors. */
function primaryCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | undefined)?.errcode;
  return typeof code === "number" ? code & 0xff : undefined;
}
