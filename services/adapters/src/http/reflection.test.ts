import { OrderService } from "@atlas/gen/atlas/order/v1/order_service_pb";
import { ServerReflection, type ServerReflectionRequestSchema } from "@atlas/gen/grpc/reflection/v1/reflection_pb";
import { ServerReflection as Alpha } from "@atlas/gen/grpc/reflection/v1alpha/reflection_pb";
import { fromBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema } from "@bufbuild/protobuf/wkt";
import { Code, createClient, createRouterTransport } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { createReflection } from "./reflection.ts";

const reflection = createReflection([OrderService]);
const transport = createRouterTransport((router) => {
  router.service(ServerReflection, reflection.v1).service(Alpha, reflection.v1alpha);
});

type Asked = NonNullable<MessageInitShape<typeof ServerReflectionRequestSchema>["messageRequest"]>;

async function ask(service: typeof ServerReflection | typeof Alpha, messageRequest: Asked) {
  async function* requests() {
    yield { host: "here", messageRequest };
  }
  const client = createClient(service as typeof ServerReflection, transport);
  for await (const response of client.serverReflectionInfo(requests())) {
    expect(response.validHost).toBe("here");
    expect(response.originalRequest?.messageRequest.case).toBe(messageRequest.case);
    return response.messageResponse;
  }
  throw new Error("no answer");
}

function fileNames(files: readonly Uint8Array[]): string[] {
  return files.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes).name);
}

describe.each([
  ["v1", ServerReflection],
  ["v1alpha", Alpha],
] as const)("reflection %s", (_name, service) => {
  test("lists the services and itself", async () => {
    const answer = await ask(service, { case: "listServices", value: "" });
    if (answer.case !== "listServicesResponse") throw new Error(answer.case);
    expect(answer.value.service.map(({ name }) => name)).toEqual([
      "atlas.order.v1.OrderService",
      "grpc.reflection.v1.ServerReflection",
      "grpc.reflection.v1alpha.ServerReflection",
    ]);
  });

  test.each<Asked>([
    { case: "fileContainingSymbol", value: "atlas.order.v1.OrderService" },
    { case: "fileContainingSymbol", value: "atlas.order.v1.OrderService.SubmitOrder" },
    { case: "fileContainingSymbol", value: "atlas.order.v1.SubmitOrderRequest" },
    { case: "fileContainingSymbol", value: "atlas.order.v1.SubmitOrderRequest.request_id" },
    { case: "fileByFilename", value: "atlas/order/v1/order_service.proto" },
  ])("gives the file of %o and all that it imports", async (asked) => {
    const answer = await ask(service, asked);
    if (answer.case !== "fileDescriptorResponse") throw new Error(answer.case);
    const names = fileNames(answer.value.fileDescriptorProto);
    expect(names[0]).toBe("atlas/order/v1/order_service.proto");
    expect(names).toEqual(expect.arrayContaining(["atlas/order/v1/order.proto", "buf/validate/validate.proto"]));
    expect(new Set(names).size).toBe(names.length);
  });

  test("finds the options of the contract by their number", async () => {
    const containingType = "google.protobuf.MethodOptions";
    const numbers = await ask(service, { case: "allExtensionNumbersOfType", value: containingType });
    expect(numbers).toMatchObject({ value: { baseTypeName: containingType, extensionNumber: [50100] } });
    const value = { containingType, extensionNumber: 50100 };
    const answer = await ask(service, { case: "fileContainingExtension", value });
    if (answer.case !== "fileDescriptorResponse") throw new Error(answer.case);
    expect(fileNames(answer.value.fileDescriptorProto)[0]).toBe("atlas/options/v1/options.proto");
  });

  test.each<[Asked, Code]>([
    [{ case: "fileContainingSymbol", value: "atlas.order.v1.Nothing" }, Code.NotFound],
    [{ case: "fileByFilename", value: "/etc/passwd" }, Code.NotFound],
    [{ case: "allExtensionNumbersOfType", value: "nothing" }, Code.NotFound],
  ])("answers %o with an error and goes on", async (asked, errorCode) => {
    expect(await ask(service, asked)).toMatchObject({ case: "errorResponse", value: { errorCode } });
  });
});
