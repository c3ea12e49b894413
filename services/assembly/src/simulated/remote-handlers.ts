import { Code, ConnectError } from "@connectrpc/connect";
import type { UniversalHandler, UniversalServerRequest } from "@connectrpc/connect/protocol";
import type { SimulatedProcess } from "./simulated-process.ts";

/**
 * The handlers of a process as its clients reach them, by connections that break when it dies and hold what is sent while it is
 * paused: a call, messages of a stream and their end, a client's leaving, and what is answered.
 */
export function remoteHandlers(process: SimulatedProcess, handlers: readonly UniversalHandler[]): UniversalHandler[] {
  return handlers.map((handler) => remoteHandler(process, handler));
}

function remoteHandler(process: SimulatedProcess, handler: UniversalHandler): UniversalHandler {
  const { service, method, requestPath, supportedContentType, protocolNames, allowedMethods } = handler;
  const { methodKind } = method;
  // A single message comes with its call, a single answer with the call's.
  const isSentMany = methodKind === "client_streaming" || methodKind === "bidi_streaming";
  const isToldMany = methodKind === "server_streaming" || methodKind === "bidi_streaming";
  const take = (call: UniversalServerRequest) => {
    const signal = heardOf(process, call.signal);
    const body = isSentMany ? sentTo(process, call.body as AsyncIterable<Uint8Array>) : call.body;
    const answer = process.call(() => handler({ ...call, body, signal }), reset);
    if (!isToldMany) return answer;
    return answer.then((told) => (told.body === undefined ? told : { ...told, body: toldBy(process, told.body) }));
  };
  return Object.assign(take, { service, method, requestPath, supportedContentType, protocolNames, allowedMethods });
}

/** A client leaves: the process hears of it when it hears of anything. */
function heardOf(process: SimulatedProcess, left: AbortSignal): AbortSignal {
  const heard = new AbortController();
  const leave = () => process.deliver(() => heard.abort(left.reason));
  if (left.aborted) leave();
  else left.addEventListener("abort", leave, { once: true });
  return heard.signal;
}

/** What a client sends, as the process reads it. */
function sentTo<M>(process: SimulatedProcess, messages: AsyncIterable<M>): AsyncIterable<M> {
  return {
    [Symbol.asyncIterator]() {
      const sent = messages[Symbol.asyncIterator]();
      return {
        next: () => process.hear(sent.next()),
        return: async () => {
          await sent.return?.();
          return { done: true, value: undefined };
        },
      };
    },
  };
}

/** What the process says, as a client reads it. That the client reads no further is told by its leaving. */
function toldBy<M>(process: SimulatedProcess, messages: AsyncIterable<M>): AsyncIterable<M> {
  return {
    [Symbol.asyncIterator]() {
      const told = messages[Symbol.asyncIterator]();
      return { next: () => process.call(() => told.next(), reset) };
    },
  };
}

/** As a client's library tells of a connection that is reset: nothing is known of what was sent on it. */
function reset(message: string): ConnectError {
  return new ConnectError(message, Code.Aborted);
}
