import { Channel, type SubscribeRequest, SubscribeRequestSchema } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { create, fromBinary, toBinary } from "@bufbuild/protobuf";
import type { CDPSession } from "@playwright/test";

/** Levels a side, as the desk asks for of the book that it draws. */
const DEPTH = 100;
const PREFIX = 5;
const CHANNELS = [Channel.BOOK, Channel.TRADES];

export interface WideStream {
  /** What the page's stream was last opened with. */
  request(): SubscribeRequest;
  /** How often it was opened so far: each time that the desk watches something else, and when it is lost. */
  opened(): number;
}

/**
 * Has the page's one stream carry books and trades of more instruments, every update of them: the desk draws one book, so it
 * reads and decodes the others and lets them go. The request is changed on its way out; the answer goes its own way.
 */
export async function widenStream(cdp: CDPSession, instrumentIds: readonly string[]): Promise<WideStream> {
  let last = create(SubscribeRequestSchema);
  let opened = 0;
  // The page may have given the request up meanwhile: then there is nothing to go on with.
  const goOn = (terms: { requestId: string; postData?: string }): void => {
    cdp.send("Fetch.continueRequest", terms).catch(() => {});
  };
  cdp.on("Fetch.requestPaused", ({ requestId, request }) => {
    const body = Buffer.concat((request.postDataEntries ?? []).map(({ bytes = "" }) => Buffer.from(bytes, "base64")));
    opened += 1;
    last = withBooks(fromBinary(SubscribeRequestSchema, body.subarray(PREFIX)), instrumentIds);
    goOn({ requestId, postData: enveloped(toBinary(SubscribeRequestSchema, last)).toString("base64") });
  });
  await cdp.send("Fetch.enable", { patterns: [{ urlPattern: "*/atlas.stream.v1.StreamService/Subscribe" }] });
  return { request: () => last, opened: () => opened };
}

function withBooks(request: SubscribeRequest, instrumentIds: readonly string[]): SubscribeRequest {
  const added = instrumentIds.flatMap((instrumentId) =>
    CHANNELS.map((channel) => ({
      subscriptionId: `${channel} ${instrumentId}`,
      channel,
      instrumentId,
      ...(channel === Channel.BOOK ? { depth: DEPTH } : {}),
    })),
  );
  return create(SubscribeRequestSchema, { subscriptions: [...request.subscriptions, ...added] });
}

function enveloped(message: Uint8Array): Buffer {
  const body = Buffer.alloc(PREFIX + message.length);
  body.writeUInt32BE(message.length, 1);
  body.set(message, PREFIX);
  return body;
}
