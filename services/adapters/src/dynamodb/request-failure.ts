/** Refusals after which nothing was done and the same may be sent again: too much at a time, or another transaction. */
const AGAIN: ReadonlySet<string> = new Set([
  "ThrottlingException",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "TransactionConflictException",
  "TransactionInProgressException",
]);

/** Refusals of the request itself. */
const NEVER: ReadonlySet<string> = new Set([
  "ResourceNotFoundException",
  "ValidationException",
  "AccessDeniedException",
  "UnrecognizedClientException",
  "InvalidSignatureException",
  "CredentialsProviderError",
]);

/** Nobody listens, or the name is not known: the request never left. */
const UNREACHED: ReadonlySet<string> = new Set(["ECONNREFUSED", "ENOTFOUND", "EHOSTUNREACH", "ENETUNREACH"]);

/** What is known of a request that failed. `again`: it may have been done; or it was not, and may be by now. */
export interface RequestFailure {
  readonly isUndone: boolean;
  readonly again: boolean;
  readonly reason: string;
}

export function failureOf(error: unknown): RequestFailure {
  const { name, message, code } = error as Error & { code?: string };
  const reason = `${name}: ${message}`;
  if (AGAIN.has(name)) return { isUndone: true, again: true, reason };
  if (NEVER.has(name)) return { isUndone: true, again: false, reason };
  return { isUndone: UNREACHED.has(code ?? ""), again: true, reason };
}
