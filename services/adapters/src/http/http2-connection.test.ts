import { createServer, type ServerHttp2Session } from "node:http2";
import { createServer as createTcpServer, type Socket } from "node:net";
import { afterEach, expect, test, vi } from "vitest";
import { Http2Connection } from "./http2-connection.ts";
import { CONNECTION_WINDOW } from "./limits.ts";
import { listen } from "./listen.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A server that answers everything at once, and its connections in the order in which they were made. */
async function serve() {
  const sessions: ServerHttp2Session[] = [];
  const sockets: Socket[] = [];
  const server = createServer((_, response) => void response.end("answered"));
  server.on("session", (session) => void sessions.push(session));
  server.on("connection", (socket: Socket) => void sockets.push(socket));
  closers.push(() => server.close());
  return { sessions, sockets, url: `http://127.0.0.1:${await listen(server, "127.0.0.1", 0)}` };
}

/** Asks once; resolves with the session that was asked on when the answer has come. */
async function ask(connection: Http2Connection) {
  const stream = await connection.request("GET", "/", {}, {});
  const { session } = stream;
  await new Promise((resolve) => void stream.on("close", resolve).resume().end());
  if (session === undefined) throw new Error("a stream without a session");
  return session;
}

test.each([
  ["asks anew", async (connection: Http2Connection) => void (await ask(connection))],
  ["ends the connection", async (connection: Http2Connection) => connection.abort()],
])("a server goes away between two questions, and who %s just then lives", async (_, act) => {
  const { sessions, url } = await serve();
  const connection = new Http2Connection(url);
  closers.push(() => connection.abort());
  const session = await ask(connection);
  const acted = new Promise<void>((resolve, reject) => {
    // Behind connect-node's own listener, and before the socket has closed.
    session.once("goaway", () => void act(connection).then(resolve, reject));
  });
  const closed = new Promise<void>((resolve, reject) => {
    session.once("close", resolve);
    process.once("uncaughtException", reject);
    closers.push(() => process.off("uncaughtException", reject));
  });
  sessions[0]?.close();
  await Promise.all([acted, closed]);
  expect((await ask(connection)) === session).toBe(false);
});

test("F22: a connection has room for what many streams bring, before anything is asked on it", async () => {
  const { url } = await serve();
  const connection = new Http2Connection(url);
  closers.push(() => connection.abort());
  const { state } = await ask(connection);
  expect(state.effectiveLocalWindowSize).toBeGreaterThanOrEqual(CONNECTION_WINDOW);
});

// Fails when sessions are heard only once something was asked on them.
test.each([
  ["goes away", (session: ServerHttp2Session) => session.close()],
  ["is reset", (_: ServerHttp2Session, socket: Socket) => void socket.resetAndDestroy()],
])("a server %s before anything was asked, and who connects anew just then lives", async (_, end) => {
  const { sessions, sockets, url } = await serve();
  const unheard: unknown[] = [];
  const hear = (error: unknown) => void unheard.push(error);
  process.on("uncaughtException", hear);
  closers.push(() => process.off("uncaughtException", hear));
  for (let count = 0; count < 20; count++) {
    const connection = new Http2Connection(url);
    closers.push(() => connection.abort());
    await connection.connect();
    await expect.poll(() => sessions.length).toBe(count + 1);
    end(sessions[count] as ServerHttp2Session, sockets[count] as Socket);
    for (let turn = 0; turn < count; turn++) await new Promise((resolve) => void setImmediate(resolve));
    connection.abort();
  }
  await new Promise((resolve) => void setTimeout(resolve, 50));
  expect(unheard).toEqual([]);
});

test("F15: a connection whose handshake never ends is given up, and who asks next makes another", async () => {
  const sockets: Socket[] = [];
  const silent = createTcpServer((socket) => void sockets.push(socket.on("error", () => undefined)));
  const url = `https://127.0.0.1:${await listen(silent, "127.0.0.1", 0)}`;
  closers.push(() => silent.close());
  const connection = new Http2Connection(url);
  closers.push(() => connection.abort());
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  closers.push(() => void vi.useRealTimers());
  for (const count of [1, 2]) {
    const asked = connection.request("GET", "/", {}, {});
    asked.catch(() => undefined);
    await vi.waitUntil(() => sockets.length === count);
    vi.advanceTimersByTime(5_000);
    await expect(asked).rejects.toThrow("no connection was made in time");
  }
});
