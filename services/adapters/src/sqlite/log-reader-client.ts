import type { Worker } from "node:worker_threads";
import type { LogRecord, LogUnavailable } from "@atlas/platform/ports/log";
import { logError } from "./failure.ts";
import type { FromReader, ToReader } from "./log-messages.ts";

interface Question {
  readonly resolve: (records: readonly LogRecord[]) => void;
  readonly reject: (error: Error) => void;
}

type ReadMessage = Extract<ToReader, { kind: "read" }>;

/** Asks the reader's thread and matches its answers. */
export class LogReaderClient {
  readonly #worker: Worker;
  readonly #questions = new Map<number, Question>();
  #lastId = 0;
  #broken: LogUnavailable | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
  }

  read(request: Omit<ReadMessage, "kind" | "id">): Promise<readonly LogRecord[]> {
    return this.#ask((id) => ({ kind: "read", id, ...request }));
  }

  async drop(numbers: readonly number[]): Promise<void> {
    await this.#ask((id) => ({ kind: "drop", id, numbers }));
  }

  tell(message: Exclude<ToReader, { id: number }>): void {
    if (this.#broken === undefined) this.#worker.postMessage(message);
  }

  answered(message: Extract<FromReader, { id: number }>): void {
    const question = this.#questions.get(message.id);
    this.#questions.delete(message.id);
    if (message.kind === "failed") question?.reject(logError(message.failure));
    else question?.resolve(message.kind === "read" ? unpack(message) : []);
  }

  break(reason: LogUnavailable): void {
    this.#broken ??= reason;
    for (const question of this.#questions.values()) question.reject(reason);
    this.#questions.clear();
  }

  #ask(message: (id: number) => ToReader): Promise<readonly LogRecord[]> {
    if (this.#broken !== undefined) return Promise.reject(this.#broken);
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#questions.set(id, { resolve, reject });
      this.#worker.postMessage(message(id));
    });
  }
}

function unpack({ bytes, triples }: Extract<FromReader, { kind: "read" }>): LogRecord[] {
  const records: LogRecord[] = [];
  let start = 0;
  for (let at = 0; at < triples.length; at += 3) {
    const length = triples[at + 2]!;
    records.push({ offset: triples[at]!, appendTime: triples[at + 1]!, bytes: new Uint8Array(bytes, start, length) });
    start += length;
  }
  return records;
}
