/// <reference path="./kafkajs-internals.d.ts" />
import Decoder from "kafkajs/src/protocol/decoder.js";
import type { FetchedPartition, Requests } from "./protocol.ts";
import { readBatches } from "./record-batch.ts";

/** Of `Fetch`, that is spoken here: by brokers since Kafka 2.3. */
export const FETCH_VERSION = 11;

/**
 * Decodes the answer to a `Fetch`. kafkajs gives up the whole answer for one batch that it cannot read: here what is wrong with
 * one partition is nothing to the others.
 */
export function decodeFetch(bytes: Buffer): Requests["Fetch"]["answer"] & Throttled {
  const decoder = new Decoder(bytes);
  const clientSideThrottleTime = decoder.readInt32();
  decoder.forward(ERROR_AND_SESSION);
  const responses = decoder.readArray(topicOf);
  return { clientSideThrottleTime, responses };
}

/** What kafkajs's connection looks for in an answer: how long the broker asks to be left alone. */
interface Throttled {
  readonly clientSideThrottleTime: number;
}

const ERROR_AND_SESSION = 2 + 4;
/** The last stable offset and the first offset of the log. */
const OFFSETS = 8 + 8;
const PREFERRED_REPLICA = 4;

function topicOf(decoder: Decoder) {
  return { topicName: decoder.readString(), partitions: decoder.readArray(partitionOf) };
}

function partitionOf(decoder: Decoder): FetchedPartition {
  const partition = decoder.readInt32();
  const errorCode = decoder.readInt16();
  const highWatermark = Number(decoder.readInt64());
  decoder.forward(OFFSETS);
  decoder.readArray(skipAborted);
  decoder.forward(PREFERRED_REPLICA);
  const length = decoder.readInt32();
  if (length < 1) return { partition, errorCode, highWatermark, messages: [], damage: undefined };
  // A copy: records are views, and whoever keeps one of a quiet partition is not to keep what busy ones were told (F22).
  const batches = Buffer.from(decoder.readBytes(length) ?? []);
  return { partition, errorCode, highWatermark, ...readBatches(batches) };
}

/** A transaction that was given up: its producer and first offset. Whatever stands on the log is read here. */
function skipAborted(decoder: Decoder): void {
  decoder.forward(8 + 8);
}
