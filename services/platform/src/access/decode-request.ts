import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { type DescMessage, fromBinary, fromJson, type JsonValue, type Message } from "@bufbuild/protobuf";
import { type RefusalError, refusal } from "../refusal/refusal-error.ts";
import { checkJson } from "../wire/json-check.ts";
import { checkWire } from "../wire/wire-check.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * A request as the client encoded it. Throws INVALID_ARGUMENT naming the field when it does not decode or, if `strict`,
 * holds what the server does not know: nothing is accepted with a term dropped.
 */
export function decodeBinary(schema: DescMessage, bytes: Uint8Array, strict: boolean): Message {
  if (strict) {
    const problem = checkWire(schema, bytes);
    if (problem !== undefined) throw problem.unknown ? unknownField(problem.field) : undecodable(problem.field);
  }
  try {
    return fromBinary(schema, bytes);
  } catch {
    throw undecodable(checkWire(schema, bytes)?.field ?? "");
  }
}

/** The same of JSON. */
export function decodeJson(schema: DescMessage, bytes: Uint8Array, strict: boolean): Message {
  const json = parse(bytes);
  try {
    return fromJson(schema, json, { ignoreUnknownFields: !strict });
  } catch (error) {
    const problem = checkJson(schema, json);
    if (problem?.unknown === true && strict) throw unknownField(problem.field);
    throw undecodable(problem?.field ?? "", (error as Error).message);
  }
}

function parse(bytes: Uint8Array): JsonValue {
  try {
    return JSON.parse(bytes.length === 0 ? "{}" : utf8.decode(bytes)) as JsonValue;
  } catch {
    throw undecodable("", "the request is not JSON");
  }
}

/** The request holds something that the server does not know. */
export function unknownField(field: string): RefusalError {
  return invalid(Reason.UNKNOWN_FIELD, field, `${field} is not known here`);
}

function undecodable(field: string, detail = "the request does not decode"): RefusalError {
  const message = field === "" ? detail : `${field} does not decode`;
  return invalid(Reason.INVALID_FIELD, field, message.slice(0, 500));
}

function invalid(reason: Reason, path: string, message: string): RefusalError {
  const field = path.slice(0, 256);
  return refusal(reason, message, { field, violations: field === "" ? [] : [{ field, reason, message }] });
}
