import type { Interceptor, Transport } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";

/** After this long an answer is not waited for; its outcome is then unknown, and a command is sent again by its id. */
const PATIENCE = 10_000;

/** The way to the platform that served this page. `token` is asked before every call; empty: a call without a credential. */
export function createTransport(token: () => string): Transport {
  const authorize: Interceptor = (next) => (request) => {
    const current = token();
    if (current !== "" && !request.header.has("authorization")) {
      request.header.set("authorization", `Bearer ${current}`);
    }
    return next(request);
  };
  return createConnectTransport({
    baseUrl: location.origin,
    useBinaryFormat: true,
    interceptors: [authorize],
    fetch: (input, init) => fetch(input, { ...init, credentials: "same-origin", cache: "no-store" }),
  });
}

/** Options of a call that answers once. */
export function withPatience(signal?: AbortSignal): { timeoutMs: number; signal?: AbortSignal } {
  return { timeoutMs: PATIENCE, signal };
}
