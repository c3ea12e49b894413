import type { Transport } from "@connectrpc/connect";
import { createUniversalHandlerClient, type UniversalHandler } from "@connectrpc/connect/protocol";
import { createTransport as createConnect } from "@connectrpc/connect/protocol-connect";
import { createTransport as createGrpc } from "@connectrpc/connect/protocol-grpc";

export interface InProcessOptions {
  readonly protocol?: "connect" | "grpc";
  /** JSON instead of binary. */
  readonly json?: boolean;
  /** Sent with every call. */
  readonly authorization?: string;
  readonly useHttpGet?: boolean;
}

/** Calls handlers without a socket, through everything else: their checks, codecs and errors. */
export function inProcessTransport(handlers: readonly UniversalHandler[], options: InProcessOptions = {}): Transport {
  const create = options.protocol === "grpc" ? createGrpc : createConnect;
  return create({
    httpClient: createUniversalHandlerClient([...handlers]),
    baseUrl: "http://in-process",
    useBinaryFormat: options.json !== true,
    useHttpGet: options.useHttpGet ?? false,
    interceptors: [
      (next) => (request) => {
        if (options.authorization !== undefined) request.header.set("authorization", options.authorization);
        return next(request);
      },
    ],
    acceptCompression: [],
    sendCompression: null,
    compressMinBytes: Number.MAX_SAFE_INTEGER,
    readMaxBytes: 0xffff_ffff,
    writeMaxBytes: 0xffff_ffff,
  });
}
