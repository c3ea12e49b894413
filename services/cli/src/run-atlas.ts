import { CommanderError } from "commander";
import { exitCodes, Failure } from "./client/failure.ts";
import type { Io } from "./output/io.ts";
import { atlasProgram } from "./program.ts";
import { SettingsError } from "./setting.ts";

/**
 * Runs `atlas ...args` and answers the code that the process ends with; what went wrong has been said by then. `engines`: the engine
 * versions that a platform started by it carries; absent: all of this build.
 */
export async function runAtlas(args: readonly string[], io: Io, engines?: readonly number[]): Promise<number> {
  try {
    await atlasProgram(io, engines).parseAsync(args, { from: "user" });
    return exitCodes.done;
  } catch (error) {
    return endOf(error, io);
  }
}

function endOf(error: unknown, io: Io): number {
  // Commander has said it.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
  if (error instanceof Failure) {
    io.err(`atlas: ${error.message}`);
    return error.exitCode;
  }
  if (error instanceof SettingsError) {
    io.err(`atlas: ${error.message}`);
    return exitCodes.usage;
  }
  io.err(`atlas: ${error instanceof Error ? error.stack : error}`);
  return exitCodes.refused;
}
