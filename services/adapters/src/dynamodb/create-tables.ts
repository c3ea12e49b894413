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
  const deadline = performance.now() + PATIENCE;
  for (let isAsked = false; performance.now() < deadline; ) {
    const status = await persist(PATIENCE, () => statusOf(client, name));
    if (status === "ACTIVE") return;
    // One that stands is not asked for: a process that starts needs no right to make tables, and waits for no lock on them.
    if (status === undefined && !isAsked) await persist(PATIENCE, () => make(client, name));
    isAsked ||= status === undefined;
    await rest(200);
  }
  throw new Error(`table ${name} is not ready`);
}

/** `undefined`: there is none. */
async function statusOf(client: DynamoDBClient, name: string): Promise<string | undefined> {
  try {
    const described = await sendOnce((options) => client.send(new DescribeTableCommand({ TableName: name }), options));
    return described.Table?.TableStatus;
  } catch (error) {
    if ((error as Error).name !== "ResourceNotFoundException") throw error;
    return undefined;
  }
}

async function make(client: DynamoDBClient, name: string): Promise<void> {
  try {
    await sendOnce((options) => client.send(new CreateTableCommand(creationOf(name)), options));
  } catch (error) {
    // It stands, or another process is making it.
    if ((error as Error).name !== "ResourceInUseException") throw error;
  }
}
