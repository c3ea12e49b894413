import type { SubscribeRequest, SubscribeResponse } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import type { Caller } from "@atlas/platform/access/caller";
import { ClientStream } from "./client-stream.ts";
import type { StreamContext } from "./stream-context.ts";

/** Everything that a client watches, on one stream, until it goes away or its credential ends. */
export async function* subscribe(
  request: SubscribeRequest,
  caller: Caller,
  signal: AbortSignal,
  context: StreamContext,
): AsyncGenerator<SubscribeResponse> {
  const stream = new ClientStream(request, caller, context);
  const close = () => stream.close();
  signal.addEventListener("abort", close);
  try {
    if (!signal.aborted) yield* stream.responses();
  } finally {
    signal.removeEventListener("abort", close);
    stream.close();
  }
}
