import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** An HTTP server that a test has for itself, on a free port of this machine. */
export abstract class LoopbackServer {
  readonly #server = createServer((request, response) => void this.#take(request, response));

  async listen(): Promise<this> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return this;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  /** Answers a request whose body has come whole. */
  protected abstract serve(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> | void;

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    await this.serve(request, Buffer.concat(chunks), response);
  }
}
