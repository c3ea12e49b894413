import { once } from "node:events";
import { request as ask, createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { finished, pipeline } from "node:stream";

/** What befalls one request to S3. */
export type S3Fault =
  /** 503: S3 has too much to do. */
  | "SlowDown"
  /** 403. */
  | "AccessDenied"
  /** Done, but the answer does not arrive: the connection ends. */
  | "answer lost";

const STATUS = { SlowDown: 503, AccessDenied: 403 };

/**
 * Stands between processes and S3, and lets requests go wrong. All others go on as they come, headers and all: what signs a
 * request names the host that was asked.
 */
export class S3Proxy {
  /** Asked for each request, by its method. */
  fault: (method: string) => S3Fault | undefined = () => undefined;
  /** How many requests each has befallen. */
  readonly befallen = new Map<S3Fault, number>();
  readonly #server = createServer((request, response) => this.#take(request, response));
  #target = "";

  async listen(): Promise<this> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return this;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** S3 is there. */
  standBefore(endpoint: string): void {
    this.#target = endpoint;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const fault = this.fault(request.method ?? "");
    if (fault !== undefined) this.befallen.set(fault, (this.befallen.get(fault) ?? 0) + 1);
    if (fault === "SlowDown" || fault === "AccessDenied") refuse(request, response, fault);
    else pass(request, response, this.#target, fault === "answer lost");
  }
}

function refuse(request: IncomingMessage, response: ServerResponse, code: keyof typeof STATUS): void {
  request.resume();
  const body = `<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>refused</Message></Error>`;
  response.writeHead(STATUS[code], { "content-type": "application/xml" }).end(body);
}

/** Where S3 is away, the connection ends; where it says nothing, nothing is said. */
function pass(request: IncomingMessage, response: ServerResponse, target: string, isAnswerLost: boolean): void {
  const { hostname, port } = new URL(target);
  // A connection of its own: one that was kept may end just as it is used, which nobody asked for.
  const own = { hostname, port, agent: false } as const;
  const onward = ask({ ...own, method: request.method, path: request.url, headers: request.rawHeaders });
  onward.once("response", (answer) => {
    if (isAnswerLost) {
      finished(answer.resume(), () => response.destroy());
      return;
    }
    response.writeHead(answer.statusCode ?? 0, answer.rawHeaders);
    pipeline(answer, response, () => undefined);
  });
  onward.on("error", () => response.destroy());
  // Who asked may be gone in the middle of its upload, and then S3 is not to take it for a whole one.
  response.once("close", () => onward.destroy());
  request.pipe(onward);
}
