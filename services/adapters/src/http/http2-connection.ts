import http2, { type ClientHttp2Session } from "node:http2";
import { syncBuiltinESMExports } from "node:module";
import { Code, ConnectError } from "@connectrpc/connect";
import { Http2SessionManager } from "@connectrpc/connect-node";
import { CONNECTION_WINDOW } from "./limits.ts";

/** Milliseconds for a connection to be made, its TLS handshake included. */
const CONNECT = 5_000;

interface Connecting {
  readonly t: "connecting";
  readonly conn: Promise<ClientHttp2Session>;
  abort(reason: Error): void;
}

/** What connect-node keeps to itself: it goes from one state to the next, and a connection that is made is part of one. */
interface States {
  setState(state: Connecting | { readonly t: "ready" | "closed" | "error" }): void;
}

// Connect-node makes its sessions by this function, and shows one only once it is connected.
const connect = http2.connect;
http2.connect = ((...terms: Parameters<typeof connect>) =>
  connect(...terms).on("error", () => undefined)) as typeof connect;
syncBuiltinESMExports();

/**
 * A client's connection over HTTP/2, made when it is first needed and again when it is lost. A server that stops says GOAWAY; where no
 * stream is open then, connect-node destroys the session with an error that Node tells only once the socket has closed, and a socket may be
 * reset at any time. Who asks anew, or ends the connection, before that takes connect-node's listener away, and the error nobody hears
 * ends the process (https://github.com/connectrpc/connect-es/issues/1768). Here each session of the process, connected or not yet, has a
 * listener from its first moment to its last; its streams are told all the same. It takes in what many streams bring at once. And one that is not made in time is given up: whoever
 * asks next makes another, where connect-node would wait for as long as the system does, for a quarter of an hour and more.
 */
export class Http2Connection extends Http2SessionManager {
  constructor(...terms: ConstructorParameters<typeof Http2SessionManager>) {
    super(...terms);
    const states = this as unknown as States;
    const go = states.setState.bind(this);
    states.setState = (state) => {
      if (state.t === "connecting") {
        giveUp(state);
        widen(state);
      }
      go(state);
    };
  }
}

/** What many streams bring on one connection waits for none of them, nor for the turns of two busy processes every 64 kB. */
function widen({ conn }: Connecting): void {
  conn.then(
    (session) => session.setLocalWindowSize(CONNECTION_WINDOW),
    () => undefined,
  );
}

function giveUp({ conn, abort }: Connecting): void {
  const timer = setTimeout(() => abort(new ConnectError("no connection was made in time", Code.Unavailable)), CONNECT);
  const clear = () => clearTimeout(timer);
  conn.then(clear, clear);
}
