import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http2";
import type { ConnectError } from "@connectrpc/connect";
import {
  endStreamFlag,
  endStreamToJson,
  parseTimeout as parseConnectTimeout,
} from "@connectrpc/connect/protocol-connect";
import { parseTimeout as parseGrpcTimeout, setTrailerStatus } from "@connectrpc/connect/protocol-grpc";

/** How a stream of enveloped messages begins and ends; in between the protocols are the same. */
export interface StreamProtocol {
  readonly contentType: string;
  /** Header fields that say how what we send is encoded, and what we take. */
  readonly responseHeader: OutgoingHttpHeaders;
  /** Milliseconds that the client gives the whole stream. */
  timeoutOf(headers: IncomingHttpHeaders): { readonly timeoutMs?: number; readonly error?: ConnectError };
  /** A last envelope, if the protocol ends with one. */
  lastEnvelope(error: ConnectError | undefined): Uint8Array | undefined;
  /** Trailers, if the protocol ends with them. */
  trailers(error: ConnectError | undefined): OutgoingHttpHeaders | undefined;
}

const NO_TIME_LIMIT = Number.MAX_SAFE_INTEGER;

const grpc: StreamProtocol = {
  contentType: "application/grpc+proto",
  responseHeader: { "grpc-accept-encoding": "identity" },
  timeoutOf: (headers) => parseGrpcTimeout(single(headers["grpc-timeout"]), NO_TIME_LIMIT),
  lastEnvelope: () => undefined,
  trailers: (error) => Object.fromEntries(setTrailerStatus(new Headers(), error)),
};

const connect: StreamProtocol = {
  contentType: "application/connect+proto",
  responseHeader: { "connect-accept-encoding": "identity" },
  timeoutOf: (headers) => parseConnectTimeout(single(headers["connect-timeout-ms"]), NO_TIME_LIMIT),
  lastEnvelope: (error) =>
    envelope(endStreamFlag, Buffer.from(JSON.stringify(endStreamToJson(new Headers(), error, undefined)))),
  trailers: () => undefined,
};

/**
 * The protocol that a call speaks, if this is one that we speak ourselves: binary and not compressed, by POST. Others are
 * left to connect-node, which speaks all.
 */
export function protocolOf(headers: IncomingHttpHeaders): StreamProtocol | undefined {
  if (headers[":method"] !== "POST") return undefined;
  switch (headers["content-type"]) {
    case "application/grpc":
    case "application/grpc+proto":
      return isPlain(headers["grpc-encoding"]) ? grpc : undefined;
    case "application/connect+proto":
      return isPlain(headers["connect-content-encoding"]) ? connect : undefined;
    default:
      return undefined;
  }
}

export function envelope(flags: number, message: Uint8Array): Uint8Array {
  const whole = new Uint8Array(5 + message.length);
  whole[0] = flags;
  new DataView(whole.buffer).setUint32(1, message.length);
  whole.set(message, 5);
  return whole;
}

function isPlain(encoding: string | string[] | undefined): boolean {
  return encoding === undefined || encoding === "identity";
}

function single(value: string | string[] | undefined): string | null {
  return (Array.isArray(value) ? value[0] : value) ?? null;
}
