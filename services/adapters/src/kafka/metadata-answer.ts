/// <reference path="./kafkajs-internals.d.ts" />
import Decoder from "kafkajs/src/protocol/decoder.js";
import type { PartitionPlace, Requests } from "./protocol.ts";

/**
 * Of `Metadata`, that tells leader epochs. It is asked as version 6 is, the last that kafkajs knows.
 * https://kafka.apache.org/protocol#The_Messages_Metadata
 */
export const METADATA_VERSION = 7;
/** Of `Metadata`, that a broker must know for its epochs to count: before Kafka 2.4 they are wrong during a reassignment. */
export const EPOCHS_COUNT = 9;

/** Decodes the answer to `Metadata`. */
export function decodeMetadata(bytes: Buffer): Requests["Metadata"]["answer"] & Throttled {
  const decoder = new Decoder(bytes);
  const clientSideThrottleTime = decoder.readInt32();
  const brokers = decoder.readArray(brokerOf);
  decoder.readString(); // The cluster's id.
  decoder.readInt32(); // The controller.
  return { clientSideThrottleTime, brokers, topicMetadata: decoder.readArray(topicOf) };
}

/** What kafkajs's connection looks for in an answer: how long the broker asks to be left alone. */
interface Throttled {
  readonly clientSideThrottleTime: number;
}

function brokerOf(decoder: Decoder) {
  const broker = { nodeId: decoder.readInt32(), host: decoder.readString(), port: decoder.readInt32() };
  decoder.readString(); // Its rack.
  return broker;
}

function topicOf(decoder: Decoder) {
  const [topicErrorCode, topic] = [decoder.readInt16(), decoder.readString()];
  decoder.forward(1); // Whether it is one of Kafka's own.
  return { topicErrorCode, topic, partitionMetadata: decoder.readArray(partitionOf) };
}

function partitionOf(decoder: Decoder): PartitionPlace {
  const place = {
    partitionErrorCode: decoder.readInt16(),
    partitionId: decoder.readInt32(),
    leader: decoder.readInt32(),
    leaderEpoch: decoder.readInt32(),
    replicas: decoder.readArray(idOf),
  };
  decoder.readArray(idOf); // Those in sync.
  decoder.readArray(idOf); // Those that are away.
  return place;
}

function idOf(decoder: Decoder): number {
  return decoder.readInt32();
}
