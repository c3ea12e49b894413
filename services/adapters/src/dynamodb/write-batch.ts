import {
  BatchWriteItemCommand,
  type DynamoDBClient,
  TransactionCanceledException,
  TransactWriteItemsCommand,
  type WriteRequest,
} from "@aws-sdk/client-dynamodb";
import type { LimitFunction } from "p-limit";
import { persist, RequestFailed, rest, sendOnce } from "./client.ts";
import type { Attributes } from "./item-form.ts";

/** An item as it goes into a table. */
export interface TableItem {
  readonly table: string;
  readonly attributes: Attributes;
  /** About what it weighs. */
  readonly bytes: number;
}

/** How a store writes. */
export interface Writer {
  readonly client: DynamoDBClient;
  /** Lets so many requests out at once. */
  readonly limit: LimitFunction;
  /** Milliseconds for which a request goes on being tried. */
  readonly patience: number;
}

export interface TableWrites {
  readonly table: string;
  readonly writes: readonly WriteRequest[];
}

const TRANSACTION_ITEMS = 100;
const TRANSACTION_BYTES = 3_500_000;
const BATCH_ITEMS = 25;
const NEWER = { ConditionExpression: "attribute_not_exists(p) OR v < :v" };

/** The condition under which an item replaces what stands. */
export function ifNewer(attributes: Attributes) {
  return { ...NEWER, ExpressionAttributeValues: { ":v": attributes.v ?? { N: "0" } } };
}

/**
 * Writes each item unless a version as high stands: in transactions, for nothing else takes conditions for many items at
 * once. One that is cancelled is sent again without the items that are too old. Rejects with `RequestFailed`.
 */
export async function writeNewer({ client, limit, patience }: Writer, items: readonly TableItem[]): Promise<void> {
  await attemptAll(limit, transactionsOf(items), (chunk) => writeTransaction(client, chunk, patience));
}

/** Puts or deletes without a condition, in any order. Rejects with `RequestFailed`. */
export async function writeBatches({ client, limit, patience }: Writer, { table, writes }: TableWrites): Promise<void> {
  const chunks = Array.from({ length: Math.ceil(writes.length / BATCH_ITEMS) }, (_, index) =>
    writes.slice(index * BATCH_ITEMS, (index + 1) * BATCH_ITEMS),
  );
  await attemptAll(limit, chunks, (chunk) => writeBatch(client, table, chunk, patience));
}

async function writeTransaction(client: DynamoDBClient, items: readonly TableItem[], patience: number): Promise<void> {
  let left = items;
  await persist(patience, async () => {
    while (left.length > 0) {
      const TransactItems = left.map(({ table, attributes }) => {
        return { Put: { TableName: table, Item: attributes, ...ifNewer(attributes) } };
      });
      try {
        await sendOnce((options) => client.send(new TransactWriteItemsCommand({ TransactItems }), options));
        return;
      } catch (error) {
        if (!(error instanceof TransactionCanceledException)) throw error;
        const reasons = error.CancellationReasons ?? [];
        const newer = left.filter((_, index) => reasons[index]?.Code !== "ConditionalCheckFailed");
        if (newer.length === left.length) throw retryable(error);
        left = newer;
      }
    }
  });
}

/** Cancelled for another transaction on the same items, or for too much at a time: nothing was done. */
function retryable(error: TransactionCanceledException): Error {
  const codes = (error.CancellationReasons ?? []).map(({ Code }) => Code).filter((code) => code !== "None");
  const isRefused = codes.some((code) => code === "ValidationError" || code === "ItemCollectionSizeLimitExceeded");
  const renamed = new Error(`a transaction was cancelled: ${codes.join(", ")}`);
  renamed.name = isRefused ? "ValidationException" : "TransactionConflictException";
  return renamed;
}

async function writeBatch(
  client: DynamoDBClient,
  table: string,
  writes: readonly WriteRequest[],
  patience: number,
): Promise<void> {
  let deadline = performance.now() + patience;
  let left: WriteRequest[] = [...writes];
  while (left.length > 0) {
    const command = new BatchWriteItemCommand({ RequestItems: { [table]: left } });
    const answer = await persist(patience, () => sendOnce((options) => client.send(command, options))).catch(
      (error: RequestFailed) => {
        throw left.length === writes.length ? error : partlyDone(error.message);
      },
    );
    const undone = answer.UnprocessedItems?.[table] ?? [];
    // A table that takes a part of them each time is slow, not away.
    if (undone.length < left.length) deadline = performance.now() + patience;
    left = undone;
    if (left.length > 0 && performance.now() > deadline) throw partlyDone(`${left.length} items are still refused`);
    if (left.length > 0) await rest(50);
  }
}

function partlyDone(reason: string): RequestFailed {
  return new RequestFailed({ isUndone: false, again: true, reason });
}

function transactionsOf(items: readonly TableItem[]): TableItem[][] {
  const chunks: TableItem[][] = [];
  let bytes = 0;
  for (const item of items) {
    const last = chunks.at(-1);
    bytes += item.bytes;
    if (last === undefined || last.length === TRANSACTION_ITEMS || bytes > TRANSACTION_BYTES) {
      chunks.push([item]);
      bytes = item.bytes;
    } else last.push(item);
  }
  return chunks;
}

/**
 * Rejects as the first chunk that fails, once those are over that were under way then. The others are not attempted: whoever waits for
 * their turn would wait as long for each of them.
 */
export async function attemptAll<Chunk>(
  limit: LimitFunction,
  chunks: readonly Chunk[],
  write: (chunk: Chunk) => Promise<void>,
): Promise<void> {
  let failed: Error | undefined;
  const attempt = async (chunk: Chunk) => {
    if (failed !== undefined) throw new RequestFailed({ isUndone: true, again: true, reason: failed.message });
    await write(chunk).catch((error: Error) => {
      failed ??= error;
      throw error;
    });
  };
  const outcomes = await Promise.allSettled(chunks.map((chunk) => limit(attempt, chunk)));
  const failures = outcomes.flatMap((outcome) => (outcome.status === "rejected" ? [outcome.reason as Error] : []));
  const [first] = failures;
  if (first === undefined) return;
  const isNothingDone = failures.length === chunks.length;
  const isUndone = isNothingDone && failures.every((failure) => failure instanceof RequestFailed && failure.isUndone);
  throw new RequestFailed({ isUndone, again: true, reason: first.message });
}
