import { base64Decode } from "@bufbuild/protobuf/wire";
import type { UniversalServerRequest } from "@connectrpc/connect/protocol";
import type { CallBody, UnreadCall } from "./call-body.ts";

/** The same for a read that comes as GET: its message stands in the query. */
export function takeQuery(call: UniversalServerRequest): CallBody | UnreadCall {
  const url = new URL(call.url);
  const { searchParams: query } = url;
  const json = query.get("encoding") === "json";
  const compression = query.get("compression") ?? "identity";
  if ((!json && query.get("encoding") !== "proto") || compression !== "identity")
    return { bytes: undefined, rest: call };
  const text = query.get("message") ?? "";
  const bytes = query.get("base64") === "1" ? decode(text) : new TextEncoder().encode(text);
  if (bytes === undefined) return { bytes, rest: call };
  query.delete("base64");
  query.set("message", json ? "{}" : "");
  return { bytes, json, rest: { ...call, url: url.toString() } };
}

function decode(text: string): Uint8Array | undefined {
  try {
    return base64Decode(text);
  } catch {
    return undefined;
  }
}
