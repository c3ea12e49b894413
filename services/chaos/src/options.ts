import { parseArgs } from "node:util";

/** What `npm run chaos` was asked for. */
export interface ChaosOptions {
  /** Of faults under load; starting, healing and comparing come on top. */
  readonly minutes: number;
  readonly seed: number;
  /** Requests a second over all accounts. */
  readonly rate: number;
  /** Of Kafka. */
  readonly brokers: 1 | 3;
}

/** An option is wrong. */
export class WrongOption extends Error {
  override name = "WrongOption";
}

export const USAGE = `npm run chaos -- [--minutes M] [--seed S] [--rate R] [--brokers 1|3]

Starts a platform of seven processes on Kafka, DynamoDB Local and an S3 server, trades on it while processes and engines are
killed, paused and restarted and S3 refuses, and at the end compares what its clients were told with all that the platform keeps.
  --minutes M  minutes of faults (3)
  --seed S     which faults, when, and what clients send (a new one)
  --rate R     requests a second (150)
  --brokers N  of Kafka, 1 or 3 (1): of three one is away at a time, and the others go on`;

/** The options of a command line; `undefined`: help is wanted. Throws `WrongOption`. */
export function readOptions(args: readonly string[]): ChaosOptions | undefined {
  const { help, minutes, seed, rate, brokers } = parse(args);
  if (help === true) return undefined;
  return {
    minutes: whole("--minutes", minutes ?? "3", 1, 1_440),
    seed: seed === undefined ? Date.now() % 1_000_000_000 : whole("--seed", seed, 0, 2 ** 32 - 1),
    rate: whole("--rate", rate ?? "150", 1, 10_000),
    brokers: oneOrThree(brokers ?? "1"),
  };
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  const options = { minutes: text, seed: text, rate: text, brokers: text, help: { type: "boolean" } } as const;
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    throw new WrongOption((error as Error).message);
  }
}

function oneOrThree(text: string): 1 | 3 {
  if (text !== "1" && text !== "3") throw new WrongOption(`--brokers is 1 or 3, not "${text}"`);
  return text === "1" ? 1 : 3;
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new WrongOption(`${name} is a whole number from ${least} to ${most}, not "${text}"`);
}
