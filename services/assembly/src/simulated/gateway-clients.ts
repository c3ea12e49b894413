import { inProcessTransport } from "@atlas/platform/access/in-process-transport";
import type { DescService } from "@bufbuild/protobuf";
import { type Client, createClient, type Transport } from "@connectrpc/connect";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import { remoteHandlers } from "./remote-handlers.ts";
import type { SimulatedProcess } from "./simulated-process.ts";

/** A client of a service, signed in by the local key unless told otherwise. */
export type ClientOf = <S extends DescService>(service: S, authorization?: string) => Client<S>;

/** Clients of one gateway, each made once: a seed calls them thousands of times. */
export function clientsOf(connect: (authorization: string) => Transport, usual: () => string): ClientOf {
  const transports = new Map<string, { transport: Transport; clients: Map<DescService, unknown> }>();
  return <S extends DescService>(service: S, authorization = usual()): Client<S> => {
    let known = transports.get(authorization);
    if (known === undefined) {
      known = { transport: connect(authorization), clients: new Map() };
      transports.set(authorization, known);
    }
    const made = known.clients.get(service);
    if (made !== undefined) return made as Client<S>;
    const client = createClient(service, known.transport);
    known.clients.set(service, client);
    return client;
  };
}

/** A gateway as its clients reach it. */
export function transportTo(
  process: SimulatedProcess,
  handlers: readonly UniversalHandler[],
  authorization: string,
): Transport {
  return inProcessTransport(remoteHandlers(process, handlers), { authorization });
}
