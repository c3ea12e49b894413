import { createTables } from "@atlas/adapters/dynamodb/create-tables";
import { type DynamodbStore, openDynamodbStore } from "@atlas/adapters/dynamodb/dynamodb-store";
import { startDynamodb } from "@atlas/engines/dynamodb";
import type { StorePut } from "@atlas/platform/ports/store";
import { measureAll, measureEach } from "./measure.ts";

const ORDERS = "atlas_orders";
const BALANCES = "atlas_balances";
const BODY = new Uint8Array(600).fill(7);
const CALLS = 20;
const ITEMS = 500;
const ABREAST = 4;

/** Writes and reads through the store on DynamoDB Local in memory: faster than on disk, and far from Amazon's. */
export async function measureDynamodb(folder: string): Promise<void> {
  const dynamodb = await startDynamodb({ folder, keeps: false });
  const credentials = { accessKeyId: "any", secretAccessKey: "any" };
  const access = { endpoint: dynamodb.endpoint, region: "us-east-1", credentials };
  try {
    await createTables(access);
    const store = openDynamodbStore({ ...access, patience: 20_000 });
    await writeOrders(store, 0);
    await measureAll("dynamodb", "orders_first_written", () => writeOrders(store, 1));
    await measureAll("dynamodb", "orders_written_again", () => writeOrders(store, 1, 2));
    await measureAll("dynamodb", "balances_written", () => write(store, (number) => balance(number)));
    await measureEach("dynamodb", "put", 300, (index) => store.put(BALANCES, balance(index, 2).item));
    await measureEach("dynamodb", "order_read", 300, (index) => store.get(ORDERS, order(1, index).item.key));
    // As a page of an account's orders is read, behind the history that names them.
    await measureEach("dynamodb", "orders_read_100", 100, (index) =>
      Promise.all(Array.from({ length: 100 }, (_, one) => store.get(ORDERS, order(1, 100 * index + one).item.key))),
    );
    await store.close();
  } finally {
    await dynamodb.process.kill();
  }
}

function writeOrders(store: DynamodbStore, round: number, version = 1): Promise<number> {
  return write(store, (number) => order(round, number, version));
}

async function write(store: DynamodbStore, put: (number: number) => StorePut): Promise<number> {
  let next = 0;
  const writer = async (): Promise<void> => {
    while (next < CALLS) {
      const first = next * ITEMS;
      next += 1;
      await store.putAll(Array.from({ length: ITEMS }, (_, index) => put(first + index)));
    }
  };
  await Promise.all(Array.from({ length: ABREAST }, writer));
  return CALLS * ITEMS;
}

function order(round: number, number: number, version = 1): StorePut {
  const sort = `${round}${number}`.padStart(16, "0");
  return {
    table: ORDERS,
    item: { key: `order-${round}-${number}`, partition: `account-${number % 50}`, sort, version, body: BODY },
  };
}

function balance(number: number, version = 1): StorePut {
  const [partition, sort] = [`account-${number}`, "BTC"];
  return { table: BALANCES, item: { key: `${partition}/${sort}`, partition, sort, version, body: BODY } };
}
