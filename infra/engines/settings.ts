import { parseArgs } from "node:util";

const ENGINES = ["kafka", "dynamodb", "s3"] as const;
export type EngineName = (typeof ENGINES)[number];

/** What `npm run engines` was asked for. */
export interface EngineSettings {
  readonly only: readonly EngineName[];
  readonly brokers: number;
  readonly data: string | undefined;
  readonly kafkaPort: number | undefined;
  readonly dynamodbPort: number | undefined;
  readonly s3Port: number | undefined;
  readonly json: boolean;
  /** Only fetch what is not there yet. */
  readonly fetch: boolean;
}

/** An option is wrong. */
export class WrongSetting extends Error {
  override name = "WrongSetting";
}

export const USAGE = `npm run engines -- [--only kafka,dynamodb,s3] [--brokers 1|3] [--data DIR] [--kafka-port P]
  [--dynamodb-port P] [--s3-port P] [--json] [--fetch]

Starts Kafka, DynamoDB Local and versitygw (S3 with Object Lock) until Ctrl-C. Ports are free ones unless given; brokers
after the first take the ports that follow. Without --data everything is in a temporary folder that goes with them. --fetch only
fetches them.`;

/** The settings of a command line; `undefined`: help is wanted. Throws `WrongSetting`. */
export function readSettings(args: readonly string[]): EngineSettings | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const brokers = Number(values.brokers ?? 1);
  if (brokers !== 1 && brokers !== 3) throw new WrongSetting("--brokers is 1 or 3");
  return {
    only: (values.only?.split(",") ?? ENGINES).map(readName),
    brokers,
    data: values.data,
    kafkaPort: readPort("kafka-port", values["kafka-port"]),
    dynamodbPort: readPort("dynamodb-port", values["dynamodb-port"]),
    s3Port: readPort("s3-port", values["s3-port"]),
    json: values.json ?? false,
    fetch: values.fetch ?? false,
  };
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const ports = { "kafka-port": text, "dynamodb-port": text, "s3-port": text };
  try {
    return parseArgs({
      args: [...args],
      options: { only: text, brokers: text, data: text, json: flag, fetch: flag, help: flag, ...ports },
    }).values;
  } catch (error) {
    throw new WrongSetting((error as Error).message);
  }
}

function readName(name: string): EngineName {
  const known = ENGINES.find((one) => one === name);
  if (known === undefined) throw new WrongSetting(`there is no engine "${name}"; there are ${ENGINES.join(", ")}`);
  return known;
}

function readPort(option: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const port = Number(value);
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new WrongSetting(`--${option} is a port, not ${value}`);
  return port;
}
