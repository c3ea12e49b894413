import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { createGunzip } from "node:zlib";
import { type RecordedStep, RecordingError, type StepReader } from "@atlas/platform/recording/recorded-step";
import { stepReader } from "@atlas/platform/recording/recording-format";
import { refused, usage } from "../client/failure.ts";
import { linesOf } from "../text/lines.ts";

/** A file's recording, gzip or plain. `read` hears which part of the file has been read, 0 to 1. */
export async function* readSteps(path: string, read: (part: number) => void): AsyncGenerator<RecordedStep> {
  const { size, isGzip } = await inspect(path);
  const file = createReadStream(path);
  const bytes = isGzip ? file.pipe(createGunzip()) : file;
  let reader: StepReader | undefined;
  let number = 0;
  try {
    for await (const lines of linesOf(bytes)) {
      for (const line of lines) {
        number++;
        if (line === "") continue;
        reader ??= stepReader(line);
        yield* reader.push(line);
      }
      read(file.bytesRead / size);
    }
  } catch (error) {
    if (error instanceof RecordingError) throw refused(`${path}, line ${number}: ${error.message}`);
    if ((error as NodeJS.ErrnoException).code?.startsWith("Z_")) throw refused(`${path} is no whole gzip file`);
    throw error;
  } finally {
    file.destroy();
  }
  if (reader === undefined) throw refused(`${path} is empty`);
  yield* reader.end();
}

async function inspect(path: string): Promise<{ size: number; isGzip: boolean }> {
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
      return { size, isGzip: bytesRead === 2 && buffer.readUInt16BE(0) === 0x1f8b };
    } finally {
      await file.close();
    }
  } catch (error) {
    throw usage(`${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
}
