import { ServerReflection, type ServerReflectionRequest } from "@atlas/gen/grpc/reflection/v1/reflection_pb";
import {
  ServerReflection as ServerReflectionAlpha,
  type ServerReflectionRequest as ServerReflectionAlphaRequest,
} from "@atlas/gen/grpc/reflection/v1alpha/reflection_pb";
import type { DescFile, DescService } from "@bufbuild/protobuf";
import { Code, type ServiceImpl } from "@connectrpc/connect";
import { type DescriptorIndex, encodeFile, indexDescriptors } from "./descriptor-index.ts";

type Asked = ServerReflectionRequest["messageRequest"] | ServerReflectionAlphaRequest["messageRequest"];

/** The same in both versions. */
type Answer =
  | { case: "fileDescriptorResponse"; value: { fileDescriptorProto: Uint8Array[] } }
  | { case: "allExtensionNumbersResponse"; value: { baseTypeName: string; extensionNumber: number[] } }
  | { case: "listServicesResponse"; value: { service: { name: string }[] } }
  | { case: "errorResponse"; value: { errorCode: number; errorMessage: string } };

/** Both versions of gRPC's reflection, which have the same messages, for tools such as grpcurl and buf curl. */
export interface ReflectionServices {
  readonly v1: ServiceImpl<typeof ServerReflection>;
  readonly v1alpha: ServiceImpl<typeof ServerReflectionAlpha>;
}

/** Describes the services, the reflection services themselves, and every file that they are made of. */
export function createReflection(services: readonly DescService[]): ReflectionServices {
  const index = indexDescriptors([...services, ServerReflection, ServerReflectionAlpha]);
  async function* respond<R extends { readonly host: string; readonly messageRequest: Asked }>(
    requests: AsyncIterable<R>,
  ) {
    for await (const request of requests) {
      const messageResponse = answer(index, request.messageRequest);
      yield { validHost: request.host, originalRequest: request, messageResponse };
    }
  }
  return { v1: { serverReflectionInfo: respond }, v1alpha: { serverReflectionInfo: respond } };
}

function answer(index: DescriptorIndex, asked: Asked): Answer {
  switch (asked.case) {
    case "listServices":
      return { case: "listServicesResponse", value: { service: index.services.map((name) => ({ name })) } };
    case "fileByFilename":
      return describe(index.byName(asked.value), asked.value);
    case "fileContainingSymbol":
      return describe(index.bySymbol(asked.value), asked.value);
    case "fileContainingExtension": {
      const { containingType, extensionNumber } = asked.value;
      return describe(index.byExtension(containingType, extensionNumber), `${containingType} ${extensionNumber}`);
    }
    case "allExtensionNumbersOfType": {
      const extensionNumber = index.extensionsOf(asked.value);
      if (extensionNumber === undefined) return refuse(Code.NotFound, `not known: ${asked.value}`);
      return { case: "allExtensionNumbersResponse", value: { baseTypeName: asked.value, extensionNumber } };
    }
    default:
      return refuse(Code.InvalidArgument, "nothing was asked for");
  }
}

function describe(file: DescFile | undefined, asked: string): Answer {
  if (file === undefined) return refuse(Code.NotFound, `not known: ${asked}`);
  return { case: "fileDescriptorResponse", value: { fileDescriptorProto: encodeFile(file) } };
}

function refuse(errorCode: Code, errorMessage: string): Answer {
  return { case: "errorResponse", value: { errorCode, errorMessage } };
}
