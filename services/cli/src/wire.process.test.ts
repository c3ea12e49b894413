import { existsSync, readFileSync } from "node:fs";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { ReasonSchema, type Refusal, RefusalSchema } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { Role } from "@atlas/gen/atlas/options/v1/options_pb";
import { Health, HealthCheckResponse_ServingStatus } from "@atlas/gen/grpc/health/v1/health_pb";
import { ServerReflection } from "@atlas/gen/grpc/reflection/v1/reflection_pb";
import { ServerReflection as ServerReflectionAlpha } from "@atlas/gen/grpc/reflection/v1alpha/reflection_pb";
import { isRead } from "@atlas/platform/access/access-rule";
import { contractFiles } from "@atlas/platform/access/testing/contract-files";
import {
  create,
  createFileRegistry,
  type DescMethodUnary,
  type DescService,
  type FileRegistry,
  fromBinary,
  type JsonObject,
  toJson,
} from "@bufbuild/protobuf";
import { base64Decode, base64Encode } from "@bufbuild/protobuf/wire";
import { type FileDescriptorProto, FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { createClient } from "@connectrpc/connect";
import { createGrpcTransport } from "@connectrpc/connect-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { atlasClient } from "./client/atlas-client.ts";
import { malformedBodies } from "./testing/malformed-bodies.ts";
import { newFolder, type PlatformProcess, removeFolder, startPlatformProcess } from "./testing/platform-process.ts";
import { enveloped, type RawAnswer, type RawCall, rawCall, rawCall2 } from "./testing/raw-call.ts";
import { makeUser } from "./testing/users.ts";

const folder = newFolder("wire");
let platform: PlatformProcess;

beforeAll(async () => {
  platform = await startPlatformProcess({ folder });
});

afterAll(async () => {
  await platform?.stop();
  removeFolder(folder);
});

function json(path: string, body: unknown, header: Record<string, string> = {}): RawCall {
  const own = { authorization: `Bearer ${platform.key}`, "content-type": "application/json", ...header };
  return { url: platform.url, path, header: own, body: typeof body === "string" ? body : JSON.stringify(body) };
}

/** Reason and field of a Connect error. */
function refusalOf({ body }: RawAnswer): Refusal | undefined {
  const { details = [] } = JSON.parse(body.toString()) as { details?: { type: string; value: string }[] };
  const detail = details.find(({ type }) => type === RefusalSchema.typeName);
  return detail && fromBinary(RefusalSchema, base64Decode(detail.value));
}

function reasonOf(answer: RawAnswer): string | undefined {
  const refusal = refusalOf(answer);
  return refusal && ReasonSchema.value[refusal.reason]?.localName;
}

describe("gRPC without files, as grpcurl does it", () => {
  type Version = typeof ServerReflection | typeof ServerReflectionAlpha;

  function importsFirst(files: ReadonlyMap<string, FileDescriptorProto>): FileDescriptorProto[] {
    const sorted = new Set<FileDescriptorProto>();
    const add = (file: FileDescriptorProto | undefined) => {
      if (file === undefined) throw new Error("an imported file was not told");
      for (const name of file.dependency) add(files.get(name));
      sorted.add(file);
    };
    for (const file of files.values()) add(file);
    return [...sorted];
  }

  /** Every service, and a registry made of nothing but what the server tells. */
  async function reflect(version: Version): Promise<{ services: string[]; registry: FileRegistry }> {
    const client = createClient(version as typeof ServerReflection, createGrpcTransport({ baseUrl: platform.url }));
    const files = new Map<string, FileDescriptorProto>();
    let services: string[] = [];
    let send: (value: IteratorResult<never>) => void = () => {};
    const asked: object[] = [{ host: "", messageRequest: { case: "listServices", value: "" } }];
    async function* requests() {
      for (let at = 0; ; at++) {
        while (asked.length <= at) {
          const next = await new Promise<IteratorResult<never>>((resolve) => {
            send = resolve;
          });
          if (next.done === true) return;
        }
        yield asked[at] as never;
      }
    }
    let open = 1;
    const ask = (request: object) => {
      open++;
      asked.push(request);
      send({ done: false, value: undefined as never });
    };
    for await (const { messageResponse } of client.serverReflectionInfo(requests())) {
      if (messageResponse.case === "listServicesResponse") {
        services = messageResponse.value.service.map(({ name }) => name);
        for (const name of services) {
          ask({ host: "", messageRequest: { case: "fileContainingSymbol", value: name } });
        }
      } else if (messageResponse.case === "fileDescriptorResponse") {
        for (const bytes of messageResponse.value.fileDescriptorProto) {
          const file = fromBinary(FileDescriptorProtoSchema, bytes);
          files.set(file.name, file);
        }
      } else throw new Error(`reflection answered ${messageResponse.case}`);
      if (--open === 0) send({ done: true, value: undefined });
    }
    const set = create(FileDescriptorSetSchema, { file: importsFirst(files) });
    return { services, registry: createFileRegistry(set) };
  }

  test.each([
    ["v1", ServerReflection],
    ["v1alpha", ServerReflectionAlpha],
  ] as const)("reflection %s lists the services and describes how to call them", async (_name, version) => {
    const { services, registry } = await reflect(version);
    expect(services).toEqual(
      expect.arrayContaining([
        "atlas.order.v1.OrderService",
        "atlas.order.v1.OrderSessionService",
        "atlas.account.v1.AccountService",
        "atlas.market.v1.MarketService",
        "atlas.stream.v1.StreamService",
        "atlas.identity.v1.IdentityService",
        "atlas.instrument.v1.InstrumentService",
        "atlas.operations.v1.OperationsService",
        "grpc.health.v1.Health",
      ]),
    );
    const call = async (name: string, method: string, request: JsonObject) => {
      const service = registry.getService(name) as DescService;
      const transport = createGrpcTransport({
        baseUrl: platform.url,
        interceptors: [
          (next) => (sent) => {
            sent.header.set("authorization", `Bearer ${platform.key}`);
            return next(sent);
          },
        ],
      });
      const found = service.methods.find((one) => one.name === method) as DescMethodUnary;
      const answer = await transport.unary(found, undefined, undefined, undefined, request as never);
      return toJson(found.output, answer.message, { registry }) as JsonObject;
    };
    const { instruments } = await call("atlas.instrument.v1.InstrumentService", "ListInstruments", {});
    expect((instruments as JsonObject[]).map(({ instrumentId }) => instrumentId)).toContain("BTC-USD");
    const { balances } = await call("atlas.account.v1.AccountService", "ListBalances", { accountId: "demo" });
    expect((balances as JsonObject[]).map(({ asset }) => asset)).toContain("USD");
  });

  test("grpc.health.v1 says that the platform and its services serve", async () => {
    const client = createClient(Health, createGrpcTransport({ baseUrl: platform.url }));
    for (const service of ["", "atlas.order.v1.OrderService", "atlas.stream.v1.StreamService"]) {
      const { status } = await client.check({ service });
      expect([service, status]).toEqual([service, HealthCheckResponse_ServingStatus.SERVING]);
    }
  });
});

describe("curl", () => {
  test("trades by JSON: submit, read, cancel", async () => {
    const terms = { instrumentId: "BTC-USD", side: "SIDE_BUY", type: "ORDER_TYPE_LIMIT", quantity: "0.01" };
    const request = { requestId: "curl-1", accountId: "demo", order: { ...terms, limitPrice: "100" } };
    const submitted = await rawCall(json("/atlas.order.v1.OrderService/SubmitOrder", request));
    expect(submitted.status).toBe(200);
    const { order } = JSON.parse(submitted.body.toString()) as { order: JsonObject };
    expect(order).toMatchObject({ requestId: "curl-1", quantity: "0.01", cumulativeQuantity: "0", fees: "0" });
    const cancel = { requestId: "curl-2", accountId: "demo", orderId: order.orderId };
    expect((await rawCall(json("/atlas.order.v1.OrderService/CancelOrder", cancel))).status).toBe(200);
  });

  test.each([
    ["public", "/atlas.market.v1.MarketService/GetBook", { instrumentId: "BTC-USD" }, "max-age=1"],
    ["an account's", "/atlas.account.v1.AccountService/ListBalances", { accountId: "demo" }, "no-store"],
  ])("reads by GET what is %s, to be kept as long as the contract says", async (_what, path, request, kept) => {
    const message = JSON.stringify(request);
    const plain = `${path}?connect=v1&encoding=json&message=${encodeURIComponent(message)}`;
    const coded = `${path}?connect=v1&encoding=json&base64=1&message=${base64Encode(Buffer.from(message), "url")}`;
    for (const way of [plain, coded]) {
      const answer = await rawCall({ ...json(way, ""), method: "GET" });
      expect([answer.status, answer.header["cache-control"]]).toEqual([200, kept]);
    }
  });

  test("does not change anything by GET", async () => {
    const path = `/atlas.order.v1.OrderService/CancelOrders?connect=v1&encoding=json&message=${encodeURIComponent("{}")}`;
    expect((await rawCall({ ...json(path, ""), method: "GET" })).status).toBe(405);
  });

  test("probes and metrics", async () => {
    for (const path of ["/livez", "/readyz", "/metrics"]) {
      expect((await rawCall({ url: platform.url, path, method: "GET" })).status).toBe(200);
      const head = await rawCall({ url: platform.url, path, method: "HEAD" });
      expect([head.status, head.body.length]).toEqual([200, 0]);
    }
  });

  test("metrics are in Prometheus's text format, and count", async () => {
    const commands = async () => {
      const { body, header } = await rawCall({ url: platform.url, path: "/metrics", method: "GET" });
      expect(header["content-type"]).toMatch(/^text\/plain; version=0\.0\.4/);
      const described = new Set<string>();
      let sum = 0;
      for (const line of body.toString().trimEnd().split("\n")) {
        const comment = /^# (HELP|TYPE) ([a-z_:][a-z0-9_:]*) .+$/i.exec(line);
        if (comment !== null) described.add(comment[2] as string);
        if (line.startsWith("#") || line === "") continue;
        const sample =
          /^([a-z_:][a-z0-9_:]*)(?:\{([a-z_][a-z0-9_]*="[^"\n]*",?)*\})? (NaN|[+-]?(?:Inf|[0-9.e+-]+))$/i.exec(line);
        expect(sample, line).not.toBeNull();
        const name = (sample?.[1] ?? "").replace(/_(bucket|sum|count)$/, "");
        expect(described.has(name) || described.has(sample?.[1] ?? ""), line).toBe(true);
        if (sample?.[1] === "atlas_commands_total") sum += Number(sample[3]);
      }
      return sum;
    };
    const before = await commands();
    await rawCall(json("/atlas.order.v1.OrderService/CancelOrders", { requestId: "curl-3", accountId: "demo" }));
    expect(await commands()).toBe(before + 1);
  });
});

describe("over the limit", () => {
  const LIMIT = 4_194_304;
  const path = "/atlas.order.v1.OrderService/SubmitOrder";
  const over = JSON.stringify({ requestId: "x".repeat(LIMIT) });
  const proto = () => ({ authorization: `Bearer ${platform.key}`, "content-type": "application/proto" });

  test.each<[string, () => Promise<RawAnswer>]>([
    ["JSON that says how long it is", () => rawCall(json(path, over, { "content-length": `${over.length}` }))],
    ["JSON in chunks", () => rawCall(json(path, over, { "transfer-encoding": "chunked" }))],
    ["JSON by HTTP/2", () => rawCall2(json(path, over))],
    ["binary", () => rawCall({ ...json(path, ""), header: proto(), body: Buffer.alloc(LIMIT + 1) })],
  ])("a request is refused: %s", async (_what, call) => {
    const answer = await call();
    expect([answer.status, reasonOf(answer)]).toEqual([400, "TOO_LARGE"]);
  });

  test.each<[string, string]>([
    ["a call", path],
    ["a session", "/atlas.order.v1.OrderSessionService/Trade"],
    ["a stream", "/atlas.stream.v1.StreamService/Subscribe"],
  ])("gRPC: %s with too long a message is refused", async (_what, procedure) => {
    const header = { ...proto(), "content-type": "application/grpc", te: "trailers" };
    const body = enveloped(Buffer.alloc(LIMIT + 1, 0x0a));
    const answer = await rawCall2({ url: platform.url, path: procedure, header, body });
    expect(answer.header["grpc-status"]).toMatch(/^(3|8)$/);
  });

  test.each<[string, string, object, string]>([
    [
      "1,001 orders in a batch",
      "order.v1.OrderService/SubmitOrders",
      { accountId: "demo", entries: Array.from({ length: 1_001 }, () => ({})) },
      "entries",
    ],
    ["a negative page size", "order.v1.OrderService/ListOrders", { accountId: "demo", pageSize: -1 }, "page_size"],
    ["a depth of 1,001", "market.v1.MarketService/GetBook", { instrumentId: "BTC-USD", depth: 1_001 }, "depth"],
  ])("%s: refused by name", async (_what, method, request, field) => {
    const answer = await rawCall(json(`/atlas.${method}`, request));
    expect([answer.status, refusalOf(answer)?.field]).toEqual([400, field]);
  });

  test("a header that is too long is refused", async () => {
    const answer = await rawCall(json(path, "{}", { "x-long": "x".repeat(40_000) }));
    expect(answer.status).toBe(431);
  });
});

describe("a bomb: little that unpacks to much", () => {
  /** What it unpacks to, and what the process may grow by. */
  const UNPACKED = 128 << 20;
  const GROWTH = 64 << 20;
  const zeros = Buffer.alloc(UNPACKED);
  const gzip = gzipSync(zeros);
  const brotli = brotliCompressSync(zeros, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });
  const submit = "/atlas.order.v1.OrderService/SubmitOrder";
  const streams = ["/atlas.order.v1.OrderSessionService/Trade", "/atlas.stream.v1.StreamService/Subscribe"];
  const grpc = { "content-type": "application/grpc", "grpc-encoding": "gzip", te: "trailers" };
  const connect = { "content-type": "application/connect+proto", "connect-content-encoding": "gzip" };

  const ROWS: readonly [what: string, path: string, header: Record<string, string>, body: Buffer][] = [
    ["gzip, JSON", submit, { "content-type": "application/json", "content-encoding": "gzip" }, gzip],
    ["brotli, JSON", submit, { "content-type": "application/json", "content-encoding": "br" }, brotli],
    ["gzip, binary", submit, { "content-type": "application/proto", "content-encoding": "gzip" }, gzip],
    ["gRPC", submit, grpc, enveloped(gzip, 1)],
    ...streams.flatMap((path): [string, string, Record<string, string>, Buffer][] => [
      [`gRPC ${path}`, path, grpc, enveloped(gzip, 1)],
      [`Connect ${path}`, path, connect, enveloped(gzip, 1)],
    ]),
  ];

  test.each(ROWS)("%s: refused, and the memory is not taken", async (_what, path, header, body) => {
    const before = mostMemory();
    const authorization = `Bearer ${platform.key}`;
    const answer = await rawCall2({ url: platform.url, path, header: { authorization, ...header }, body });
    // Connect says it in the body, or in the last message of a stream; gRPC in a trailer.
    const isRefused = answer.status >= 400 || /^(3|8)$/.test(answer.header["grpc-status"] ?? "");
    expect(isRefused || /"code":"(invalid_argument|resource_exhausted)"/.test(answer.body.toString())).toBe(true);
    expect(mostMemory() - before).toBeLessThan(GROWTH);
  });

  /** The most bytes that the platform ever had in memory; 0 where the system does not tell. */
  function mostMemory(): number {
    const status = `/proc/${platform.process.pid}/status`;
    if (!existsSync(status)) return 0;
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(status, "utf8"))?.[1] ?? 0) * 1_024;
  }
});

describe("what is malformed", () => {
  const SECRETS = /node_modules|\/services\/|\.ts:|\.js:|\n\s+at |\/tmp\/|\/work\//;

  test("every method, by every malformed body: refused as such, without a word of how the server is made", async () => {
    const faults: string[] = [];
    let sent = 0;
    const auditor = await anAuditor();
    for (const { path, isStream, isRead } of await publicMethods()) {
      const authorization = `Bearer ${path.startsWith("/atlas.audit.") ? auditor : platform.key}`;
      for (const { what, contentType, body, encoding, mayBeIgnored } of malformedBodies(isStream)) {
        const header = {
          authorization,
          ...(encoding === undefined ? {} : { "content-encoding": encoding }),
          "content-type": contentType,
        };
        const answer = await rawCall({ ...json(path, "", header), body });
        const text = answer.body.toString();
        sent++;
        if (SECRETS.test(text)) faults.push(`${path}, ${what}: tells ${text.slice(0, 300)}`);
        const isIgnored = isRead && mayBeIgnored === true && answer.status === 200;
        if (!isIgnored && !isRefusedAsMalformed(answer, isStream))
          faults.push(`${path}, ${what}: ${answer.status} ${text.slice(0, 300)}`);
      }
    }
    console.log(`${sent} malformed requests`);
    expect(faults).toEqual([]);
    expect((await rawCall({ url: platform.url, path: "/readyz", method: "GET" })).status).toBe(200);
    expect(platform.said().stderr).toBe("");
  });

  test.each<[string, RawCall["method"], string, Record<string, string>, number]>([
    ["a method that does not exist", "POST", "/atlas.order.v1.OrderService/StealOrder", {}, 404],
    ["a method of the platform itself", "POST", "/atlas.operations.v1.ShardService/Read", {}, 404],
    ["a path out of the tree", "GET", "/../../../etc/passwd", {}, 404],
    [
      "an encoding that does not exist",
      "POST",
      "/atlas.order.v1.OrderService/SubmitOrder",
      { "content-type": "text/html" },
      415,
    ],
    ["a verb that does not fit", "PUT", "/atlas.order.v1.OrderService/SubmitOrder", {}, 405],
  ])("%s", async (_what, method, path, header, status) => {
    const call = json(path, "{}", header);
    const answer = await rawCall(
      method === "GET" ? { ...call, method, body: "" } : { ...call, method: method ?? "POST" },
    );
    expect(answer.status).toBe(status);
    expect(answer.body.toString()).not.toMatch(SECRETS);
  });

  function isRefusedAsMalformed(answer: RawAnswer, isStream: boolean): boolean {
    if (!isStream) return answer.status === 400 && /"code":"invalid_argument"/.test(answer.body.toString());
    return /"code":"invalid_argument"/.test(answer.body.toString()) || answer.status === 400;
  }
});

/** The key of somebody who may read the archive, as the local user may not. */
async function anAuditor(): Promise<string> {
  const atlas = atlasClient(platform.url, platform.key);
  const { secret } = await makeUser(atlas, "auditor", [Role.AUDITOR]);
  atlas.close();
  return secret;
}

/** Methods that a client may call by HTTP/1.1: all but those where both sides stream. */
async function publicMethods(): Promise<{ path: string; isStream: boolean; isRead: boolean }[]> {
  const services = (await contractFiles()).flatMap(({ services }) => services);
  return services
    .filter(({ name }) => name !== "ShardService")
    .flatMap(({ methods }) => methods)
    .filter(({ methodKind }) => methodKind === "unary" || methodKind === "server_streaming")
    .map((method) => ({
      path: `/${method.parent.typeName}/${method.name}`,
      isStream: method.methodKind === "server_streaming",
      isRead: isRead(method),
    }));
}
