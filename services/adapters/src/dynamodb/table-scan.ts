import type { StoreItem } from "@atlas/platform/ports/store";
import { ScanCommand } from "@aws-sdk/client-dynamodb";
import { type DynamodbAccess, openClient, persist, sendOnce } from "./client.ts";
import { type Attributes, itemFrom } from "./item-form.ts";

/** Milliseconds that a page may take. */
const PATIENCE = 30_000;
/** Items of a page: DynamoDB Local needs up to seconds for the thousands that a megabyte holds. */
const PAGE = 500;

/**
 * Every item of a table whose items stand each for itself, in no order: those, too, that nobody knows the key of. For checks: it reads
 * the whole table, a page at a time. Throws `StoreDamaged` as the store does.
 */
export async function* scanTable(access: DynamodbAccess, table: string): AsyncGenerator<StoreItem> {
  const client = openClient(access);
  const TableName = `${access.prefix ?? ""}${table}`;
  try {
    let start: Attributes | undefined;
    do {
      const page = new ScanCommand({ TableName, ConsistentRead: true, ExclusiveStartKey: start, Limit: PAGE });
      const { Items = [], LastEvaluatedKey } = await persist(PATIENCE, () =>
        sendOnce((options) => client.send(page, options)),
      );
      yield* Items.map(itemFrom);
      start = LastEvaluatedKey;
    } while (start !== undefined);
  } finally {
    client.destroy();
  }
}
