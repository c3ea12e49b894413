import { Agent, request as httpRequest } from "node:http";
import { connect } from "node:http2";

/** An answer as it came, headers and trailers together. */
export interface RawAnswer {
  readonly status: number;
  readonly header: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface RawCall {
  readonly url: string;
  readonly path: string;
  readonly method?: string;
  readonly header?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
}

/** A server that answers before it has read everything must not cut the connection, or the answer may be lost. */
const agent = new Agent({ keepAlive: true });

/** Sends bytes by HTTP/1.1 as they are, whatever a client library would say about them. */
export function rawCall({ url, path, method = "POST", header = {}, body = "" }: RawCall): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const call = httpRequest(new URL(path, url), { method, headers: header, agent }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          header: textsOf({ ...response.headers, ...response.trailers }),
          body: Buffer.concat(chunks),
        }),
      );
    });
    let answered = false;
    call.once("response", () => {
      answered = true;
    });
    // A server that refuses early does not read to the end.
    call.on("error", (error) => !answered && reject(error));
    call.end(body);
  });
}

/** The same by HTTP/2. */
export function rawCall2({ url, path, method = "POST", header = {}, body = "" }: RawCall): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const session = connect(url);
    session.on("error", reject);
    const stream = session.request({ ":method": method, ":path": path, ...header });
    const chunks: Buffer[] = [];
    let answer: Record<string, string> = {};
    stream.on("response", (headers) => {
      answer = textsOf(headers);
    });
    stream.on("trailers", (trailers) => {
      answer = { ...answer, ...textsOf(trailers) };
    });
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    // Reset by the server once it has said what it has to say.
    stream.on("error", () => {});
    stream.on("close", () => {
      session.close();
      resolve({ status: Number(answer[":status"] ?? 0), header: answer, body: Buffer.concat(chunks) });
    });
    stream.end(body);
  });
}

/** A gRPC or streaming message: flags, length, bytes. */
export function enveloped(message: Uint8Array, flags = 0): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt8(flags, 0);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function textsOf(headers: object): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
