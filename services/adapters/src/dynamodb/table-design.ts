import { BALANCES_TABLE, HISTORY_TABLE, ORDERS_TABLE, REQUESTS_TABLE } from "@atlas/platform/query/store-layout";
import { SHARDS_TABLE } from "@atlas/platform/shard/output-positions";
import type { CreateTableCommandInput } from "@aws-sdk/client-dynamodb";

/** A table of the query store. */
export interface TableDesign {
  readonly name: string;
  /**
   * Whether its items are asked for by a key from which their place does not follow: each then has a second, small item that
   * points from the key to the place. Without, such a question is a `RangeError`.
   */
  readonly pointers: boolean;
}

/** What the platform keeps in DynamoDB, for the code, its tests, and whoever makes the tables. */
export const TABLES: readonly TableDesign[] = [
  // By order id: an order's record of its request. By account and sequence: its orders, newest first.
  { name: ORDERS_TABLE, pointers: true },
  // By account: all assets; the key says the place.
  { name: BALANCES_TABLE, pointers: true },
  // By account and sequence: events, from which fills and postings are read. By instrument and time: candles.
  { name: HISTORY_TABLE, pointers: false },
  // By the hash of account and request id: what else than orders is done once.
  { name: REQUESTS_TABLE, pointers: true },
  // By shard: output positions, manifests, image chunks, how far the store is.
  { name: SHARDS_TABLE, pointers: true },
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
