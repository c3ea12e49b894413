import { openSync, writeSync } from "node:fs";
import { openSqliteLog } from "../sqlite-log.ts";

/**
 * Appends to the log in the folder given, ten writers at once, until it is killed. Adds a line to a file for each record
 * that was acknowledged: partition, offset, and the number that the record holds.
 */
const [folder = "", acknowledged = "", from = "0"] = process.argv.slice(2);
const lines = openSync(acknowledged, "a");
const log = await openSqliteLog(folder, { segmentBytes: 200_000 });
let number = Number(from);

async function write(partition: number): Promise<void> {
  for (;;) {
    number += 1;
    const mine = number;
    const bytes = new Uint8Array(100 + (mine % 900));
    new DataView(bytes.buffer).setFloat64(0, mine);
    const { offset } = await log.append("killed", partition, bytes);
    // Synchronous, and to a file: a pipe could be full.
    writeSync(lines, `${partition} ${offset} ${mine}\n`);
  }
}

await Promise.all(Array.from({ length: 10 }, (_, writer) => write(writer % 4)));
