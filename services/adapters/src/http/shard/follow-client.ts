import { type ClientHttp2Stream, constants } from "node:http2";
import { FollowRequestCodec, FollowResponseCodec } from "@atlas/gen/atlas/operations/v1/shard_service_codec";
import { FollowRequestSchema } from "@atlas/gen/atlas/operations/v1/shard_service_pb";
import { decode, encode } from "@atlas/gen/codec/codec";
import { notReady } from "@atlas/platform/shard/not-ready";
import type { FollowReceiver } from "@atlas/platform/shard/shard-client";
import { create } from "@bufbuild/protobuf";
import { endStreamFromJson } from "@connectrpc/connect/protocol-connect";
import type { Http2SessionManager } from "@connectrpc/connect-node";
import { EnvelopeReader } from "../trade/envelope-reader.ts";
import { envelope } from "../trade/trade-protocol.ts";
import { FOLLOW_PATH, TOO_SLOW } from "./follow-route.ts";
import { toldBy } from "./told-by.ts";

/** Bytes of a message: what was decided in one go. */
const LARGEST = 67_108_864;

/** Follows a shard at another process, with the static codec. */
export function followShard(
  session: Http2SessionManager,
  { shard, after }: { readonly shard: string; readonly after: number },
  receiver: FollowReceiver,
): { close(): void } {
  let stream: ClientHttp2Stream | undefined;
  let over = false;
  const end = (error: Error | undefined) => {
    if (over) return;
    over = true;
    stream?.close(constants.NGHTTP2_CANCEL);
    if (error !== undefined) receiver.fail(toldBy(error, shard));
  };
  const ended = notReady(`${shard}'s owner has ended the stream`);
  const tooSlow = notReady(`${shard}'s owner has let go of a follower that is too slow`);
  const input = new EnvelopeReader(LARGEST);
  const read = (chunk: Buffer) => {
    if (over) return;
    session.notifyResponseByteRead(stream as ClientHttp2Stream);
    input.take(chunk);
    for (let message = input.next(); message !== undefined && !over; message = input.next()) {
      const { flags, bytes, start } = message;
      if (flags === 0) receiver.receive(decode(FollowResponseCodec, bytes, start, message.end));
      else end(endStreamFromJson(bytes.subarray(start, message.end)).error ?? ended);
    }
  };
  const header = {
    "content-type": "application/connect+proto",
    "connect-protocol-version": "1",
  };
  session.request("POST", FOLLOW_PATH, header, {}).then((opened) => {
    stream = opened;
    if (over) return opened.close(constants.NGHTTP2_CANCEL);
    opened.on("response", ({ ":status": status }) => {
      if (status !== 200) end(new Error(`it answered HTTP ${status}`));
    });
    opened.on("data", (chunk: Buffer) => {
      try {
        read(chunk);
      } catch (error) {
        // No message of ours, or one of a newer build: this stream ends, not the process.
        end(error as Error);
      }
    });
    opened.on("error", (error) => end(opened.rstCode === TOO_SLOW ? tooSlow : error));
    opened.on("close", () => end(ended));
    const request = create(FollowRequestSchema, { shard, afterSequence: BigInt(after) });
    opened.end(envelope(0, encode(FollowRequestCodec, request)));
  }, end);
  return { close: () => end(undefined) };
}
