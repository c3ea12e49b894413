import { processIo } from "./output/io.ts";
import { runAtlas } from "./run-atlas.ts";

/** A reader that went away, such as `head`, is no failure. */
process.stdout.on("error", (error: NodeJS.ErrnoException) => process.exit(error.code === "EPIPE" ? 0 : 1));

process.exitCode = await runAtlas(process.argv.slice(2), processIo());
