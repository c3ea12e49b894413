import { mkdirSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { type ExportResponse, ExportResponseSchema } from "@atlas/gen/atlas/audit/v1/audit_service_pb";
import type { Io } from "../output/io.ts";
import { recordJson } from "../output/logged-record.ts";

/** Lines gathered for a file before they are written. */
const BATCH = 1_000;

/** Records as Protobuf-JSON, one a line; answers how many. */
export async function exportToStdout(io: Io, records: AsyncIterable<ExportResponse>): Promise<number> {
  let count = 0;
  for await (const record of records) {
    io.out(recordJson(ExportResponseSchema, record));
    count += 1;
  }
  return count;
}

/** The same into a folder, a new file for each partition: `orders.events-3.jsonl`. */
export async function exportToFolder(folder: string, records: AsyncIterable<ExportResponse>): Promise<number> {
  mkdirSync(folder, { recursive: true });
  const file = new LineFile(folder);
  let count = 0;
  try {
    for await (const record of records) {
      await file.write(`${record.topic}-${record.partition}.jsonl`, recordJson(ExportResponseSchema, record));
      count += 1;
    }
  } finally {
    await file.close();
  }
  return count;
}

/** One file at a time: records come partition by partition. */
class LineFile {
  readonly #folder: string;
  #name = "";
  #handle: FileHandle | undefined;
  #lines: string[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  async write(name: string, line: string): Promise<void> {
    if (name !== this.#name) {
      await this.close();
      this.#handle = await open(join(this.#folder, name), "wx");
      this.#name = name;
    }
    this.#lines.push(line);
    if (this.#lines.length === BATCH) await this.#flush();
  }

  async close(): Promise<void> {
    await this.#flush();
    await this.#handle?.close();
    this.#handle = undefined;
  }

  async #flush(): Promise<void> {
    const lines = this.#lines.splice(0);
    if (lines.length > 0) await this.#handle?.appendFile(`${lines.join("\n")}\n`);
  }
}
