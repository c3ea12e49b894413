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
  /** DynamoDB Local is only paused, never restarted. */
  readonly keepStoreUp: boolean;
}

/** An option is wrong. */
export class WrongOption extends Error {
  override name = "WrongOption";
}

export const USAGE = `npm run chaos -- [--minutes M] [--seed S] [--rate R] [--brokers 1|3] [--keep-store-up]

Starts a platform of seven processes on Kafka, DynamoDB Local and an S3 server, trades on it while processes and engines are
killed, paused and restarted and S3 refuses, and at the end compares what its clients were told with all that the platform keeps.
  --minutes M  minutes of faults (3)
  --seed S     which faults, when, and what clients send (a new one)
  --rate R     requests a second (150)
  --brokers N  of Kafka, 1 or 3 (1): of three one is away at a time, and the others go on
  --keep-store-up
               DynamoDB Local is paused, never restarted: where /dev/shm has no room for what it is to find again

From three minutes on a run in which a promised fault never came (kill -9, SIGSTOP, broker killed, DynamoDB restarted, S3
refusing) has failed.`;

/** The options of a command line; `undefined`: help is wanted. Throws `WrongOption`. */
export function readOptions(args: readonly string[]): ChaosOptions | undefined {
  const { help, minutes, seed, rate, brokers, "keep-store-up": keepStoreUp = false } = parse(args);
  if (help === true) return undefined;
  return {
    minutes: whole("--minutes", minutes ?? "3", 1, 1_440),
    seed: seed === undefined ? Date.now() % 1_000_000_000 : whole("--seed", seed, 0, 2 ** 32 - 1),
    rate: whole("--rate", rate ?? "150", 1, 10_000),
    brokers: oneOrThree(brokers ?? "1"),
    keepStoreUp,
  };
}

function parse(args: readonly string[]) {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const options = { minutes: text, seed: text, rate: text, brokers: text, "keep-store-up": flag, help: flag } as const;
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
