/// <reference path="./kafkajs-internals.d.ts" />
import type { KafkaConfig } from "kafkajs";
import { createLogger } from "kafkajs/src/loggers/index.js";
import Connection from "kafkajs/src/network/connection.js";
import createSocketFactory from "kafkajs/src/network/socketFactory.js";
import apiKeys from "kafkajs/src/protocol/requests/apiKeys.js";
import { lookup, requests } from "kafkajs/src/protocol/requests/index.js";
import { decodeFetch, FETCH_VERSION } from "./fetch-answer.ts";
import { encodeFetch } from "./fetch-question.ts";
import { decodeMetadata, EPOCHS_COUNT, METADATA_VERSION } from "./metadata-answer.ts";
import { encodeProduce, PRODUCE_VERSION } from "./produce-question.ts";
import type { Requests } from "./protocol.ts";

/** How brokers are reached, besides where they are. */
export interface BrokerAccess {
  readonly clientId: string;
  /** TLS; absent: plain text. */
  readonly ssl?: KafkaConfig["ssl"];
  readonly sasl?: KafkaConfig["sasl"];
  /** Milliseconds until a broker that does not let itself be connected to counts as away. */
  readonly connectionTimeout: number;
}

/** The question never left this process. */
export class NotSent extends Error {
  override name = "NotSent";
}

/** It may have reached the broker; there is no answer, and none will be taken any more. */
class AnswerLost extends Error {
  override name = "AnswerLost";
}

const API_VERSIONS = 2;
const SILENT = createLogger({ level: 0, logCreator: () => () => {} });

/** What is not left to kafkajs of a question and its answer. */
interface Dialect<Name extends keyof Requests> {
  readonly apiVersion?: number;
  encode?(question: Requests[Name]["question"]): Buffer;
  decode?(answer: Buffer): unknown;
}

type Dialects = { readonly [Name in keyof Requests]?: Dialect<Name> };

interface Opened {
  readonly connection: Connection;
  find: ReturnType<typeof lookup>;
  dialects: Dialects;
  /** Each question that was on its way gives it up. */
  isDropped: boolean;
}

/**
 * One connection to one broker, opened when it is needed and again after it broke. It sends each question once: kafkajs's
 * producer and consumer above this layer hide which partition of a request failed, and repeat what nobody asked them to.
 */
export class BrokerConnection {
  readonly #host: string;
  readonly #port: number;
  readonly #access: BrokerAccess;
  readonly #patience: number;
  #opening: Promise<Opened> | undefined;
  #current: Opened | undefined;
  #closed = false;

  /** @param patience milliseconds after which an answer is given up, and the connection with it. */
  constructor(address: string, access: BrokerAccess, patience: number) {
    const colon = address.lastIndexOf(":");
    this.#host = address.slice(0, colon);
    this.#port = Number(address.slice(colon + 1));
    this.#access = access;
    this.#patience = patience;
  }

  /** Rejects with `NotSent` or `AnswerLost`. Errors that the broker names are in the answer. */
  async ask<Name extends keyof Requests>(
    name: Name,
    question: Requests[Name]["question"],
  ): Promise<Requests[Name]["answer"]> {
    const opened = await this.#open();
    const { request, response } = opened.find(apiKeys[name], requests[name])(question);
    const dialect: Dialect<Name> | undefined = opened.dialects[name];
    const { apiVersion = request.apiVersion, decode = response.decode } = dialect ?? {};
    let encoded = false;
    const encode = async (): Promise<unknown> => {
      const payload = dialect?.encode === undefined ? await request.encode() : payloadOf(dialect.encode(question));
      encoded = true;
      return payload;
    };
    try {
      const answer = opened.connection.send({
        request: { ...request, apiVersion, encode },
        response: { decode, parse: async (decoded) => decoded },
        logResponseError: false,
      });
      return (await within(this.#patience, answer)) as Requests[Name]["answer"];
    } catch (error) {
      this.#drop(opened);
      const said = `${this.#host}:${this.#port}: ${(error as Error).message}`;
      throw encoded ? new AnswerLost(said) : new NotSent(said);
    }
  }

  close(): void {
    this.#closed = true;
    if (this.#current !== undefined) this.#drop(this.#current);
  }

  /** One opening at a time: kafkajs would make a socket for each question that waits. */
  #open(): Promise<Opened> {
    if (this.#closed) return Promise.reject(new NotSent("the log is closed"));
    if (this.#current?.connection.isConnected()) return Promise.resolve(this.#current);
    this.#opening ??= this.#connect().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  async #connect(): Promise<Opened> {
    const { clientId, ssl, sasl, connectionTimeout } = this.#access;
    const patience = Math.min(connectionTimeout, this.#patience);
    const connection = new Connection({
      host: this.#host,
      port: this.#port,
      clientId,
      ssl: ssl ?? null,
      sasl: sasl ?? null,
      connectionTimeout,
      enforceRequestTimeout: false,
      logger: SILENT,
      socketFactory: createSocketFactory(),
    });
    stopNeedlessTimer(connection.requestQueue);
    const opened: Opened = { connection, find: lookup({}), dialects: {}, isDropped: false };
    try {
      await connection.connect();
      const build = requests.ApiVersions.protocol({ version: API_VERSIONS });
      const { apiVersions } = (await within(patience, connection.send(build()))) as ApiVersions;
      const versions = Object.fromEntries(apiVersions.map((each) => [each.apiKey, each]));
      const speaks = (apiKey: number, version: number) => (versions[apiKey]?.maxVersion ?? 0) >= version;
      if (!speaks(apiKeys.Fetch, FETCH_VERSION) || !speaks(apiKeys.Produce, PRODUCE_VERSION))
        throw new Error("it is older than Kafka 2.3");
      connection.setVersions(versions);
      connection.setSupportAuthenticationProtocol(true);
      await within(patience, connection.authenticate());
      opened.find = lookup(versions);
      opened.dialects = dialectsOf(versions);
    } catch (error) {
      this.#drop(opened);
      throw new NotSent(`${this.#host}:${this.#port}: ${(error as Error).message}`);
    }
    this.#current = opened;
    if (this.#closed) this.#drop(opened);
    return opened;
  }

  /** What is still on its way through this connection is cut off: nothing of it may leave later. */
  #drop(opened: Opened): void {
    if (opened.isDropped) return;
    opened.isDropped = true;
    if (this.#current === opened) this.#current = undefined;
    const { connection } = opened;
    connection.rejectRequests(new Error("the connection was given up"));
    connection.socket?.destroy();
    connection.disconnect().catch(() => {});
  }
}

interface ApiVersions {
  readonly apiVersions: readonly { readonly apiKey: number; readonly maxVersion: number }[];
}

function dialectsOf(versions: Readonly<Record<number, { readonly maxVersion: number }>>): Dialects {
  const Produce = { apiVersion: PRODUCE_VERSION, encode: encodeProduce };
  const Fetch = { apiVersion: FETCH_VERSION, encode: encodeFetch, decode: decodeFetch };
  const tellsEpochs = (versions[apiKeys.Metadata]?.maxVersion ?? 0) >= EPOCHS_COUNT;
  if (!tellsEpochs) return { Produce, Fetch };
  return { Produce, Fetch, Metadata: { apiVersion: METADATA_VERSION, decode: decodeMetadata } };
}

/** As kafkajs takes it from its own encoder. */
function payloadOf(bytes: Buffer): { readonly buf: Buffer; readonly buffer: Buffer } {
  return { buf: bytes, buffer: bytes };
}

/** kafkajs goes by the wall clock, which may be set back, and lets a quota hold a question for as long as it likes. */
function within<Answer>(milliseconds: number, answer: Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds);
  });
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

/** kafkajs looks every millisecond, for ever, whether something waits that a quota held up: here only when something does. */
function stopNeedlessTimer(queue: Connection.RequestQueue): void {
  const schedule = queue.scheduleCheckPendingRequests.bind(queue);
  queue.scheduleCheckPendingRequests = () => {
    if (queue.pending.length > 0) schedule();
  };
}
