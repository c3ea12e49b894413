import type { IncomingMessage, ServerResponse } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse } from "node:http2";

export type NodeServerRequest = IncomingMessage | Http2ServerRequest;
export type NodeServerResponse = ServerResponse | Http2ServerResponse;

/** The path that a request names, without its query. */
export function pathOf(url: string | undefined): string {
  const whole = url ?? "";
  const query = whole.indexOf("?");
  return query < 0 ? whole : whole.slice(0, query);
}

/** What both servers' responses share, as the edge answers what is no RPC. */
export interface Answering {
  writeHead(status: number, header: Record<string, string>): unknown;
  end(body?: string | Uint8Array): unknown;
  readonly headersSent: boolean;
}

/** A complete answer, unless one has begun. A body is left out for HEAD. */
export function answer(
  response: NodeServerResponse,
  status: number,
  body: string | Uint8Array,
  header: Record<string, string> = {},
): void {
  const answering: Answering = response;
  if (answering.headersSent) return;
  answering.writeHead(status, {
    "content-type": "text/plain; charset=utf-8",
    "content-length": String(Buffer.byteLength(body)),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...header,
  });
  answering.end(body);
}
