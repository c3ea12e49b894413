import { CreateTableCommand, DescribeTableCommand, type DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { type DynamodbAccess, openClient, persist, rest, sendOnce } from "./client.ts";
import { creationOf, TABLES } from "./table-design.ts";

/** Milliseconds that the making of a table may take. */
const PATIENCE = 120_000;

/** Makes the tables that are missing and waits until all can be used. */
export async function createTables(access: DynamodbAccess, names = TABLES.map(({ name }) => name)): Promise<void> {
  const client = openClient(access);
  try {
    await Promise.all(names.map((name) => createTable(client, `${access.prefix ?? ""}${name}`)));
  } finally {
    client.destroy();
  }
}

async function createTable(client: DynamoDBClient, name: string): Promise<void> {
  await persist(PATIENCE, () => make(client, name));
  const deadline = performance.now() + PATIENCE;
  while (performance.now() < deadline) {
    const described = await persist(PATIENCE, () =>
      sendOnce((options) => client.send(new DescribeTableCommand({ TableName: name }), options)),
    );
    if (described.Table?.TableStatus === "ACTIVE") return;
    await rest(200);
  }
  throw new Error(`table ${name} is not ready`);
}

async function make(client: DynamoDBClient, name: string): Promise<void> {
  try {
    await sendOnce((options) => client.send(new CreateTableCommand(creationOf(name)), options));
  } catch (error) {
    // It stands, or another process is making it.
    if ((error as Error).name !== "ResourceInUseException") throw error;
  }
}
