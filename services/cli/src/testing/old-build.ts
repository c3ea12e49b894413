import { processIo } from "../output/io.ts";
import { runAtlas } from "../run-atlas.ts";

/** `atlas` as it was built before there was a second engine version: all else of it is this build's. */
const CARRIED = [1];

process.exitCode = await runAtlas(process.argv.slice(2), processIo(), CARRIED);
