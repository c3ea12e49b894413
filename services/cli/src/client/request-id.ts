import { randomUUID } from "node:crypto";

/** Where a UUID's version stands; what follows is chance and the variant. */
const VERSION = 14;

/** A UUID version 7: 48 bits of milliseconds since the epoch, then chance. */
export function requestId(): string {
  const time = Date.now().toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(VERSION + 1)}`;
}
