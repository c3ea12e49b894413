import type { IncomingMessage, ServerResponse } from "node:http";
import { LoopbackServer } from "../../http/testing/loopback-server.ts";

/** An answer of S3 that is none to what was asked, by its code. */
export type S3Fault = "SlowDown" | "AccessDenied";

const STATUS: Record<S3Fault, number> = { SlowDown: 503, AccessDenied: 403 };

/** Answers as S3 does what the archive asks of a bucket with Object Lock, and refuses where it is told to. */
export class FakeS3 extends LoopbackServer {
  /** Asked for each request, by its method and its key; of a list the key is the prefix. */
  fault: (method: string, key: string) => S3Fault | undefined = () => undefined;
  /** Requests as they came: method and key. */
  readonly asked: string[] = [];
  readonly #objects = new Map<string, Buffer>();

  protected serve(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url ?? "", this.endpoint);
    const method = request.method ?? "";
    const key = searchParams.get("prefix") ?? decodeURIComponent(pathname.split("/").slice(2).join("/"));
    this.asked.push(`${method} ${key}`);
    const fault = this.fault(method, key);
    if (fault !== undefined) return answer(response, STATUS[fault], `<Error><Code>${fault}</Code></Error>`);
    if (searchParams.has("object-lock")) return answer(response, 200, LOCKED);
    if (searchParams.has("versioning")) return answer(response, 200, VERSIONED);
    if (searchParams.has("versions")) return answer(response, 200, this.#versions(key));
    if (method === "PUT") return this.#put(response, key, body);
    response.writeHead(200).end(this.#objects.get(key));
  }

  #put(response: ServerResponse, key: string, content: Buffer): void {
    if (this.#objects.has(key)) return answer(response, 412, "<Error><Code>PreconditionFailed</Code></Error>");
    this.#objects.set(key, content);
    answer(response, 200, "");
  }

  #versions(prefix: string): string {
    const keys = [...this.#objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    const versions = keys.map((key) => `<Version><Key>${key}</Key><VersionId>1</VersionId></Version>`);
    return `<ListVersionsResult><IsTruncated>false</IsTruncated>${versions.join("")}</ListVersionsResult>`;
  }
}

const LOCKED = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>";
const VERSIONED = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";

function answer(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "content-type": "application/xml" }).end(text);
}
