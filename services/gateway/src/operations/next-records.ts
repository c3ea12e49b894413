import type { Log } from "@atlas/platform/ports/log";

/** Resolves when the partition has a record at `from`, or `signal` is given; rejects with what ends the tail. */
export function nextRecords(
  log: Log,
  topic: string,
  partition: number,
  from: number,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      tail.close();
      signal.removeEventListener("abort", stop);
      resolve();
    };
    const tail = log.tail(topic, partition, from, { receive: stop, fail: reject });
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
  });
}
