import type { Interceptor, Transport } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";

/** After this long an answer is not waited for; its outcome is then unknown, and a command is sent again by its id. */
const PATIENCE = 10_000;
/** Their answers bring a cookie that must arrive though the page is left meanwhile. */
const GOES_ON = /\/(RefreshToken|RedeemLoginLink)$/;

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
    fetch: (input, init) => {
      const keepalive = GOES_ON.test(new URL(String(input), location.origin).pathname);
      return fetch(input, { ...init, credentials: "same-origin", cache: "no-store", keepalive });
    },
  });
}

/** Options of a call that answers once. */
export function withPatience(signal?: AbortSignal): { timeoutMs: number; signal?: AbortSignal } {
  return { timeoutMs: PATIENCE, signal };
}
