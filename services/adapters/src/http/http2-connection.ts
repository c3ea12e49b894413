import { Http2SessionManager } from "@connectrpc/connect-node";

type Request = Parameters<Http2SessionManager["request"]>;

/**
 * A client's connection over HTTP/2, made when it is first needed and again when it is lost. A server that stops says GOAWAY; where no
 * stream is open then, connect-node destroys the session with an error that Node tells only once the socket has closed. Who asks anew, or
 * ends the connection, before that takes connect-node's listener away, and the error nobody hears ends the process
 * (https://github.com/connectrpc/connect-es/issues/1768). Here each session has a listener that stays; its streams are told all the same.
 */
export class Http2Connection extends Http2SessionManager {
  readonly #heard = new WeakSet();

  override async request(...request: Request): ReturnType<Http2SessionManager["request"]> {
    const stream = await super.request(...request);
    const { session } = stream;
    if (session !== undefined && !this.#heard.has(session)) {
      this.#heard.add(session);
      session.on("error", () => {});
    }
    return stream;
  }
}
