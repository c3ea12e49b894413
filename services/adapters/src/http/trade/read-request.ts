import type { ServerHttp2Stream } from "node:http2";
import { Reason } from "@atlas/gen/atlas/error/v1/refusal_pb";
import { decodeBinary } from "@atlas/platform/access/decode-request";
import { refusal } from "@atlas/platform/refusal/refusal-error";
import type { DescMessage, MessageShape } from "@bufbuild/protobuf";
import { EnvelopeReader, TooLargeError } from "./envelope-reader.ts";

/**
 * The one message that the client of a server's stream sends; what comes behind it is of no interest. `strict`: fields that the
 * contract lacks are refused.
 */
export function readRequest<Desc extends DescMessage>(
  stream: ServerHttp2Stream,
  schema: Desc,
  limit: number,
  strict: boolean,
): Promise<MessageShape<Desc>> {
  const input = new EnvelopeReader(limit);
  return new Promise((resolve, reject) => {
    const malformed = (message: string) => reject(refusal(Reason.INVALID_FIELD, message));
    const stop = () => {
      stream.off("data", read);
      stream.resume();
    };
    const read = (chunk: Buffer) => {
      try {
        input.take(chunk);
        const message = input.next();
        if (message === undefined) return;
        stop();
        const { flags, bytes, start, end } = message;
        if (flags === 0) resolve(decodeBinary(schema, bytes.subarray(start, end), strict) as MessageShape<Desc>);
        else malformed("the request is neither compressed nor the end of the stream here");
      } catch (error) {
        stop();
        reject(error instanceof TooLargeError ? refusal(Reason.TOO_LARGE, error.message) : error);
      }
    };
    stream.on("data", read);
    stream.once("end", () => malformed("the stream ends before its request"));
    stream.once("close", () => malformed("the stream was given up"));
  });
}
