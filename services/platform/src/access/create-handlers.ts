import type { DescMethod, DescService, Message } from "@bufbuild/protobuf";
import {
  Code,
  ConnectError,
  type ConnectRouterOptions,
  createConnectRouter,
  createContextKey,
  createContextValues,
  type HandlerContext,
  type Interceptor,
  type ServiceImpl,
} from "@connectrpc/connect";
import { createAsyncIterable, type UniversalHandler, type UniversalServerRequest } from "@connectrpc/connect/protocol";
import { toConnectError } from "../refusal/refusal-error.ts";
import type { Journal } from "../telemetry/journal.ts";
import { frameRegistry } from "../topic/frame-in.ts";
import { takeBody, unbroken } from "./call-body.ts";
import type { CallLimiter } from "./call-limiter.ts";
import { type CallPolicy, checkCaller, checkMessage, needsCaller, policyOf } from "./call-policy.ts";
import { takeQuery } from "./call-query.ts";
import { type Authenticator, type Caller, callerKey, sourceKey } from "./caller.ts";
import { decodeBinary, decodeJson } from "./decode-request.ts";
import { checked, untilEnded, type Watch } from "./guarded-stream.ts";
import { SentMessages } from "./sent-messages.ts";

/** A service and who answers it; made by `serve`, so that the two fit. */
export interface Served {
  readonly service: DescService;
  readonly implementation: object;
}

export function serve<S extends DescService>(service: S, implementation: Partial<ServiceImpl<S>>): Served {
  return { service, implementation };
}

export interface HandlerOptions {
  readonly authenticator: Authenticator;
  readonly limiter: CallLimiter;
  readonly journal: Journal;
  /** Bytes of one request message, after decompression. */
  readonly messageBytes: number;
  /** What clients may compress with, by name; `[]`: nothing. */
  readonly compression: NonNullable<ConnectRouterOptions["acceptCompression"]>;
  /** Ends what is under way when the process stops. */
  readonly shutdown: AbortSignal;
}

/** Answers are compressed from this size on, if the client accepts it. */
const COMPRESS_FROM = 16_384;
/** A call refused before its method: by its credential, or because it does not decode. */
const failureKey = createContextKey<ConnectError | undefined>(undefined, { description: "failure" });
/** The message of a call that has one, decoded by us. */
const messageKey = createContextKey<Message | undefined>(undefined, { description: "message" });
/** Of a call that has many. */
const sentKey = createContextKey<SentMessages | undefined>(undefined, { description: "sent messages" });

/**
 * One handler for each method, under the contract's rules: who may call it, by its `access` option; how often, by its rate class; nothing unknown where
 * money moves; the bounds of every field; errors with a `Refusal`. Throws when a method declares no access: the
 * process must not start.
 */
export function createHandlers(services: readonly Served[], options: HandlerOptions): UniversalHandler[] {
  return services.flatMap(({ service, implementation }) =>
    service.methods.map((method) => createHandler(method, implementation as Record<string, unknown>, options)),
  );
}

function createHandler(
  method: DescMethod,
  implementation: Record<string, unknown>,
  options: HandlerOptions,
): UniversalHandler {
  const policy = policyOf(method);
  const router = createConnectRouter({
    readMaxBytes: options.messageBytes,
    acceptCompression: [...options.compression],
    compressMinBytes: COMPRESS_FROM,
    shutdownSignal: options.shutdown,
    jsonOptions: { ignoreUnknownFields: !policy.strict, registry: frameRegistry },
    requestGate: openGate,
    interceptors: [createInterceptor(policy, options)],
  });
  const handler = router.rpc(method as never, boundMethod(method, implementation) as never).handlers[0];
  return guard(handler as UniversalHandler, policy, options);
}

function boundMethod(method: DescMethod, implementation: Record<string, unknown>): unknown {
  const found = implementation[method.localName];
  if (typeof found === "function") return found.bind(implementation);
  return () => {
    throw new ConnectError(`${method.parent.typeName}.${method.name} is not implemented`, Code.Unimplemented);
  };
}

/** Runs before connect reads a body, so that a refused call costs no more than its header. */
function openGate(context: HandlerContext): void {
  const failure = context.values.get(failureKey);
  context.responseHeader.set("cache-control", "no-store");
  if (failure !== undefined) throw failure;
}

/** Establishes the caller and decodes the message before connect does, whose errors would not name the field. */
function guard(handler: UniversalHandler, policy: CallPolicy, options: HandlerOptions): UniversalHandler {
  const answer = async (call: UniversalServerRequest) => {
    const values = call.contextValues ?? createContextValues();
    const prepared = { ...call, contextValues: values };
    try {
      return handler(await prepare(prepared, values, policy, options));
    } catch (error) {
      values.set(failureKey, explain(error, policy, options.journal, call.signal));
      return handler(prepared);
    }
  };
  const { service, method, requestPath, supportedContentType, protocolNames, allowedMethods } = handler;
  return Object.assign(answer, { service, method, requestPath, supportedContentType, protocolNames, allowedMethods });
}

async function prepare(
  call: UniversalServerRequest,
  values: ReturnType<typeof createContextValues>,
  policy: CallPolicy,
  options: HandlerOptions,
): Promise<UniversalServerRequest> {
  const source = values.get(sourceKey);
  let caller: Caller | undefined;
  if (needsCaller(policy)) {
    caller = await options.authenticator.authenticate(call.header, source);
    checkCaller(policy, caller);
    values.set(callerKey, caller);
  }
  options.limiter.count(policy, caller, source);
  const { methodKind, input } = policy.method;
  if (methodKind !== "unary" && methodKind !== "server_streaming") {
    const { messageBytes: limit, compression: compressions } = options;
    const sent = SentMessages.of(call, { input, strict: policy.strict, limit, compressions });
    values.set(sentKey, sent);
    return sent?.call ?? call;
  }
  const taken =
    call.method === "GET" ? takeQuery(call) : await takeBody(call, options.messageBytes, options.compression);
  if (taken.bytes !== undefined) {
    const decode = taken.json ? decodeJson : decodeBinary;
    values.set(messageKey, decode(input, taken.bytes, policy.strict));
  }
  return taken.rest;
}

function createInterceptor(policy: CallPolicy, options: HandlerOptions): Interceptor {
  return (next) => async (request) => {
    const caller = request.contextValues.get(callerKey);
    const early = request.contextValues.get(messageKey);
    const check = (message: Message) => checkMessage(policy, caller, message);
    const explained = (error: unknown) => explain(error, policy, options.journal, request.signal);
    try {
      if (!request.stream) {
        const message = early ?? request.message;
        check(message);
        const response = await next({ ...request, message } as typeof request);
        response.header.set("cache-control", policy.cacheControl);
        return response;
      }
      countStream(caller, request.contextValues.get(sourceKey), request.signal, options.limiter);
      const messages = early === undefined ? request.message : createAsyncIterable([early]);
      const sent = request.contextValues.get(sentKey);
      const whole = unbroken(messages, async () => sent?.problem());
      const response = await next({ ...request, message: checked(whole, check) } as typeof request);
      if (!response.stream) return response;
      const watch: Watch = (ended) => watchCall(caller, request.signal, options.authenticator, ended, explained);
      const message = untilEnded(response.message, watch, explained);
      return { ...response, message } as typeof response;
    } catch (error) {
      throw explained(error);
    }
  };
}

/** A call's signal fires whenever the call ends, however it does. */
function countStream(caller: Caller | undefined, source: string, signal: AbortSignal, limiter: CallLimiter): void {
  const leave = limiter.openStream(caller, source);
  if (signal.aborted) leave();
  else signal.addEventListener("abort", leave, { once: true });
}

/** A stream ends with its call, and with the caller's credential. */
function watchCall(
  caller: Caller | undefined,
  signal: AbortSignal,
  authenticator: Authenticator,
  ended: (error: Error) => void,
  explained: (error: unknown) => Error,
): () => void {
  const abort = () => ended(explained(signal.reason));
  signal.addEventListener("abort", abort, { once: true });
  const unwatch = caller === undefined ? () => {} : authenticator.watch(caller, (error) => ended(explained(error)));
  return () => {
    signal.removeEventListener("abort", abort);
    unwatch();
  };
}

/** What the client is told; a defect is told to the journal instead. What fails once the client is gone is none. */
function explain(error: unknown, policy: CallPolicy, journal: Journal, signal: AbortSignal): ConnectError {
  const told = toConnectError(error);
  if (signal.aborted && (told.code === Code.Internal || !(error instanceof ConnectError)))
    return new ConnectError("the call was given up", Code.Canceled);
  if (told.code === Code.Internal) {
    journal.error(
      "a call failed",
      { method: `${policy.method.parent.typeName}/${policy.method.name}` },
      told.cause ?? error,
    );
  }
  return told;
}
