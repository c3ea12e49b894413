import { type Answering, answer, type NodeServerRequest, type NodeServerResponse } from "../request.ts";
import type { SiteFile } from "./site-file.ts";
import { siteHeaders } from "./site-headers.ts";

/** Answers GET and HEAD of a file; 304 to who has it already. */
export async function answerFile(
  file: SiteFile,
  request: NodeServerRequest,
  response: NodeServerResponse,
): Promise<void> {
  const { headers, method } = request;
  if (method !== "GET" && method !== "HEAD") {
    answer(response, 405, "only GET and HEAD\n", { ...siteHeaders, allow: "GET, HEAD" });
    return;
  }
  const encoding = file.encodingFor(String(headers["accept-encoding"] ?? ""));
  const etag = file.etag(encoding);
  const header = { ...siteHeaders, "cache-control": file.cacheControl, etag, vary: "accept-encoding" };
  const answering: Answering = response;
  if (file.status === 200 && isHeld(headers["if-none-match"], etag)) {
    answering.writeHead(304, header);
    answering.end();
    return;
  }
  const body = await file.body(encoding);
  answering.writeHead(file.status, {
    ...header,
    "content-type": file.contentType,
    "content-length": String(body.length),
    ...(encoding === "identity" ? {} : { "content-encoding": encoding }),
  });
  answering.end(method === "HEAD" ? undefined : body);
}

/** Compared weakly: a proxy that compresses marks what it hands on as weak (RFC 9110, 13.1.2). */
function isHeld(ifNoneMatch: string | undefined, etag: string): boolean {
  const held = (ifNoneMatch ?? "").split(",").map((one) => one.trim().replace(/^W\//, ""));
  return held.includes(etag) || held.includes("*");
}
