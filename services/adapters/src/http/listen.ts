import type { AddressInfo, Server } from "node:net";

/** The edge could not be opened; the message is for the person who starts it. */
class ListenError extends Error {
  override name = "ListenError";
}

/** Listens and answers the port: the one asked for, or a free one for 0. */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => reject(new ListenError(explain(error, host, port)));
    server.once("error", fail);
    server.listen({ host, port }, () => {
      server.off("error", fail);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): string {
  switch (error.code) {
    case "EADDRINUSE":
      return `port ${port} on ${host} is in use by another program`;
    case "EACCES":
      return `this user may not listen on port ${port}`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `${host} is no address of this machine`;
    default:
      return `cannot listen on ${host}:${port}: ${error.message}`;
  }
}
