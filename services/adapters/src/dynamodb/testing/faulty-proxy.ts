import type { IncomingMessage, ServerResponse } from "node:http";
import { LoopbackServer } from "../../http/testing/loopback-server.ts";

/** What befalls one request. */
export type ProxyFault =
  /** Refused, as when a table has too much to do. */
  | "throttled"
  /** Done, but the answer does not arrive: the connection ends. */
  | "answer-lost"
  /** Of a batch only the first half is done; the answer names the rest. */
  | "half-done";

/** Stands between a store and DynamoDB, and lets requests go wrong. */
export class FaultyProxy extends LoopbackServer {
  /** Asked for each request, by its operation, such as `PutItem`. */
  fault: (operation: string) => ProxyFault | undefined = () => undefined;
  /** Operations as they came. */
  readonly asked: string[] = [];
  readonly #target: string;

  constructor(target: string) {
    super();
    this.#target = target;
  }

  protected async serve(request: IncomingMessage, body: Buffer, response: ServerResponse): Promise<void> {
    const operation = `${request.headers["x-amz-target"]}`.split(".")[1] ?? "";
    this.asked.push(operation);
    const fault = this.fault(operation);
    if (fault === "throttled") return answer(response, 400, THROTTLED);
    const [sent, held] = fault === "half-done" ? halves(body) : [body, undefined];
    const { host: _, "content-length": __, ...headers } = request.headers as Record<string, string>;
    const done = await fetch(this.#target, { method: "POST", headers, body: sent }).catch(() => undefined);
    const text = await done?.text();
    if (done === undefined || text === undefined || fault === "answer-lost") return void response.destroy();
    answer(response, done.status, held === undefined ? text : JSON.stringify({ UnprocessedItems: held }));
  }
}

const THROTTLED = JSON.stringify({
  __type: "com.amazonaws.dynamodb.v20120810#ThrottlingException",
  message: "slow down",
});

function halves(body: Buffer): [string, Record<string, unknown[]>] {
  const { RequestItems } = JSON.parse(`${body}`) as { RequestItems: Record<string, unknown[]> };
  const half = (take: (items: unknown[]) => unknown[]) =>
    Object.fromEntries(Object.entries(RequestItems).map(([table, items]) => [table, take(items)]));
  const middle = (items: unknown[]) => Math.ceil(items.length / 2);
  const done = JSON.stringify({ RequestItems: half((items) => items.slice(0, middle(items))) });
  const held = half((items) => items.slice(middle(items)));
  return [done, Object.values(held).every((items) => items.length === 0) ? {} : held];
}

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(text);
}
