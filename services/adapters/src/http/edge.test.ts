import { once } from "node:events";
import { connect as connectHttp2 } from "node:http2";
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { Health, HealthCheckResponse_ServingStatus } from "@atlas/gen/grpc/health/v1/health_pb";
import { Code, ConnectError, createClient, createConnectRouter, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport, createGrpcWebTransport } from "@connectrpc/connect-node";
import { afterEach, describe, expect, test } from "vitest";
import { type EdgeOptions, type HttpEdge, openHttpEdge } from "./edge.ts";
import { createHealth } from "./health.ts";

const { SERVING, NOT_SERVING, SERVICE_UNKNOWN } = HealthCheckResponse_ServingStatus;
const edges: HttpEdge[] = [];

afterEach(async () => {
  await Promise.all(edges.splice(0).map((edge) => edge.close(0)));
});

async function open(options: Partial<EdgeOptions> = {}): Promise<HttpEdge> {
  const health = createHealth(["atlas.order.v1.OrderService"]);
  health.setServing(true);
  const { handlers } = createConnectRouter({ readMaxBytes: 1000 }).service(Health, health.implementation);
  const edge = await openHttpEdge({ host: "127.0.0.1", port: 0, handlers, ...options });
  edges.push(edge);
  return edge;
}

/** Sends bytes, in the pieces given, and answers everything that comes back until the server closes. */
async function raw(edge: HttpEdge, ...pieces: string[]): Promise<string> {
  const socket = connect(edge.port, "127.0.0.1");
  socket.on("error", () => {});
  const chunks: Buffer[] = [];
  socket.on("data", (chunk) => chunks.push(chunk));
  const closed = new Promise((resolve) => socket.once("close", resolve));
  for (const piece of pieces) {
    socket.write(piece, "latin1");
    await sleep(20);
  }
  await closed;
  return Buffer.concat(chunks).toString("latin1");
}

const transports: [string, (baseUrl: string) => Transport][] = [
  ["Connect, HTTP/1.1", (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "1.1" })],
  ["Connect, HTTP/2", (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "2" })],
  [
    "Connect JSON, HTTP/1.1",
    (baseUrl) => createConnectTransport({ baseUrl, httpVersion: "1.1", useBinaryFormat: false }),
  ],
  ["gRPC, HTTP/2", (baseUrl) => createGrpcTransport({ baseUrl })],
  ["gRPC-Web, HTTP/1.1", (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: "1.1" })],
  ["gRPC-Web, HTTP/2", (baseUrl) => createGrpcWebTransport({ baseUrl, httpVersion: "2" })],
];

describe("one port", () => {
  test.each(transports)("speaks %s", async (_name, transport) => {
    const client = createClient(Health, transport((await open()).url));
    expect((await client.check({ service: "" })).status).toBe(SERVING);
    const failed = await client.check({ service: "nobody" }).catch(ConnectError.from);
    expect(failed).toMatchObject({ code: Code.NotFound, rawMessage: "no service nobody" });
    for await (const { status } of client.watch({ service: "nobody" })) {
      expect(status).toBe(SERVICE_UNKNOWN);
      break;
    }
  });

  test("takes HTTP/2's preface byte by byte", async () => {
    const edge = await open();
    const trickle = (socket: Socket) => {
      const write = socket.write.bind(socket) as (chunk: Uint8Array) => boolean;
      let first = true;
      return Object.assign(socket, {
        write: (chunk: Uint8Array, ...rest: unknown[]) => {
          if (!first) return Reflect.apply(write, socket, [chunk, ...rest]);
          first = false;
          for (const byte of chunk) write(Uint8Array.of(byte));
          return true;
        },
      });
    };
    const session = connectHttp2(edge.url, { createConnection: () => trickle(connect(edge.port, "127.0.0.1")) });
    const stream = session.request({ ":path": "/nothing" });
    const [headers] = await once(stream, "response");
    expect(headers[":status"]).toBe(404);
    session.destroy();
  });

  test("answers probes and metrics, and nothing else", async () => {
    const edge = await open({
      plain: {
        "/livez": () => ({ status: 200, contentType: "text/plain", body: "ok\n" }),
        "/metrics": () => Promise.reject(new Error("broken")),
      },
    });
    const page = await fetch(`${edge.url}/livez?verbose`);
    expect([page.status, await page.text(), page.headers.get("cache-control")]).toEqual([200, "ok\n", "no-store"]);
    expect((await fetch(`${edge.url}/livez`, { method: "POST" })).status).toBe(405);
    expect((await fetch(`${edge.url}/nothing`)).status).toBe(404);
    const failed = await fetch(`${edge.url}/metrics`);
    expect([failed.status, await failed.text()]).toEqual([500, "internal error\n"]);
  });

  test("in use: one clear sentence", async () => {
    const { port } = await open();
    await expect(open({ port })).rejects.toThrow(`port ${port} on 127.0.0.1 is in use by another program`);
  });
});

describe("a hostile client", () => {
  const path = "/grpc.health.v1.Health/Check";
  const post = (header: string) =>
    `POST ${path} HTTP/1.1\r\n${header}content-type: application/json\r\ncontent-length: 2\r\n\r\n{}`;

  test.each([
    ["says no host", `POST ${path} HTTP/1.0\r\ncontent-length: 0\r\n\r\n`, "400"],
    ["says a host that is none", post("host: [\r\nconnection: close\r\n"), "400"],
    ["speaks no HTTP", "hello there, how are you today?\r\n\r\n", "400"],
    ["sends a header without end", `GET / HTTP/1.1\r\nx: ${"y".repeat(40_000)}`, "4"],
  ])("who %s is refused, and the server goes on", async (_name, request, status) => {
    const edge = await open({ limits: { headerTimeout: 300 } });
    expect(await raw(edge, request)).toMatch(new RegExp(`^HTTP/1.1 ${status}`));
    expect((await fetch(`${edge.url}/nothing`)).status).toBe(404);
  });

  test.each([
    ["says nothing", []],
    ["begins HTTP/2's preface and stops", ["PRI * HT"]],
    ["begins a header and stops", ["GET / HT", "TP/1.1\r\nhost: x\r\n"]],
  ])("who %s is disconnected in time", async (_name, pieces) => {
    const edge = await open({ limits: { headerTimeout: 200 } });
    const started = performance.now();
    await raw(edge, ...pieces);
    expect(performance.now() - started).toBeLessThan(4_000);
  });

  test("who sends too large a message is refused", async () => {
    const edge = await open();
    const client = createClient(Health, createConnectTransport({ baseUrl: edge.url, httpVersion: "1.1" }));
    const failed = await client.check({ service: "x".repeat(2000) }).catch(ConnectError.from);
    expect(failed).toMatchObject({ code: Code.ResourceExhausted });
  });

  test("whose call was answered before it had sent all, may call again on the same connection", async () => {
    const edge = await open();
    const message = Buffer.alloc(200_000);
    message.writeUInt32BE(message.length - 5, 1);
    const header = (type: string, length: number, more = "") =>
      `POST ${path.replace("Check", type === "json" ? "Check" : "Watch")} HTTP/1.1\r\nhost: x\r\n${more}` +
      `content-type: application/${type}\r\ncontent-length: ${length}\r\n\r\n`;
    for (const cut of [10, 70_000, 150_000]) {
      const said = await raw(
        edge,
        header("connect+proto", message.length),
        message.toString("latin1", 0, cut),
        message.toString("latin1", cut),
        `${header("json", 2, "connection: close\r\n")}{}`,
      );
      expect(said, `cut at ${cut}`).toContain("resource_exhausted");
      expect(said, `cut at ${cut}`).toContain('{"status":"SERVING"}');
    }
  });

  test("who opens too many connections gets no more", async () => {
    const edge = await open({ limits: { connections: 2 } });
    const held = [connect(edge.port, "127.0.0.1"), connect(edge.port, "127.0.0.1")];
    await Promise.all(held.map((socket) => once(socket, "connect")));
    expect(await raw(edge, "GET / HTTP/1.1\r\nhost: x\r\n\r\n")).toBe("");
    held.forEach((socket) => void socket.destroy());
  });
});

describe("closing", () => {
  test.each(transports)("breaks off what is under way after the grace: %s", async (_name, transport) => {
    const edge = await open();
    const client = createClient(Health, transport(edge.url));
    const stream = client.watch({ service: "" })[Symbol.asyncIterator]();
    expect((await stream.next()).value.status).toBe(SERVING);
    const rest = stream.next().catch(ConnectError.from);
    await edge.close(50);
    expect(await rest).toBeInstanceOf(ConnectError);
  });

  test("is at once when nobody is connected, and frees the port", async () => {
    const edge = await open();
    await fetch(`${edge.url}/nothing`);
    await edge.close(10_000);
    await open({ port: edge.port });
  });
});

test("health: who watches is told of a change", async () => {
  const health = createHealth([]);
  const { handlers } = createConnectRouter().service(Health, health.implementation);
  const client = createClient(Health, createGrpcTransport({ baseUrl: (await open({ handlers })).url }));
  const stream = client.watch({ service: "" })[Symbol.asyncIterator]();
  expect((await stream.next()).value.status).toBe(NOT_SERVING);
  health.setServing(true);
  expect((await stream.next()).value.status).toBe(SERVING);
  await stream.return?.(undefined);
});
