import type { ServerHttp2Stream } from "node:http2";
import { constants } from "node:http2";
import type { ConnectError } from "@connectrpc/connect";
import type { StreamProtocol } from "./trade-protocol.ts";

/** Says the last word on a stream whose header has left, behind all that was written. */
export function endStream(stream: ServerHttp2Stream, protocol: StreamProtocol, error: ConnectError | undefined): void {
  const trailers = protocol.trailers(error);
  if (stream.destroyed) return;
  if (trailers !== undefined) stream.once("wantTrailers", () => sendTrailers(stream, trailers));
  else stream.once("finish", () => stopClient(stream));
  stream.end(protocol.lastEnvelope(error));
  // What still comes is of no interest; unread, it would keep the end back.
  stream.resume();
}

/** The response's header, which leaves at once. */
export function beginStream(stream: ServerHttp2Stream, protocol: StreamProtocol): void {
  const header = { ":status": 200, "content-type": protocol.contentType, ...protocol.responseHeader };
  if (!stream.destroyed) stream.respond(header, { waitForTrailers: protocol.trailers(undefined) !== undefined });
}

function sendTrailers(stream: ServerHttp2Stream, trailers: Parameters<ServerHttp2Stream["sendTrailers"]>[0]): void {
  stream.sendTrailers(trailers);
  stopClient(stream);
}

/** The client may still be sending; NO_ERROR tells it that the answer is complete. */
function stopClient(stream: ServerHttp2Stream): void {
  setImmediate(() => {
    if (!stream.destroyed && !stream.readableEnded) stream.close(constants.NGHTTP2_NO_ERROR);
  });
}
