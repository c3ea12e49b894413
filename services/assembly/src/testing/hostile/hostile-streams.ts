import { type ClientHttp2Session, connect } from "node:http2";
import { EnvelopeReader } from "@atlas/adapters/http/trade/envelope-reader";
import { envelope } from "@atlas/adapters/http/trade/trade-protocol";
import { codeName } from "@atlas/gateway/session/code-name";
import { MarketService } from "@atlas/gen/atlas/market/v1/market_service_pb";
import type { SubmitOrdersResponse } from "@atlas/gen/atlas/order/v1/order_service_pb";
import {
  OrderSessionService,
  TradeRequestSchema,
  type TradeResponse,
  TradeResponseSchema,
} from "@atlas/gen/atlas/order/v1/order_session_service_pb";
import { codeOf } from "@atlas/platform/refusal/reason-code";
import { create, type DescMethod, fromBinary, toBinary } from "@bufbuild/protobuf";
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { HostileRequest } from "./json-requests.ts";
import { type ConnectErrorBody, type Verdict, verdictOf } from "./send-hostile.ts";

const END = 2;
const LARGEST = 1_048_576;
const SEQUENCE = 2n;
const OPEN = toBinary(
  TradeRequestSchema,
  create(TradeRequestSchema, {
    clientSequence: SEQUENCE - 1n,
    request: { case: "open", value: { accountId: "demo" } },
  }),
);

/** Sends requests on streams of their own, over one connection, in the binary form of the Connect protocol. */
export class HostileStreams {
  readonly #session: ClientHttp2Session;
  readonly #authorization: string;

  constructor(url: string, authorization: string) {
    this.#session = connect(url);
    this.#authorization = authorization;
  }

  close(): void {
    this.#session.destroy();
  }

  /** As the second request of a session, of the account `demo`. */
  onSession = (request: HostileRequest): Promise<Verdict> => {
    const { method } = request.example;
    const field = TradeRequestSchema.fields.find(({ message }) => message?.typeName === method.input.typeName);
    if (field === undefined) throw new Error(`no session takes ${method.input.typeName}`);
    const writer = new BinaryWriter().tag(1, WireType.Varint).int64(SEQUENCE);
    const wrapped = writer
      .tag(field.number, WireType.LengthDelimited)
      .bytes(request.body as Uint8Array)
      .finish();
    return this.#send(OrderSessionService.method.trade, [OPEN, wrapped], (message) => {
      const response = fromBinary(TradeResponseSchema, message);
      return response.clientSequence === SEQUENCE ? answered(response) : undefined;
    });
  };

  /** As the only step of a recording. */
  asRecording = (request: HostileRequest): Promise<Verdict> =>
    this.#send(MarketService.method.playRecording, [request.body as Uint8Array], () => accepted);

  #send(
    method: DescMethod,
    messages: readonly Uint8Array[],
    judge: (message: Uint8Array) => Verdict | undefined,
  ): Promise<Verdict> {
    const stream = this.#session.request({
      ":method": "POST",
      ":path": `/${method.parent.typeName}/${method.name}`,
      "content-type": "application/connect+proto",
      authorization: this.#authorization,
    });
    const input = new EnvelopeReader(LARGEST);
    return new Promise((resolve, reject) => {
      stream.on("error", reject);
      stream.on("close", () => reject(new Error(`${method.name} ended without a word`)));
      stream.on("data", (chunk: Buffer) => {
        input.take(chunk);
        for (let part = input.next(); part !== undefined; part = input.next()) {
          const message = part.bytes.subarray(part.start, part.end);
          const verdict = part.flags === END ? lastWord(message) : judge(message);
          if (verdict !== undefined) resolve(verdict);
        }
      });
      stream.end(Buffer.concat(messages.map((message) => envelope(0, message))));
    });
  }
}

const accepted: Verdict = { code: "ok", refusal: undefined };

function lastWord(message: Uint8Array): Verdict {
  const { error } = JSON.parse(new TextDecoder().decode(message)) as { readonly error?: ConnectErrorBody };
  return error === undefined ? accepted : verdictOf(error, "no code");
}

function answered({ response }: TradeResponse): Verdict {
  if (response.case === "refused") return { code: response.value.code, refusal: response.value.refusal };
  return response.case === "submittedMany" ? ofEntry(response.value) : accepted;
}

/** A malformed entry of a batch refuses only itself. */
function ofEntry({ results }: SubmitOrdersResponse): Verdict {
  const result = results[0]?.result;
  if (result?.case !== "refusal") return accepted;
  return { code: codeName(codeOf(result.value.reason)), refusal: result.value };
}
