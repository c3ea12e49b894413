import { DynamoDBClient, type DynamoDBClientConfig } from "@aws-sdk/client-dynamodb";
import { failureOf, type RequestFailure } from "./request-failure.ts";

/** Where DynamoDB is. Absent settings are found as the AWS SDK does: environment, profile, role of the machine. */
export interface DynamodbAccess {
  /** Of a server that is not Amazon's. */
  readonly endpoint?: string;
  readonly region?: string;
  readonly credentials?: DynamoDBClientConfig["credentials"];
  /** In front of every table's name, so that several platforms share an account; default none. */
  readonly prefix?: string;
}

/** Milliseconds that one request may take. */
const REQUEST = 3_000;
const CONNECTION = 1_000;
/** Milliseconds before a second attempt; doubled for each further one. */
const FIRST_PAUSE = 25;
const LONGEST_PAUSE = 800;

/**
 * The SDK's client, with attempts counted here: it would repeat a conditional write whose answer was lost, and report its own
 * first attempt as somebody else's.
 */
export function openClient({ endpoint, region, credentials }: DynamodbAccess): DynamoDBClient {
  const requestHandler = {
    connectionTimeout: CONNECTION,
    httpAgent: { maxSockets: 64 },
    httpsAgent: { maxSockets: 64 },
  };
  const client = new DynamoDBClient({ endpoint, region, credentials, maxAttempts: 1, requestHandler });
  // Copies every item of every request for a logger that there is not.
  client.middlewareStack.remove("loggerMiddleware");
  return client;
}

/** A request that failed for good, and whether anything of it may have been done. */
export class RequestFailed extends Error {
  override name = "RequestFailed";
  readonly isUndone: boolean;

  constructor({ isUndone, reason }: RequestFailure) {
    super(reason);
    this.isUndone = isUndone;
  }
}

/** Sends once, and waits for the answer only so long, whatever the SDK waits for: it looks at no signal while it fetches credentials. */
export async function sendOnce<Answer>(
  send: (options: { abortSignal: AbortSignal }) => Promise<Answer>,
): Promise<Answer> {
  const over = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new Error("no answer came in time");
      error.name = "TimeoutError";
      reject(error);
      over.abort();
    }, REQUEST);
  });
  const answer = send({ abortSignal: over.signal });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

/**
 * Attempts until one succeeds or `patience` milliseconds are over. Only what may be done twice is attempted again after an
 * outcome that is not known.
 */
export async function persist<Answer>(
  patience: number,
  attempt: () => Promise<Answer>,
  mayRepeat: (failure: RequestFailure) => boolean = ({ again }) => again,
): Promise<Answer> {
  const deadline = performance.now() + patience;
  let isUndone = true;
  for (let pause = FIRST_PAUSE; ; pause = Math.min(2 * pause, LONGEST_PAUSE)) {
    try {
      return await attempt();
    } catch (error) {
      const failure = failureOf(error);
      isUndone &&= failure.isUndone;
      if (!mayRepeat(failure) || performance.now() + pause > deadline)
        throw new RequestFailed({ ...failure, isUndone });
    }
    await rest(pause);
  }
}

/** Waits for about so many milliseconds: processes that were refused together do not come back together. */
export function rest(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds * (0.5 + Math.random())));
}
