import { type ClientHttp2Session, connect } from "node:http2";
import { type Enveloped, EnvelopeReader } from "@atlas/adapters/http/trade/envelope-reader";
import { SubscribeResponseCodec } from "@atlas/gen/atlas/stream/v1/stream_service_codec";
import {
  type SubscribeRequest,
  SubscribeRequestSchema,
  type SubscribeResponse,
} from "@atlas/gen/atlas/stream/v1/stream_service_pb";
import { decode } from "@atlas/gen/codec/codec";
import { toBinary } from "@bufbuild/protobuf";
import type { Address } from "../platform/api.ts";

/** Flow control wide enough that the reader is never the one who waits. */
const WINDOW = 1 << 24;
const LARGEST = 1 << 24;
/** The flags of the envelope that ends a stream. */
const END = 2;

export interface WatchOptions extends Address {
  readonly connections: number;
  readonly streams: number;
  readonly request: SubscribeRequest;
  /** Every so many streams one is read message by message; of the others envelopes are counted. */
  readonly readEvery: number;
  /** A message of a stream that is read. */
  heard(response: SubscribeResponse, stream: number): void;
}

export interface Watching {
  /** Messages of all streams so far, and their bytes. */
  readonly messages: () => number;
  readonly bytes: () => number;
  /** Streams that ended by themselves, with what they said. */
  readonly ended: () => readonly string[];
  close(): void;
}

/**
 * Many `Subscribe` streams over few connections, read as cheaply as a client can: the machine belongs to the platform. Resolves
 * when every stream has had its first message.
 */
export async function watchStreams(options: WatchOptions): Promise<Watching> {
  const message = toBinary(SubscribeRequestSchema, options.request);
  const body = Buffer.alloc(5 + message.length);
  body.writeUInt32BE(message.length, 1);
  body.set(message, 5);
  const counts = { messages: 0, bytes: 0, ended: [] as string[] };
  const sessions = await Promise.all(Array.from({ length: options.connections }, () => openConnection(options.url)));
  const firsts: Promise<void>[] = [];
  for (let stream = 0; stream < options.streams; stream++) {
    const session = sessions[stream % sessions.length] as ClientHttp2Session;
    firsts.push(openStream(session, body, stream, options, counts));
  }
  await Promise.all(firsts);
  return {
    messages: () => counts.messages,
    bytes: () => counts.bytes,
    ended: () => counts.ended,
    close: () => sessions.forEach((session) => void session.destroy()),
  };
}

function openConnection(url: string): Promise<ClientHttp2Session> {
  return new Promise((resolve, reject) => {
    const session = connect(url, { settings: { initialWindowSize: WINDOW } });
    session.once("connect", () => {
      session.setLocalWindowSize(WINDOW);
      resolve(session);
    });
    session.once("error", reject);
  });
}

function openStream(
  session: ClientHttp2Session,
  body: Buffer,
  stream: number,
  options: WatchOptions,
  counts: { messages: number; bytes: number; ended: string[] },
): Promise<void> {
  const { key, readEvery, heard } = options;
  const opened = session.request({
    ":method": "POST",
    ":path": "/atlas.stream.v1.StreamService/Subscribe",
    "content-type": "application/connect+proto",
    "connect-protocol-version": "1",
    authorization: `Bearer ${key}`,
  });
  return new Promise((resolve, reject) => {
    const input = new EnvelopeReader(LARGEST);
    const take = ({ flags, bytes, start, end }: Enveloped) => {
      if (flags === END) {
        counts.ended.push(Buffer.from(bytes.subarray(start, end)).toString());
        reject(new Error(`a stream ended: ${counts.ended.at(-1)}`));
        return;
      }
      counts.messages += 1;
      counts.bytes += end - start;
      if (stream % readEvery === 0) heard(decode(SubscribeResponseCodec, bytes, start, end), stream);
      resolve();
    };
    opened.on("data", (chunk: Buffer) => {
      input.take(chunk);
      for (let message = input.next(); message !== undefined; message = input.next()) take(message);
    });
    opened.once("error", reject);
    opened.once("close", () => reject(new Error("a stream was closed")));
    opened.end(body);
  });
}
