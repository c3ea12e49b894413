import { answer, type NodeServerRequest, type NodeServerResponse } from "./request.ts";

/** An answer that is no RPC: a probe, metrics, a file. */
export interface PlainResponse {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Uint8Array;
}

/** Answers GET and HEAD of a path. */
export type PlainHandler = () => PlainResponse | Promise<PlainResponse>;

export async function answerPlain(
  handler: PlainHandler,
  request: NodeServerRequest,
  response: NodeServerResponse,
): Promise<void> {
  if (request.method !== "GET" && request.method !== "HEAD") {
    answer(response, 405, "only GET and HEAD\n", { allow: "GET, HEAD" });
    return;
  }
  const { status, contentType, body } = await handler();
  answer(response, status, request.method === "HEAD" ? "" : body, { "content-type": contentType });
}
