import { CommanderError } from "commander";
import { exitCodes, Failure } from "./client/failure.ts";
import { processIo } from "./output/io.ts";
import { atlasProgram } from "./program.ts";
import { SettingsError } from "./settings.ts";

const io = processIo();

/** A reader that went away, such as `head`, is no failure. */
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? exitCodes.done : 1));

try {
  await atlasProgram(io).parseAsync(process.argv);
  process.exitCode ??= exitCodes.done;
} catch (error) {
  process.exitCode = endOf(error);
}

/** Says what went wrong, unless it has been said, and answers the exit code. */
function endOf(error: unknown): number {
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
