import { SubscribeResponseCodec } from "@atlas/gen/atlas/stream/v1/stream_service_codec";
import type { SubscribeResponse } from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { encode } from "@atlas/gen/codec/codec";
import type { WaitingResponse } from "@atlas/platform/session/response-source";

const ENVELOPE = 5;
/** `subscription_id = 1`, length-delimited. */
const ID_TAG = 10;
const utf8 = new TextEncoder();

/** What is told to many: without its `subscription_id`, which goes in front of it for each. */
const sharedBytes = new WeakMap<object, Uint8Array>();

/** Encodes the responses of one stream; what others are told, too, is encoded once for all of them. */
export class ResponseEncoder {
  readonly #prefixes = new Map<string, Uint8Array>();

  /** The responses in their envelopes, in one buffer. */
  encode(responses: readonly WaitingResponse[]): Buffer {
    const parts = responses.map((waiting) => this.#partsOf(waiting));
    const size = parts.reduce((sum, [prefix, rest]) => sum + ENVELOPE + prefix.length + rest.length, 0);
    const buffer = Buffer.allocUnsafe(size);
    let at = 0;
    for (const [prefix, rest] of parts) {
      buffer[at] = 0;
      buffer.writeUInt32BE(prefix.length + rest.length, at + 1);
      buffer.set(prefix, at + ENVELOPE);
      buffer.set(rest, at + ENVELOPE + prefix.length);
      at += ENVELOPE + prefix.length + rest.length;
    }
    return buffer;
  }

  #partsOf({ response, shared }: WaitingResponse): readonly [Uint8Array, Uint8Array] {
    if (!shared || response.content.value === undefined) return [NOTHING, encode(SubscribeResponseCodec, response)];
    return [this.#prefix(response.subscriptionId), restOf(response, response.content.value)];
  }

  #prefix(subscriptionId: string): Uint8Array {
    let prefix = this.#prefixes.get(subscriptionId);
    if (prefix === undefined) {
      const id = utf8.encode(subscriptionId);
      prefix = Uint8Array.from([ID_TAG, id.length, ...id]);
      this.#prefixes.set(subscriptionId, prefix);
    }
    return prefix;
  }
}

const NOTHING = new Uint8Array(0);

function restOf(response: SubscribeResponse, key: object): Uint8Array {
  let rest = sharedBytes.get(key);
  if (rest === undefined) {
    rest = encode(SubscribeResponseCodec, { ...response, subscriptionId: "" });
    sharedBytes.set(key, rest);
  }
  return rest;
}
