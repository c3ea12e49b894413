// The parts of kafkajs 2.2.4 that its own types leave out: a connection, and the requests of the protocol.

declare module "kafkajs/src/network/connection.js" {
  import type { Socket } from "node:net";
  import type { ISocketFactory, KafkaConfig, Logger } from "kafkajs";

  class Connection {
    constructor(options: {
      host: string;
      port: number;
      clientId: string;
      ssl: KafkaConfig["ssl"] | null;
      sasl: KafkaConfig["sasl"] | null;
      connectionTimeout: number;
      enforceRequestTimeout: false;
      logger: Logger;
      socketFactory: ISocketFactory;
    });
    readonly socket: Socket | undefined;
    readonly requestQueue: Connection.RequestQueue;
    isConnected(): boolean;
    connect(): Promise<unknown>;
    setVersions(versions: Record<number, { maxVersion: number }>): void;
    setSupportAuthenticationProtocol(supported: boolean): void;
    authenticate(): Promise<void>;
    send(request: Connection.Request): Promise<unknown>;
    rejectRequests(error: Error): void;
    disconnect(): Promise<unknown>;
  }
  namespace Connection {
    interface RequestQueue {
      /** Not sent yet, for the broker's quota. */
      readonly pending: readonly unknown[];
      scheduleCheckPendingRequests(): void;
    }
    interface Request {
      request: { readonly apiVersion: number; encode(): Promise<unknown> };
      response: { decode(payload: Buffer): unknown; parse(decoded: unknown): Promise<unknown> };
      logResponseError?: boolean;
    }
  }
  export = Connection;
}

declare module "kafkajs/src/network/socketFactory.js" {
  import type { ISocketFactory } from "kafkajs";

  const createSocketFactory: () => ISocketFactory;
  export = createSocketFactory;
}

declare module "kafkajs/src/loggers/index.js" {
  import type { Logger, logCreator } from "kafkajs";
  export function createLogger(options: { level: number; logCreator: logCreator }): Logger;
}

declare module "kafkajs/src/protocol/requests/index.js" {
  import type Connection = require("kafkajs/src/network/connection.js");
  type Build = (question?: object) => Connection.Request;
  export type RequestName =
    | "Produce"
    | "Fetch"
    | "ListOffsets"
    | "Metadata"
    | "CreateTopics"
    | "DescribeConfigs"
    | "DeleteRecords";
  interface Definition {
    protocol(choice: { version: number }): Build;
  }
  export const requests: Record<"ApiVersions" | RequestName, Definition>;
  export function lookup(
    versions: Record<number, { maxVersion: number }>,
  ): (apiKey: number, definition: Definition) => Build;
}

declare module "kafkajs/src/protocol/requests/apiKeys.js" {
  const apiKeys: Record<import("kafkajs/src/protocol/requests/index.js").RequestName, number>;
  export = apiKeys;
}

declare module "kafkajs/src/protocol/error.js" {
  export function createErrorFromCode(code: number): { type: string; message: string };
}

declare module "kafkajs/src/protocol/decoder.js" {
  class Decoder {
    constructor(buffer: Buffer);
    readInt16(): number;
    readInt32(): number;
    readInt64(): bigint;
    readString(): string;
    /** `null`: a length of -1. */
    readBytes(length: number): Buffer | null;
    readArray<Each>(read: (decoder: Decoder) => Each): Each[];
    readVarIntArray<Each>(read: (decoder: Decoder) => Each): Each[];
    forward(bytes: number): void;
  }
  export = Decoder;
}

declare module "kafkajs/src/protocol/recordBatch/header/v0/decoder.js" {
  import type Decoder = require("kafkajs/src/protocol/decoder.js");

  const decodeHeader: (decoder: Decoder) => { readonly key: string; readonly value: Buffer };
  export = decodeHeader;
}

declare module "kafkajs/src/protocol/recordBatch/crc32C/index.js" {
  const crc32c: (bytes: Buffer) => number;
  export = crc32c;
}
