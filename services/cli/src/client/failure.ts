import { Reason, type Refusal } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { refusalOf } from "@atlas/platform/refusal/refusal-error";
import { Code, ConnectError } from "@connectrpc/connect";

/** How a command ends. */
export const exitCodes = { done: 0, refused: 1, usage: 2, unreachable: 3 } as const;

/** A command cannot go on; the message is for a person. */
export class Failure extends Error {
  override name = "Failure";
  readonly exitCode: number;

  constructor(exitCode: number, message: string) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Wrong usage: what was typed is no command. */
export function usage(message: string): Failure {
  return new Failure(exitCodes.usage, message);
}

/** Refused by the platform, or not as it should be. */
export function refused(message: string): Failure {
  return new Failure(exitCodes.refused, message);
}

/** The platform could not be asked at all. */
export function unreachable(message: string): Failure {
  return new Failure(exitCodes.unreachable, message);
}

/** The command's failure that an error of a call is. */
export function failureOf(error: unknown, url: string): Failure {
  if (error instanceof Failure) return error;
  const connect = ConnectError.from(error);
  const refusal = refusalOf(connect);
  if (refusal !== undefined) return refused(sentenceOf(connect.code, refusal));
  if (connect.code === Code.Unavailable) return unreachable(`not reachable at ${url}: ${causeOf(connect)}`);
  return refused(`${Code[connect.code].toLowerCase()}: ${connect.rawMessage}`);
}

/** Whether the platform may do with the same request later what it could not now, or may have done it. */
export function isWorthRepeating(error: unknown): boolean {
  const { code } = ConnectError.from(error);
  const reason = refusalOf(error)?.reason;
  if (code === Code.ResourceExhausted) return true;
  if (code === Code.Aborted || code === Code.Canceled) return reason === undefined;
  return code === Code.Unavailable || code === Code.DeadlineExceeded;
}

/** Nothing listens there: certainly nothing was sent. */
export function isConnectionRefused(error: unknown): boolean {
  const { code, cause } = ConnectError.from(error);
  return code === Code.Unavailable && /ECONNREFUSED|ENOTFOUND|EAI_AGAIN/.test(`${cause}`);
}

function sentenceOf(code: Code, refusal: Refusal): string {
  const lines = [`${refusal.message} [${enumName(Code, code)}, ${enumName(Reason, refusal.reason)}]`];
  for (const violation of refusal.violations) {
    if (!refusal.message.includes(violation.message)) lines.push(`  ${violation.field}: ${violation.message}`);
  }
  if (refusal.orderId !== "") lines.push(`  kept as order ${refusal.orderId}`);
  return lines.join("\n");
}

/** `FAILED_PRECONDITION` of `FailedPrecondition`; a number that the list lacks stays one. */
function enumName(list: object, value: number): string {
  const found = Object.entries(list).find(([, number]) => number === value)?.[0];
  return (found ?? String(value)).replace(/([a-z])([A-Z])/g, "$1_$2").toUpperCase();
}

function causeOf(error: ConnectError): string {
  const { cause } = error;
  return cause instanceof Error && cause.message !== "" ? cause.message : error.rawMessage;
}
