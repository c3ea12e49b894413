import type { Socket } from "node:net";

/** What a client of HTTP/2 says first (RFC 9113, 3.4). */
const PREFACE = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

/**
 * Reads as many first bytes as tell HTTP/2 from HTTP/1.1, puts them back and says which it is. A client that does not
 * say enough within `timeout` milliseconds is disconnected.
 */
export function sniff(socket: Socket, timeout: number, decided: (version: 1 | 2) => void): void {
  let head: Buffer = Buffer.alloc(0);
  const timer = setTimeout(() => socket.destroy(), timeout);
  const stop = () => {
    clearTimeout(timer);
    socket.off("data", read);
    socket.off("close", stop);
    socket.off("error", ignore);
  };
  const read = (chunk: Buffer) => {
    head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
    const version = versionOf(head);
    if (version === undefined) return;
    stop();
    socket.pause();
    socket.unshift(head);
    decided(version);
    // Node's HTTP/2 has read what was put back; HTTP/1.1 waits for it to flow.
    if (version === 1) socket.resume();
  };
  socket.on("data", read);
  socket.on("close", stop);
  socket.on("error", ignore);
}

/** `undefined`: so far it could be either. */
function versionOf(head: Buffer): 1 | 2 | undefined {
  const length = Math.min(head.length, PREFACE.length);
  if (head.compare(PREFACE, 0, length, 0, length) !== 0) return 1;
  return length === PREFACE.length ? 2 : undefined;
}

/** A connection may break at any time; `close` follows. */
function ignore(): void {}
