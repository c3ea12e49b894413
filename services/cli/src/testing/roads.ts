import { Http2Connection } from "@atlas/adapters/http/http2-connection";
import { frameRegistry } from "@atlas/platform/topic/frame-in";
import type { Interceptor, Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";

/** One way to speak to the platform's port. */
export interface Road {
  readonly name: string;
  /** Whether a call may send and receive at once. */
  readonly isDuplex: boolean;
  /** `undefined`: without a credential. */
  transport(key: string | undefined): Transport;
}

/** Every protocol, encoding and version of HTTP that the port speaks, over sockets. */
export interface Roads {
  readonly all: readonly Road[];
  readonly duplex: readonly Road[];
  close(): void;
}

export function openRoads(url: string): Roads {
  const sessionManager = new Http2Connection(url);
  const http2 = { baseUrl: url, httpVersion: "2", sessionManager } as const;
  const http1 = { baseUrl: url, httpVersion: "1.1" } as const;
  const road = (name: string, isDuplex: boolean, make: (interceptors: Interceptor[]) => Transport): Road => ({
    name,
    isDuplex,
    transport: (key) => make(key === undefined ? [] : [signIn(key)]),
  });
  const all = [
    road("Connect, JSON, HTTP/1.1", false, (interceptors) =>
      createConnectTransport({
        ...http1,
        useBinaryFormat: false,
        jsonOptions: { registry: frameRegistry },
        interceptors,
      }),
    ),
    road("Connect, binary, HTTP/2", true, (interceptors) => createConnectTransport({ ...http2, interceptors })),
    road("gRPC", true, (interceptors) => createGrpcTransport({ ...http2, interceptors })),
    road("gRPC-Web, HTTP/1.1", false, (interceptors) => createGrpcWebTransport({ ...http1, interceptors })),
    road("Connect, JSON, HTTP/2", true, (interceptors) =>
      createConnectTransport({ ...http2, useBinaryFormat: false, interceptors }),
    ),
  ];
  return { all, duplex: all.filter(({ isDuplex }) => isDuplex), close: () => sessionManager.abort() };
}

function signIn(key: string): Interceptor {
  return (next) => (request) => {
    request.header.set("Authorization", `Bearer ${key}`);
    return next(request);
  };
}
