import type { DescMessage } from "@bufbuild/protobuf";
import type { Compression, UniversalServerRequest } from "@connectrpc/connect/protocol";
import { RefusalError } from "../refusal/refusal-error.ts";
import { compressionOf, ENVELOPE, type Form, formOf, isBytes, PACKED, unpack } from "./call-body.ts";
import { decodeBinary, decodeJson } from "./decode-request.ts";

/** What a stream's messages are, and how much of them is taken. */
export interface SentOptions {
  readonly input: DescMessage;
  readonly strict: boolean;
  /** Bytes of one message, packed or unpacked. */
  readonly limit: number;
  readonly compressions: readonly Compression[];
}

/**
 * Hands a client's stream on one envelope at a time and keeps the last, for when connect cannot decode it: connect does not say
 * which field is at fault.
 */
export class SentMessages {
  readonly #call: UniversalServerRequest;
  readonly #form: Form;
  readonly #options: SentOptions;
  #last: Uint8Array<ArrayBuffer> | undefined;

  private constructor(call: UniversalServerRequest, form: Form, options: SentOptions) {
    this.#call = call;
    this.#form = form;
    this.#options = options;
  }

  /** `undefined`: the call does not say that it sends envelopes of JSON or binary. */
  static of(call: UniversalServerRequest, options: SentOptions): SentMessages | undefined {
    const form = formOf(call.header.get("content-type") ?? "");
    return form?.enveloped === true && isBytes(call.body) ? new SentMessages(call, form, options) : undefined;
  }

  /** The same call, for connect to read. */
  get call(): UniversalServerRequest {
    const body = this.#call.body as AsyncIterable<Uint8Array>;
    return { ...this.#call, body: this.#cut(body) };
  }

  /** Why the last message does not decode; `undefined`: nothing is wrong with it that can be told. */
  async problem(): Promise<RefusalError | undefined> {
    const { input, strict, limit, compressions } = this.#options;
    const sent = this.#last?.subarray(ENVELOPE);
    if (sent === undefined) return undefined;
    try {
      const isPacked = ((this.#last?.[0] ?? 0) & PACKED) !== 0;
      const compression = isPacked ? compressionOf(this.#call.header, this.#form, compressions) : undefined;
      const bytes = isPacked ? await unpack(sent, compression, limit) : sent;
      if (bytes !== undefined) (this.#form.json ? decodeJson : decodeBinary)(input, bytes, strict);
      return undefined;
    } catch (error) {
      if (error instanceof RefusalError) return error;
      throw error;
    }
  }

  /** What is no whole envelope, or too large a one, goes on as it came: connect refuses it. */
  async *#cut(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    let held: Uint8Array[] = [];
    let length = 0;
    let needed = ENVELOPE;
    for await (const chunk of body) {
      held.push(chunk);
      length += chunk.length;
      if (length < needed) continue;
      const bytes = joined(held, length);
      let at = 0;
      for (needed = sizeAt(bytes, at); bytes.length - at >= needed; needed = sizeAt(bytes, at)) {
        this.#last = bytes.subarray(at, at + needed);
        yield this.#last;
        at += needed;
      }
      if (needed > ENVELOPE + this.#options.limit) {
        yield bytes.subarray(at);
        yield* body;
        return;
      }
      held = [bytes.subarray(at)];
      length = bytes.length - at;
    }
    if (length > 0) yield joined(held, length);
  }
}

/** Bytes of the envelope that begins there, or as many as tell. */
function sizeAt(bytes: Uint8Array<ArrayBuffer>, at: number): number {
  if (bytes.length - at < ENVELOPE) return ENVELOPE;
  return ENVELOPE + new DataView(bytes.buffer, bytes.byteOffset + at).getUint32(1);
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(length);
  let position = 0;
  for (const chunk of chunks) {
    whole.set(chunk, position);
    position += chunk.length;
  }
  return whole;
}
