import { codeName } from "@atlas/gateway/session/code-name";
import { type Refusal, RefusalSchema } from "@atlas/gen/atlas/error/v1/refusal_pb";
import {
  PreviewOrderResponseSchema,
  type SubmitOrdersResponse,
  SubmitOrdersResponseSchema,
} from "@atlas/gen/atlas/order/v1/order_service_pb";
import { codeOf } from "@atlas/platform/refusal/reason-code";
import { type DescMessage, fromBinary, fromJsonString, type MessageShape } from "@bufbuild/protobuf";
import { base64Decode } from "@bufbuild/protobuf/wire";
import type { HostileRequest } from "./json-requests.ts";

/** What a server said to a request that it must refuse. */
export interface Verdict {
  /** Connect's name of the code; `ok` when nothing was refused. */
  readonly code: string;
  readonly refusal: Refusal | undefined;
}

/** An error as the Connect protocol has it. */
export interface ConnectErrorBody {
  readonly code?: string;
  readonly details?: readonly { readonly type: string; readonly value: string }[];
}

/** Sends it by HTTP, as any client could. */
export async function sendHostile(url: string, authorization: string, request: HostileRequest): Promise<Verdict> {
  const { method } = request.example;
  const response = await fetch(`${url}/${method.parent.typeName}/${method.name}`, {
    method: "POST",
    headers: { authorization, "content-type": request.contentType },
    body: Buffer.from(request.body as Uint8Array),
  });
  const body = new Uint8Array(await response.arrayBuffer());
  if (response.ok) return answeredVerdict(request, body);
  return verdictOf(JSON.parse(new TextDecoder().decode(body)) as ConnectErrorBody, `http ${response.status}`);
}

/** `otherwise`: the code of an error that has none. */
export function verdictOf({ code, details = [] }: ConnectErrorBody, otherwise: string): Verdict {
  const detail = details.find(({ type }) => type === RefusalSchema.typeName);
  return { code: code ?? otherwise, refusal: detail && fromBinary(RefusalSchema, base64Decode(detail.value)) };
}

/** A malformed entry of a batch refuses only itself, and a preview says what a submit would be refused for. */
function answeredVerdict(request: HostileRequest, body: Uint8Array): Verdict {
  const { name } = request.example.method;
  const refusal =
    name === "SubmitOrders"
      ? refusalOfEntry(answerOf(SubmitOrdersResponseSchema, request, body))
      : name === "PreviewOrder"
        ? answerOf(PreviewOrderResponseSchema, request, body).refusal
        : undefined;
  if (refusal === undefined) return { code: "ok", refusal };
  return { code: refusal.orderId === "" ? codeName(codeOf(refusal.reason)) : "kept", refusal };
}

function refusalOfEntry({ results }: SubmitOrdersResponse): Refusal | undefined {
  const result = results[0]?.result;
  return result?.case === "refusal" ? result.value : undefined;
}

function answerOf<S extends DescMessage>(schema: S, request: HostileRequest, body: Uint8Array): MessageShape<S> {
  if (request.contentType === "application/proto") return fromBinary(schema, body);
  return fromJsonString(schema, new TextDecoder().decode(body));
}
