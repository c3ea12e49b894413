/** Of a record at most: what the log takes, on any column. */
export const RECORD_BYTES = 4_000_000;
/** Of a batch with one such record: its headers, and what the batch itself adds. */
export const BATCH_BYTES = RECORD_BYTES + 100_000;
