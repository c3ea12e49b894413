import { BALANCES_TABLE, HISTORY_TABLE, ORDERS_TABLE, REQUESTS_TABLE } from "@atlas/platform/query/store-layout";
import { SHARDS_TABLE } from "@atlas/platform/shard/output-positions";
import type { CreateTableCommandInput } from "@aws-sdk/client-dynamodb";

/** A table of the query store. */
export interface TableDesign {
  readonly name: string;
  /**
   * Where its items stand. `partition`: with those of their partition, for queries; one whose place does not follow from its
   * key has a second, small item that points from the key to it. `partition, unpointed`: the same without, so that to ask
   * for such a key is a `RangeError`. `key`: each for itself, so that no account's orders press on one partition of
   * DynamoDB; a query is a `RangeError`.
   */
  readonly place: "partition" | "partition, unpointed" | "key";
}

/** What the platform keeps in DynamoDB, for the code, its tests, and whoever makes the tables. */
export const TABLES: readonly TableDesign[] = [
  // By order id: an order's record of its request. Which an account has, its history says.
  { name: ORDERS_TABLE, place: "key" },
  // By account: all assets; the key says the place.
  { name: BALANCES_TABLE, place: "partition" },
  // By account and sequence: events, from which fills and postings are read. By instrument and time: candles.
  { name: HISTORY_TABLE, place: "partition, unpointed" },
  // By the hash of account and request id: what else than orders is done once.
  { name: REQUESTS_TABLE, place: "key" },
  // By shard: output positions, manifests, image chunks, how far the store is.
  { name: SHARDS_TABLE, place: "partition" },
];

/** Attributes: hash and range key, version, body, checksum. Short, for each is paid for in every item. */
const ATTRIBUTES = { partition: "p", sort: "s", version: "v", body: "b", checksum: "c" } as const;

/**
 * Items of one partition stand together in the base table, in the order of `sort`, so that one consistent query finds them:
 * a global index cannot be read consistently, and a local one bounds what an account may ever have.
 */
export function creationOf(name: string): CreateTableCommandInput {
  return {
    TableName: name,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [
      { AttributeName: ATTRIBUTES.partition, AttributeType: "S" },
      { AttributeName: ATTRIBUTES.sort, AttributeType: "S" },
    ],
    KeySchema: [
      { AttributeName: ATTRIBUTES.partition, KeyType: "HASH" },
      { AttributeName: ATTRIBUTES.sort, KeyType: "RANGE" },
    ],
  };
}
