import { type Log, LogUnavailable } from "../ports/log.ts";
import { notReady } from "./not-ready.ts";

/** Where a partition ends now, for a read that must show it (S22); refused with NOT_READY while the log cannot be asked. */
export async function endOf(log: Log, topic: string, partition: number): Promise<number> {
  try {
    return (await log.range(topic, partition)).end;
  } catch (error) {
    throw error instanceof LogUnavailable ? notReady("the log cannot be asked now") : error;
  }
}
