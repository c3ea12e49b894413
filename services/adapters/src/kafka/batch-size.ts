import { RECORD_BYTES } from "@atlas/platform/ports/log";

/** Of a batch with one such record: its headers, and what the batch itself adds. */
export const BATCH_BYTES = RECORD_BYTES + 100_000;
