import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import {
  CancelOrderRequestCodec,
  ReplaceOrderRequestCodec,
  SubmitOrderRequestCodec,
  SubmitOrdersRequestCodec,
} from "@atlas/gen/atlas/order/v1/order_service_codec";
import { type Codec, decode } from "@atlas/gen/codec/codec";
import { type DescMessage, fromBinary, fromJsonString, type JsonValue, type Message } from "@bufbuild/protobuf";
import { type RefusalError, refusal } from "../refusal/refusal-error.ts";
import { checkJson } from "../wire/json-check.ts";
import { findBreak } from "../wire/json-place.ts";
import { checkWire, type WireProblem } from "../wire/wire-check.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * A request as the client encoded it. Throws INVALID_ARGUMENT naming the field when it does not decode or, if `strict`,
 * holds what the server does not know: nothing is accepted with a term dropped.
 */
export function decodeBinary(schema: DescMessage, bytes: Uint8Array, strict: boolean): Message {
  const codec = hotRequests.get(schema.typeName);
  if (strict && codec === undefined) {
    const problem = checkWire(schema, bytes);
    if (problem !== undefined) throw explain(problem);
  }
  try {
    return strict && codec !== undefined ? decode(codec, bytes) : fromBinary(schema, bytes);
  } catch {
    throw explain(checkWire(schema, bytes) ?? { field: "", unknown: false });
  }
}

/** Requests of the hot path have codecs, which are as strict and five times as fast. */
const hotRequests: ReadonlyMap<string, Codec<Message>> = new Map(
  [SubmitOrderRequestCodec, SubmitOrdersRequestCodec, ReplaceOrderRequestCodec, CancelOrderRequestCodec].map(
    (codec) => [codec.typeName, codec as unknown as Codec<Message>],
  ),
);

function explain({ field, unknown }: WireProblem): RefusalError {
  return unknown ? unknownField(field) : undecodable(field);
}

/** The same of JSON. */
export function decodeJson(schema: DescMessage, bytes: Uint8Array, strict: boolean): Message {
  const text = bytes.length === 0 ? "{}" : textOf(bytes);
  try {
    return fromJsonString(schema, text, { ignoreUnknownFields: !strict });
  } catch (error) {
    const problem = checkJson(schema, parse(schema, text), strict);
    if (problem?.unknown === true) throw unknownField(problem.field);
    // Nothing is wrong with any value: a field stands twice.
    throw undecodable(problem?.field ?? findBreak(schema, text), (error as Error).message, problem?.expected);
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw undecodable("", "the request is not UTF-8");
  }
}

function parse(schema: DescMessage, text: string): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    const field = findBreak(schema, text);
    throw undecodable(field, "the request is not JSON", "is no JSON");
  }
}

/** The request holds something that the server does not know. */
export function unknownField(field: string): RefusalError {
  return invalid(Reason.UNKNOWN_FIELD, field, `${field} is not known here`);
}

function undecodable(field: string, detail = "the request does not decode", why = "does not decode"): RefusalError {
  const message = field === "" ? detail : `${field} ${why}`;
  return invalid(Reason.INVALID_FIELD, field, message.slice(0, 500));
}

function invalid(reason: Reason, path: string, message: string): RefusalError {
  const field = path.slice(0, 256);
  return refusal(reason, message, { field, violations: field === "" ? [] : [{ field, reason, message }] });
}
